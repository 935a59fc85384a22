"""Transfer sheets as files: exactly 1:1, mirrored where they should be, one mark for each impression, readable by programs."""

import dataclasses
import re
import xml.etree.ElementTree as ET

import numpy as np
import pypdf
import pypdfium2
import pytest

from scalp.base import BadInput
from scalp.domain.transfer import PAPER_MM, TransferSheet
from scalp.io.transfer import write_transfer
from scalp.io.transfer_pages import EDGE_MM, pages_of
from scalp.rendering.transfer import make_transfer
from tests.makers import make_design, make_head, make_impressions, make_plan

POINTS_PER_MM = 72.0 / 25.4
DPI = 600.0


@pytest.fixture(scope="module")
def sheet() -> TransferSheet:
    head = make_head(subdivisions_count=4)
    design = make_design(head)
    ahead = head.surface.vertices_mm[:, 2] > 40.0
    design = dataclasses.replace(design, density_per_cm2=design.density_per_cm2 * ahead)
    return make_transfer(head, design, make_impressions(head, design, make_plan(design, impressions_count=900)))


@pytest.fixture(scope="module", params=["a4", "letter"])
def written(request, sheet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer")
    here = dataclasses.replace(sheet, paper=request.param)
    return here, write_transfer(here, folder)


def raster(path, page: int) -> np.ndarray:
    """A page as grey pixels at 600 dpi."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return np.asarray(pdf[page].render(scale=DPI / 72.0, grayscale=True).to_numpy()).squeeze()
    finally:
        pdf.close()


def runs(dark: np.ndarray) -> np.ndarray:
    """Middles of stretches of dark pixels, px."""
    edges = np.flatnonzero(np.diff(np.r_[0, dark.astype(int), 0]))
    return (edges[::2] + edges[1::2]) / 2.0


def test_pages_have_the_size_of_their_paper_to_a_hundredth_of_a_millimetre(written):
    sheet, files = written
    for path in (path for path in files if path.suffix == ".pdf"):
        for page in pypdf.PdfReader(path).pages:
            size = np.array([float(page.mediabox.width), float(page.mediabox.height)]) / POINTS_PER_MM
            assert size == pytest.approx(np.array(PAPER_MM[sheet.paper]), abs=0.01)


def test_the_ruler_measures_100_mm_on_every_page_of_patches(written):
    sheet, files = written
    height_mm = PAPER_MM[sheet.paper][1]
    for page in (0, 1):
        grey = raster(files[0], page)
        row = round((height_mm - EDGE_MM - 19.0 + 3.6) / 25.4 * DPI)
        ticks = runs(grey[row, : round(116.0 / 25.4 * DPI)] < 128) / DPI * 25.4
        assert len(ticks) == 11, "the long ticks, one every 10 mm"
        assert ticks[-1] - ticks[0] == pytest.approx(100.0, abs=0.05)
        assert np.diff(ticks) == pytest.approx(np.full(10, 10.0), abs=0.05)


def test_the_square_measures_50_mm_both_ways(written):
    sheet, files = written
    width_mm, height_mm = PAPER_MM[sheet.paper]
    grey = raster(files[0], 0)
    row, col = (round((size - EDGE_MM - 10.0) / 25.4 * DPI) for size in (height_mm, width_mm))
    first_col, first_row = (round((size - EDGE_MM - 52.0) / 25.4 * DPI) for size in (width_mm, height_mm))
    for line, start in ((grey[row], first_col), (grey[:, col], first_row)):
        sides = runs(line[start:] < 128) / DPI * 25.4
        assert sides[-1] - sides[0] == pytest.approx(50.0, abs=0.05)


def test_marks_on_paper_are_as_far_apart_as_in_the_sheet_and_mirrored(sheet):
    page = pages_of(sheet, "look")[1].svg
    path = next(found for found in re.findall(r'<path d="([^"]*)"', page) if found.count("a") > 100)
    starts = np.array([[float(x), float(y)] for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path)])
    patch = sheet.patches[0]
    assert len(starts) == len(patch.marks_mm)
    starts[:, 0] += np.round(patch.mark_diameter_mm.astype(float), 2) / 2
    moved = starts - patch.marks_mm * np.array([-1.0, -1.0])
    assert moved == pytest.approx(np.broadcast_to(moved.mean(0), moved.shape), abs=0.002)


def test_the_template_is_the_stencil_in_a_mirror(sheet):
    def cuts(product: str) -> np.ndarray:
        page = pages_of(sheet, product)[1].svg  # type: ignore[arg-type]
        path = re.search(r'<path d="M([^"]*)"[^>]*stroke-dasharray="3 1.5"', page)
        return np.array([[float(word) for word in pair.split()] for pair in path[1].split("L")])

    stencil, template = cuts("stencil"), cuts("template")
    assert stencil[:, 1] == pytest.approx(template[:, 1])
    assert stencil[:, 0] + template[:, 0] == pytest.approx(np.full(len(stencil), PAPER_MM[sheet.paper][0]), abs=0.011)


def test_nothing_is_printed_into_the_margin_of_the_paper(written):
    _, files = written
    pdf = next(path for path in files if path.name == "transfer-stencil.pdf")
    grey = raster(pdf, 1)
    edge = round(4.0 / 25.4 * DPI)
    inner = np.zeros(grey.shape, bool)
    inner[edge:-edge, edge:-edge] = True
    assert (grey[~inner] > 250).all()


def test_pdfs_are_tagged_and_say_what_each_page_shows(written):
    _, files = written
    root = pypdf.PdfReader(files[0]).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"


def test_pages_say_how_to_print_and_which_side_goes_to_the_skin(sheet):
    look, template = (" ".join(ET.fromstring(page.svg).itertext()) for page in (pages_of(sheet, "look")[1], pages_of(sheet, "template")[1]))  # noqa: S314 - our own drawing
    assert "100 %, no fit to page" in look
    assert "THIS SIDE TO THE SKIN" in look
    assert "not mirrored" in template
    assert "SKIN" not in template


def test_the_trial_look_carries_no_lines_that_would_stay_on_the_skin(sheet):
    page = pages_of(sheet, "look")[1].svg
    assert 'stroke-width="0.6"' not in page, "no hairline"
    assert "#b9c4cf" not in page, "no grid"


def test_the_same_sheet_gives_the_same_bytes(sheet, tmp_path):
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    first, second = (write_transfer(sheet, folder, products=("template",)) for folder in folders)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_thirty_thousand_marks_stay_a_file_that_can_be_mailed(sheet, tmp_path):
    patch = sheet.patches[0]
    chosen = np.random.default_rng(3).integers(0, len(patch.marks_mm), 30_000)
    many = dataclasses.replace(
        patch,
        impression_index=np.arange(30_000, dtype=np.int32),
        marks_mm=patch.marks_mm[chosen] + np.random.default_rng(4).normal(0.0, 0.5, (30_000, 2)),
        mark_diameter_mm=patch.mark_diameter_mm[chosen],
    )
    (place,) = write_transfer(dataclasses.replace(sheet, patches=(many,)), tmp_path, products=("look",), svg=False)
    assert place.stat().st_size < 4_000_000


def test_products_there_are_none_of_are_refused_and_nothing_is_written(sheet, tmp_path):
    bare = dataclasses.replace(
        sheet,
        patches=tuple(
            dataclasses.replace(
                patch, impression_index=np.zeros(0, np.int32), marks_mm=np.zeros((0, 2)), mark_diameter_mm=np.zeros(0, np.float32)
            )
            for patch in sheet.patches
        ),
    )
    with pytest.raises(BadInput, match="trial look"):
        write_transfer(bare, tmp_path, products=("look",))
    with pytest.raises(BadInput, match="product"):
        write_transfer(sheet, tmp_path, products=("poster",))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
