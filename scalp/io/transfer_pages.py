"""The pages of a transfer sheet as SVG: how to lay it, one page for each patch at 1:1, and the map of its errors.

Signs are `transfer_drawing`'s, files `transfer`'s.
"""

from typing import Literal

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.domain.transfer import PAPER_MM, RegistrationMark, TransferPatch, TransferSheet
from scalp.io import transfer_drawing as draw

Product = Literal["look", "stencil", "template"]
PRODUCTS: dict[Product, str] = {"look": "Trial look", "stencil": "Stencil for transfer paper", "template": "Template, as seen on the skin"}
EDGE_MM = 10.0
_TITLE_MM, _LABEL_MM, _FOOT_MM = 5.0, 10.0, 24.0
_SQUARE_MM = 50.0
_BESIDE_MM = 12.0
_LINES: dict[str, tuple[float, str, str]] = {
    "grid": (0.1, draw.FAINT, ""),
    "midline": (0.2, draw.PALE, "4 1 0.6 1"),
    "zone": (0.2, draw.PALE, "1.5 1"),
    "seam": (0.2, draw.PALE, "0.4 0.8"),
    "keep away": (0.3, draw.INK, "0.8 0.8"),
    "hairline": (0.6, draw.INK, ""),
    "cut": (0.25, draw.INK, "3 1.5"),
}
"""Width, colour and dashes of each kind, those drawn first at the top."""


@value
class Page(Value):
    """One page: its drawing, and what it shows in words for who cannot see it."""

    svg: str
    told: str


def pages_of(sheet: TransferSheet, product: Product) -> tuple[Page, ...]:
    """Return all pages of one product: first how to lay it, then the patches, last the errors."""
    patches = [_patch_page(sheet, group, product) for group in _grouped(sheet)]
    return (_first_page(sheet, product), *patches, _error_page(sheet))


def _grouped(sheet: TransferSheet) -> list[list[TransferPatch]]:
    """Return the patches page by page: in order, as many on each as lie below each other."""
    room = PAPER_MM[sheet.paper][1] - 2 * EDGE_MM - _FOOT_MM - _TITLE_MM
    groups: list[list[TransferPatch]] = []
    left = 0.0
    for patch in sheet.patches:
        height = _LABEL_MM + float(np.ptp(patch.chart_mm[:, 1]))
        if not groups or height > left:
            groups.append([])
            left = room
        groups[-1].append(patch)
        left -= height
    return groups


def _said(sheet: TransferSheet, product: Product) -> list[str]:
    """Return how the sheet is used, in sentences."""
    mirrored = (
        "This side goes to the skin: every patch is printed mirrored and appears the right way round on the head."
        if product != "template"
        else "Not mirrored: patches show the skin as seen from outside. Lay them print side up."
    )
    kind = {
        "look": "Print on temporary-tattoo transfer paper. The crosses at the edges come off with the carrier or with alcohol.",
        "stencil": "Print on stencil transfer paper: it carries the lines onto the skin.",
        "template": "Print on plain paper, cut out, and draw round it with a soft skin pencil.",
    }[product]
    return [
        "Print at 100 %, no fit to page. Measure a ruler and the square before cutting: 100 mm and 50 mm.",
        mirrored,
        kind,
        "Cut along the long dashes. Begin with patch 1; neighbours overlap by 3 mm beyond the dotted seam.",
        "A numbered cross is one place of the head: it stands on both patches of a seam. Lay cross on cross.",
        "Best: hole the template at its crosses and dot them on the skin with a soft pencil first; stencil and trial look have the same crosses.",
        f"Lengths differ from those on the head by at most {sheet.worst_fraction:.1%} (last page).",
        *sheet.tape,
    ]


def _first_page(sheet: TransferSheet, product: Product) -> Page:
    """Return the page that tells how to lay the patches."""
    width, height = PAPER_MM[sheet.paper]
    title = f"{PRODUCTS[product]} at 1:1, {len(sheet.patches)} patches"
    parts = [draw.text(title, EDGE_MM, EDGE_MM + 6.0, size_mm=5.6)]
    y = EDGE_MM + 13.0
    for sentence in _said(sheet, product):
        for row in _wrapped(sentence, 125):
            parts.append(draw.text(row, EDGE_MM, y))
            y += 4.4
        y += 0.8
    room = height - EDGE_MM - _FOOT_MM - y - 4.0
    rows, cols = sheet.assembly_srgb_u8.shape[:2]
    shown = min(width - 2 * EDGE_MM, room * cols / rows)
    parts.append(draw.picture(sheet.assembly_srgb_u8, (width - shown) / 2, y, shown))
    parts.append(draw.square(width - EDGE_MM - _SQUARE_MM, height - EDGE_MM - _SQUARE_MM, _SQUARE_MM))
    parts.append(draw.text("50 mm square", width - EDGE_MM - _SQUARE_MM / 2, height - EDGE_MM - 3.0, size_mm=2.5, anchor="middle"))
    parts.append(draw.rulers(EDGE_MM + 3.0, height - EDGE_MM - 19.0))
    return Page(svg=draw.page((width, height), parts, title), told=f"{title}. " + " ".join(_said(sheet, product)))


def _patch_page(sheet: TransferSheet, group: list[TransferPatch], product: Product) -> Page:
    """Return one page of patches at 1:1, each below its own label."""
    width, height = PAPER_MM[sheet.paper]
    side = "THIS SIDE TO THE SKIN (printed mirrored)" if product != "template" else "PRINT SIDE UP (not mirrored)"
    words = f"{PRODUCTS[product]}. {side}. Print at 100 %, no fit to page."
    parts = [draw.text(words, EDGE_MM, EDGE_MM + 3.5), draw.rulers(EDGE_MM + 3.0, height - EDGE_MM - 19.0)]
    parts.append(draw.text("Measure before cutting: 100 mm.", EDGE_MM + 108.0, height - EDGE_MM - 14.0, size_mm=2.8))
    top, told = EDGE_MM + _TITLE_MM, []
    for patch in group:
        parts += _label(patch, len(sheet.patches), (top, width), product)
        tall = float(np.ptp(patch.chart_mm[:, 1]))
        parts += _drawn(patch, product, np.array([width / 2, top + _LABEL_MM + tall / 2]))
        told.append(_words(patch, len(sheet.patches), product))
        top += _LABEL_MM + tall
    return Page(svg=draw.page((width, height), parts, words), told=f"{words} {' '.join(told)}")


def _words(patch: TransferPatch, count: int, product: Product) -> str:
    """Say what a patch is."""
    counted = f", {len(patch.marks_mm):,} impressions" if product == "look" else ""
    return f"Patch {patch.number} of {count}: {patch.name}{counted}. Length error: worst {patch.worst_fraction:.1%}, mean {patch.mean_fraction:.1%}."


def _label(patch: TransferPatch, count: int, at_mm: tuple[float, float], product: Product) -> list[str]:
    """Return what is written above a patch, outside its cut line, and where front and left are."""
    top, width = at_mm
    lettered = sorted((mark for mark in patch.registration if mark.kind == "landmark"), key=lambda mark: mark.label)
    parts = [draw.text(_words(patch, count, product), EDGE_MM, top + 4.0, size_mm=3.5)]
    if lettered and product != "look":
        parts.append(draw.text("; ".join(f"{mark.label} {mark.what}" for mark in lettered), EDGE_MM, top + 7.6, size_mm=2.5))
    parts.append(draw.arrow((width - EDGE_MM - 5.0, top + 4.5), _flipped(patch.ahead_weights, product), "front"))
    parts.append(draw.arrow((width - EDGE_MM - 22.0, top + 4.5), _flipped(_left(patch), product), "client's left"))
    return parts


def _left(patch: TransferPatch) -> FloatArray:
    """Return the direction to the client's left on the paper: from outside, with the front up, that is to the left."""
    return np.array([-patch.ahead_weights[1], patch.ahead_weights[0]])


def _flipped(places: FloatArray, product: Product) -> FloatArray:
    """Return chart places with y down, and mirrored where the print goes to the skin."""
    return np.asarray(places * np.array([1.0 if product == "template" else -1.0, -1.0]))


def _drawn(patch: TransferPatch, product: Product, middle: FloatArray) -> list[str]:
    """Return the lines, crosses and marks of one patch."""
    kept = ("cut",) if product == "look" else tuple(_LINES)
    parts = []
    for kind in (kind for kind in _LINES if kind in kept):
        thick, colour, dashes = _LINES[kind]
        parts += [
            draw.line(_flipped(each.points_mm, product) + middle, width_mm=thick, colour=colour, dashes=dashes)
            for each in patch.lines
            if each.kind == kind
        ]
    parts += [_cross(patch, mark, product, middle) for mark in patch.registration if product != "look" or mark.kind != "landmark"]
    if product == "look" and len(patch.marks_mm):
        parts.append(draw.marks(_flipped(patch.marks_mm, product) + middle, patch.mark_diameter_mm))
    return parts


def _cross(patch: TransferPatch, mark: RegistrationMark, product: Product, middle: FloatArray) -> str:
    """Return one cross, its label on the side away from the patch."""
    near = np.linalg.norm(patch.chart_mm - mark.chart_mm, axis=1) < _BESIDE_MM
    out = mark.chart_mm - patch.chart_mm[near].mean(0)
    length = float(np.linalg.norm(out))
    out = out / length if length > 1.0 else np.array([0.0, 1.0])
    return draw.cross(_flipped(mark.chart_mm, product) + middle, mark.label, _flipped(out, product))


def _error_page(sheet: TransferSheet) -> Page:
    """Return the map of errors: every patch small, faces coloured by their worst change of length, with the numbers."""
    width, height = PAPER_MM[sheet.paper]
    title = "Errors of length: how far the paper is from the head"
    parts = [
        draw.text(title, EDGE_MM, EDGE_MM + 6.0, size_mm=4.9),
        draw.text(
            "Colour: the worst change of length of each face in any direction. Patches as seen on the skin.", EDGE_MM, EDGE_MM + 11.5
        ),
        *_legend(EDGE_MM, EDGE_MM + 15.0),
    ]
    cols = 2 if len(sheet.patches) > 1 else 1
    rows = -(-len(sheet.patches) // cols)
    cell = ((width - 2 * EDGE_MM) / cols, (height - 2 * EDGE_MM - 30.0) / rows)
    for k, patch in enumerate(sheet.patches):
        corner = (EDGE_MM + (k % cols) * cell[0], EDGE_MM + 30.0 + (k // cols) * cell[1])
        parts += _small(patch, corner, cell)
    said = "; ".join(f"patch {patch.number} worst {patch.worst_fraction:.2%}, mean {patch.mean_fraction:.2%}" for patch in sheet.patches)
    return Page(svg=draw.page((width, height), parts, title), told=f"{title}: {said}.")


def _small(patch: TransferPatch, corner: tuple[float, float], cell: tuple[float, float]) -> list[str]:
    """Return one patch scaled into a cell, with its numbers."""
    extent = np.ptp(patch.chart_mm, axis=0)
    scale = min((cell[0] - 6.0) / extent[0], (cell[1] - 12.0) / extent[1])
    middle = np.array([corner[0] + cell[0] / 2, corner[1] + 7.0 + (cell[1] - 8.0) / 2])
    box = (patch.chart_mm.max(0) + patch.chart_mm.min(0)) / 2
    places = _flipped(patch.chart_mm - box, "template") * scale + middle
    told = f"{patch.number} {patch.name}: worst {patch.worst_fraction:.2%}, mean {patch.mean_fraction:.2%}"
    return [draw.text(told, corner[0], corner[1] + 4.0, size_mm=2.8), draw.faces_by_error(places, patch.faces, patch.error_fraction)]


def _legend(x_mm: float, y_mm: float) -> list[str]:
    """Return the key of the colours."""
    parts = []
    for k, colour in enumerate(draw.ERROR_COLOURS[:-1]):
        parts.append(
            f'<rect x="{x_mm + 18 * k:g}" y="{y_mm:g}" width="18" height="4" fill="{colour}" stroke="{draw.PALE}" stroke-width="0.1"/>'
        )
        parts.append(draw.text(f"to {draw.ERROR_STEPS[k]:.2%}", x_mm + 18 * k + 9, y_mm + 7.5, size_mm=2.3, anchor="middle"))
    return parts


def _wrapped(sentence: str, signs_count: int) -> list[str]:
    """Return a sentence in rows of at most so many signs."""
    rows = [""]
    for word in sentence.split():
        if len(rows[-1]) + len(word) + 1 > signs_count:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows
