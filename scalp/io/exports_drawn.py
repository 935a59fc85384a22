"""Impressions as a drawing of one side of the head in true millimetres (SVG), a layer for each session and in it each zone.

The projection is parallel: lengths in the plane of the paper are true, skin that slants away is shorter. What hair, ears or
the head itself hide from that side is not drawn. A sheet to be laid on the skin is the transfer sheet's business.
"""

from typing import Literal, get_args
from xml.sax.saxutils import escape, quoteattr

import cv2
import numpy as np

from scalp.base import BoolArray, FloatArray, IntArray, Value, value
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.geometry.raster import rasterise_flat
from scalp.io.exports_placed import NOTICE, Placed, session_srgb_u8

DrawnSide = Literal["front", "left", "right", "back", "top"]
DRAWN_SIDES: tuple[DrawnSide, ...] = get_args(DrawnSide)
"""Left and right are the client's. From above, the face is at the lower edge."""
SCHEMA, VERSION = "smp-impressions-drawing", 1
MARGIN_MM, RULER_MM, FOOT_MM = 10.0, 100.0, 22.0
BELOW_TRAGI_MM = 110.0
"""How far below the tragi a drawing ends: under the chin and the nape's hair, above the shoulders of most scans. (D)"""
SIGHT_PX_PER_MM = 2.0
OUTLINE_MM = 0.1
"""The outline is drawn so closely; by itself it is known to a pixel of the sight."""
_SMOOTHING = np.full(9, 1 / 9)
IN_SIGHT_MM = 1.5
"""How far behind what is seen at its place an impression may lie and still be drawn."""
_AXES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "front": ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "left": ((0.0, 0.0, -1.0), (0.0, -1.0, 0.0)),
    "right": ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0)),
    "back": ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "top": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
}
"""Where the right and the lower edge of each drawing lie in the head frame."""
_NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'


@value
class _Sheet(Value):
    """Where a drawing shows places: mm from its upper left corner."""

    right_weights: FloatArray
    down_weights: FloatArray
    corner_mm: FloatArray
    width_mm: float
    height_mm: float

    def across_mm(self, places_mm: FloatArray) -> FloatArray:
        """Return x and y in the drawing (N, 2)."""
        return np.asarray(np.column_stack([places_mm @ self.right_weights, places_mm @ self.down_weights]) - self.corner_mm)

    def depth_mm(self, places_mm: FloatArray) -> FloatArray:
        """Return how far behind the middle of the head places lie (N,)."""
        return np.asarray(places_mm @ np.cross(self.right_weights, self.down_weights))


def draw_side(placed: Placed, head: Head, design: Design, side: DrawnSide) -> bytes:
    """Return the drawing of one side as the bytes of an SVG file."""
    sheet = _sheet(head, side)
    outline, nearest_mm = _sight(head, sheet)
    seen = _in_sight(placed.places_mm, sheet, nearest_mm)
    width, height = f"{sheet.width_mm:.2f}", f"{sheet.height_mm + FOOT_MM:.2f}"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg {_NAMESPACES} width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">',
        f"<title>Impressions, {side}</title>",
        f"<desc>{escape(_description(placed, side))}</desc>",
        *_ground(outline, design, sheet, nearest_mm),
        *_layers(placed, sheet, seen),
        *_foot(placed, side, sheet, int(seen.sum())),
        "</svg>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _sheet(head: Head, side: DrawnSide) -> _Sheet:
    """Return a sheet that holds the whole head and no shoulders."""
    right, down = (np.array(axis) for axis in _AXES[side])
    shown_mm = head.surface.vertices_mm[head.surface.vertices_mm[:, 1] > _lowest_mm(head)]
    across = np.column_stack([shown_mm @ right, shown_mm @ down])
    low, high = across.min(axis=0) - MARGIN_MM, across.max(axis=0) + MARGIN_MM
    width_mm, height_mm = high - low
    return _Sheet(right_weights=right, down_weights=down, corner_mm=low, width_mm=float(width_mm), height_mm=float(height_mm))


def _lowest_mm(head: Head) -> float:
    """Return the height below which nothing is drawn."""
    return float((head.landmark("left_tragion")[1] + head.landmark("right_tragion")[1]) / 2 - BELOW_TRAGI_MM)


def _sight(head: Head, sheet: _Sheet) -> tuple[list[FloatArray], FloatArray]:
    """Return the outline of the head in the drawing, and how near it is at every pixel of it, infinite beside it."""
    size_px = (int(np.ceil(sheet.height_mm * SIGHT_PX_PER_MM)), int(np.ceil(sheet.width_mm * SIGHT_PX_PER_MM)))
    vertices_mm, faces, lowest_mm = head.surface.vertices_mm, head.surface.faces, _lowest_mm(head)
    above = vertices_mm[faces, 1] > lowest_mm
    shown = np.ascontiguousarray(faces[above.any(axis=1) if sheet.down_weights[1] else above.all(axis=1)])
    seen = rasterise_flat(sheet.across_mm(vertices_mm) * SIGHT_PX_PER_MM, sheet.depth_mm(vertices_mm), shown, size_px)
    inside = (seen.face_index >= 0).astype(np.uint8)
    # The neck ends in a straight line and not in the edges of its faces; seen from above it lies under the head.
    down_mm = sheet.across_mm(np.array([[0.0, lowest_mm, 0.0]]))[0, 1]
    inside[int(np.ceil(down_mm * SIGHT_PX_PER_MM)) if sheet.down_weights[1] else len(inside) :] = 0
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = [_smooth_mm(contour[:, 0]) for contour in contours if len(contour) > len(_SMOOTHING)]
    return outline, np.asarray(seen.depth_mm, np.float64)


def _smooth_mm(contour_px: IntArray) -> FloatArray:
    """Return a closed outline without the steps of its pixels, in mm of the drawing, straight runs as two places."""
    reach = len(_SMOOTHING) // 2
    round_px = np.concatenate([contour_px[-reach:], contour_px, contour_px[:reach]]).astype(np.float64) + 0.5
    smooth_px = np.column_stack([np.convolve(round_px[:, axis], _SMOOTHING, "valid") for axis in range(2)])
    kept_px = cv2.approxPolyDP(smooth_px.astype(np.float32)[:, None], OUTLINE_MM * SIGHT_PX_PER_MM, closed=True)
    return np.asarray(kept_px[:, 0] / SIGHT_PX_PER_MM, np.float64)


def _in_sight(places_mm: FloatArray, sheet: _Sheet, nearest_mm: FloatArray) -> BoolArray:
    """Return which places of the surface are seen from this side (N,); on the rim a neighbouring pixel may see them."""
    rows, cols = nearest_mm.shape
    at = np.floor(sheet.across_mm(places_mm) * SIGHT_PX_PER_MM).astype(int)
    around = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]
    near_mm = np.stack([nearest_mm[np.clip(at[:, 1] + r, 0, rows - 1), np.clip(at[:, 0] + c, 0, cols - 1)] for r, c in around])
    near_mm = np.where(np.isfinite(near_mm), near_mm, -np.inf).max(axis=0)
    return np.asarray(sheet.depth_mm(places_mm) <= near_mm + IN_SIGHT_MM)


def _ground(outline: list[FloatArray], design: Design, sheet: _Sheet, nearest_mm: FloatArray) -> list[str]:
    """Return the outline of the head and the hairline where this side sees it."""
    drawn = "".join(_path(points, closed=True) for points in outline)
    line_mm = design.hairline.points_mm
    runs = np.split(line_mm, np.nonzero(np.diff(_in_sight(line_mm, sheet, nearest_mm).astype(int)))[0] + 1) if len(line_mm) else []
    seen = [run for run in runs if len(run) > 1 and _in_sight(run, sheet, nearest_mm).all()]
    hairline = "".join(_path(sheet.across_mm(run), closed=False) for run in seen)
    return [
        _layer_start("head"),
        f'<path d="{drawn}" fill="#f6f1ec" stroke="#8a8178" stroke-width="0.4" stroke-linejoin="round"/>',
        "</g>",
        _layer_start("hairline"),
        f'<path d="{hairline}" fill="none" stroke="#b3262a" stroke-width="0.3"/>',
        "</g>",
    ]


def _layers(placed: Placed, sheet: _Sheet, seen: BoolArray) -> list[str]:
    """Return a layer for each session and in it one for each zone, a circle as wide as the deposit for each impression."""
    here, parts = placed.impressions, []
    across_mm, radii_mm = sheet.across_mm(placed.places_mm), here.deposit_diameter_mm / 2
    for number in np.unique(here.session_number):
        colour = "#{:02x}{:02x}{:02x}".format(*session_srgb_u8(int(number)))
        parts.append(_layer_start(f"session {number}", f' fill="{colour}"'))
        for zone in np.unique(placed.zone_index):
            shown = seen & (here.session_number == number) & (placed.zone_index == zone)
            if shown.any():
                parts.append(_layer_start(f"session {number} {ZONE_NAMES[zone]}"))
                rows = np.column_stack([across_mm[shown], radii_mm[shown]]).tolist()
                parts += [f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:.3f}"/>' for x, y, r in rows]
                parts.append("</g>")
        parts.append("</g>")
    return parts


def _foot(placed: Placed, side: DrawnSide, sheet: _Sheet, count: int) -> list[str]:
    """Return a ruler to check the scale of a print, and what is shown."""
    top_mm = sheet.height_mm + 6.0
    ticks = "".join(f"M{MARGIN_MM + step:.1f} {top_mm:.1f}v{-2.5 if step % 50 == 0 else -1.4}" for step in range(0, int(RULER_MM) + 1, 10))
    words = f"{side}: {count:,} of {len(placed.impressions):,} impressions. The line is {RULER_MM:g} mm long."
    return [
        _layer_start("ruler"),
        f'<path d="M{MARGIN_MM:.1f} {top_mm:.1f}h{RULER_MM:g}{ticks}" fill="none" stroke="#333" stroke-width="0.25"/>',
        f'<text x="{MARGIN_MM:.1f}" y="{top_mm + 6.0:.1f}" font-family="sans-serif" font-size="4" fill="#333">{escape(words)}</text>',
        "</g>",
    ]


def _layer_start(name: str, more: str = "") -> str:
    """Return the start of a group that drawing programs show as a layer."""
    label = quoteattr(name)
    return f'<g id={quoteattr(name.replace(" ", "-"))} inkscape:groupmode="layer" inkscape:label={label}{more}>'


def _path(points_mm: FloatArray, *, closed: bool) -> str:
    """Return places as the commands of a path."""
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points_mm.tolist()) + ("Z" if closed else "")


def _description(placed: Placed, side: DrawnSide) -> str:
    """Say what the drawing is, for programs and for people who open it later."""
    here = placed.impressions
    return (
        f"{SCHEMA} {VERSION}. {NOTICE} Side: {side}, parallel projection, 1 unit is 1 mm. Circles are as wide as the healed deposit; "
        f"it is seen wider. Head {here.head_digest}, plan {here.plan_digest}, impressions {here.digest}."
    )
