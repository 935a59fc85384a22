"""Write a transfer sheet: PDF at exactly 1:1 by typst, and every page as SVG.

What is on the pages is `transfer_pages`'.
"""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import typst

from scalp.base import BadInput
from scalp.domain.transfer import PAPER_MM, TransferSheet
from scalp.io.pictures import write_whole
from scalp.io.transfer_pages import PRODUCTS, Page, Product, pages_of

FILE_NAMES: dict[Product, str] = {"look": "transfer-look", "stencil": "transfer-stencil", "template": "transfer-template"}
_FIXED_DAY = date(2020, 1, 1)


def write_transfer(
    sheet: TransferSheet, folder: Path, *, products: tuple[Product, ...] | None = None, svg: bool = True, day: date = _FIXED_DAY
) -> list[Path]:
    """Write the products of a sheet into a folder that exists; return the files, PDFs first.

    Without a choice: the stencil (mirrored, for transfer paper) and the template (not mirrored), and the trial look where
    the sheet carries impressions. Each PDF is tagged and at 1:1; each page of it also stands in `svg/`. `day` is the one the
    PDF names as its own; the same sheet and day give the same bytes.
    """
    usual: tuple[Product, ...] = ("look", "stencil", "template")
    chosen = products or (usual if sheet.impressions_count else usual[1:])
    for product in chosen:
        if product not in PRODUCTS:
            raise BadInput("product", product, ", ".join(PRODUCTS), "Choose one of these.")
    if "look" in chosen and not sheet.impressions_count:
        raise BadInput("trial look", "a sheet without impressions", "a sheet made with impressions", "Place the plan's impressions first.")
    written: list[Path] = []
    drawings: list[Path] = []
    for product in chosen:
        pages = pages_of(sheet, product)
        place = folder / f"{FILE_NAMES[product]}.pdf"
        write_whole(place, printed(pages, PAPER_MM[sheet.paper], PRODUCTS[product], day))
        written.append(place)
        if svg:
            drawings += _write_drawings(pages, folder / "svg", FILE_NAMES[product])
    return [*written, *drawings]


def _write_drawings(pages: tuple[Page, ...], folder: Path, name: str) -> list[Path]:
    """Write every page as a drawing of its own."""
    folder.mkdir(exist_ok=True)
    places = [folder / f"{name}-{number}.svg" for number in range(1, len(pages) + 1)]
    for place, each in zip(places, pages, strict=True):
        write_whole(place, each.svg.encode())
    return places


def printed(pages: tuple[Page, ...], size_mm: tuple[float, float], title: str, day: date) -> bytes:
    """Return the PDF of pages that fill their paper exactly."""
    with tempfile.TemporaryDirectory(prefix="smp-transfer-") as made:
        root = Path(made)
        width, height = size_mm
        rows = [
            f'#set document(title: "{title} at 1:1")',
            '#set text(lang: "en")',
            f"#set page(width: {width:g}mm, height: {height:g}mm, margin: 0mm)",
            "#set par(spacing: 0pt, leading: 0pt)",
        ]
        for number, each in enumerate(pages, start=1):
            (root / f"{number}.svg").write_text(each.svg, "utf-8")
            (root / f"{number}.txt").write_text(each.told, "utf-8")
            shown = f'image("{number}.svg", width: {width:g}mm, height: {height:g}mm, alt: read("{number}.txt"))'
            rows.append(f"#place(top + left, {shown})" + ("\n#pagebreak()" if number < len(pages) else ""))
        (root / "main.typ").write_text("\n".join(rows), "utf-8")
        try:
            return bytes(
                typst.compile(
                    str(root / "main.typ"),
                    root=str(root),
                    format="pdf",
                    ignore_system_fonts=True,
                    package_path=str(root),
                    package_cache_path=str(root),
                    pdf_standards=["ua-1"],
                    timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
                )
            )
        except typst.TypstError as fault:
            raise BadInput("the sheet", "refused by the typesetter", "a sheet it can set", f"It says: {fault.message[:120]}.") from None
