"""What was found, drawn over the photo it was found in: a grid in mm on the scalp, doubt in colours, landmarks, the outline.

Layout and words of a sheet are others' business; nothing here changes what is known.
"""

import cv2
import numpy as np

from scalp.base import ByteArray, Float32Array, FloatArray, Value, value
from scalp.colour.scales import FULL_DOUBT_MM, doubt_srgb_u8
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Outline
from scalp.geometry.partings import measure_partings
from scalp.geometry.raster import Fragments, rasterise
from scalp.rendering.lines import cover_grid

GRID_SRGB_U8, OUTLINE_SRGB_U8, EDGE_SRGB_U8, MARK_SRGB_U8 = (255, 255, 255), (255, 176, 0), (0, 200, 255), (255, 64, 160)
GRID_FRACTION, TINT_FRACTION = 0.8, 0.62
"""How much of a line, and of a colour of doubt, covers the photo."""
MARGIN_FRACTION = 0.12
EAR_MM = 28.0
"""Height of the scalp's lower edge above the tragi. (D)"""
HIDDEN_MM = 6.0
_HALF = 0.5
BAR_MM = 50.0


@value
class Ground(Value):
    """What does not depend on the photo: where each vertex (V,) lies over the surface in mm, and whether it is scalp, 0..1."""

    head: Head
    along_mm: FloatArray
    aside_mm: FloatArray
    scalp_fraction: FloatArray


@value
class Cutting(Value):
    """The part of a photo round the head at the size it is shown, its camera, and what each pixel shows of the surface."""

    srgb_u8: ByteArray
    camera: Camera
    seen: Fragments
    corner_px: tuple[float, float]
    """Where its top left corner lies in the photo, (x, y)."""
    zoom: float
    """How many times larger than in the photo it is shown."""


def survey_ground(head: Head) -> Ground:
    """Return the measures over a head's surface that a grid is drawn from."""
    partings = measure_partings(head)
    return Ground(head=head, along_mm=partings.along_mm, aside_mm=partings.aside_mm, scalp_fraction=_scalp(head))


def _scalp(head: Head) -> FloatArray:
    """Return 1 above a line from the glabella over the ears to the inion, 0 below, within 4 mm, (V,)."""
    _, height_mm, depth_mm = head.surface.vertices_mm.T
    inion, glabella = head.landmark("inion"), head.landmark("glabella")
    low_mm = np.interp(depth_mm, [inion[2], 0.0, glabella[2]], [inion[1], EAR_MM, glabella[1]])
    return np.asarray(np.clip((height_mm - low_mm) / 4.0 + 0.5, 0.0, 1.0))


def cut_head(photo: Photo, head: Head, side_px: int) -> Cutting:
    """Return the head in a photo with a little air, its longer side `side_px`."""
    camera = head.camera_of(photo.digest)
    points_px = camera.project(head.surface.vertices_mm)
    low, high = points_px.min(axis=0), points_px.max(axis=0)
    air_px = MARGIN_FRACTION * (high - low).max()
    left, top = np.maximum(np.floor(low - air_px), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + air_px), [photo.width_px, photo.height_px]).astype(int)
    right, bottom = max(right, left + 8), max(bottom, top + 8)
    part = photo.srgb_u8[top:bottom, left:right]
    scale = side_px / max(part.shape[:2])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    shown = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    centre = ((camera.centre_px[0] - left) * scale, (camera.centre_px[1] - top) * scale)
    own = Camera(
        focal_px=camera.focal_px * scale, centre_px=centre, width_px=size[0], height_px=size[1], camera_from_head=camera.camera_from_head
    )
    seen = rasterise(own, head.surface)
    return Cutting(srgb_u8=np.asarray(shown, np.uint8), camera=own, seen=seen, corner_px=(float(left), float(top)), zoom=scale)


def draw_grid(cutting: Cutting, ground: Ground) -> ByteArray:
    """Return a cut photo with lines every 10 mm over the scalp, every fifth heavy, (rows, cols, 3)."""
    scalp = _across(ground.scalp_fraction, cutting, ground.head)
    along, aside = (cover_grid(_across(column, cutting, ground.head).astype(np.float32)) for column in (ground.along_mm, ground.aside_mm))
    cover = GRID_FRACTION * np.maximum(along, aside) * np.nan_to_num(scalp)
    return _mixed(cutting.srgb_u8, np.array(GRID_SRGB_U8, np.float32), cover)


def tint_doubt(cutting: Cutting, head: Head) -> ByteArray:
    """Return a cut photo with the doubt of the scalp laid over it in colours, (rows, cols, 3)."""
    sd_mm = _across(head.surface_sd_mm, cutting, head)
    cover = np.where(np.isfinite(sd_mm), TINT_FRACTION * np.nan_to_num(_across(_scalp(head), cutting, head)), 0.0)
    return _mixed(cutting.srgb_u8, doubt_srgb_u8(sd_mm).astype(np.float32), cover)


def _mixed(srgb_u8: ByteArray, over: FloatArray | Float32Array, cover: FloatArray) -> ByteArray:
    """Return a picture with colours laid over it."""
    share = cover[..., None].astype(np.float32)
    return np.asarray(srgb_u8 * (1.0 - share) + over * share + 0.5).astype(np.uint8)


def _across(column: FloatArray, cutting: Cutting, head: Head) -> FloatArray:
    """Return a column of the vertices (V,) at each pixel, NaN off the head."""
    inside = cutting.seen.face_index >= 0
    spread = np.full(inside.shape, np.nan)
    corners = head.surface.faces[cutting.seen.face_index[inside]]
    spread[inside] = (column[corners] * cutting.seen.barycentric[inside]).sum(axis=1)
    return spread


def mark_findings(srgb_u8: ByteArray, cutting: Cutting, head: Head, outline: Outline | None = None) -> ByteArray:
    """Return a picture with the edge of the fitted scalp, the outline found in the photo, the landmarks, and a bar of 50 mm."""
    lined = np.array(srgb_u8)
    edges, _ = cv2.findContours((cutting.seen.face_index >= 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.polylines(lined, edges, isClosed=True, color=EDGE_SRGB_U8, thickness=2, lineType=cv2.LINE_AA)
    # Face, ears and neck are not fitted to the photo: their edge would look like a fault.
    scalp = np.nan_to_num(_across(_scalp(head), cutting, head)) > _HALF
    near = cv2.dilate(scalp.astype(np.uint8), np.ones((7, 7), np.uint8))[..., None] > 0
    drawn = np.where(near, lined, srgb_u8)
    if outline is not None:
        places = np.round((outline.points_px - np.array(cutting.corner_px)) * cutting.zoom).astype(int)
        for x, y in places.tolist():
            cv2.circle(drawn, (x, y), 1, OUTLINE_SRGB_U8, -1, cv2.LINE_AA)
    _mark_landmarks(drawn, cutting, head)
    _draw_bar(drawn, cutting, head)
    return drawn


def _draw_bar(drawn: ByteArray, cutting: Cutting, head: Head) -> None:
    """Draw a bar as long as 50 mm are at the distance of the glabella, or of the nearest scalp where that is turned away."""
    depth_mm = cutting.camera.in_camera(head.landmarks_mm)[:, 2]
    length_px = round(BAR_MM * cutting.camera.focal_px / float(np.median(depth_mm)))
    rows, size = drawn.shape[0], drawn.shape[0] / 1000.0
    left, low = round(18 * size), rows - round(22 * size)
    for colour, thickness in (((30, 30, 30), round(9 * size) + 1), ((255, 255, 255), max(1, round(4 * size)))):
        cv2.line(drawn, (left, low), (left + length_px, low), colour, thickness)
    _write(drawn, f"{BAR_MM:.0f} mm", (left, low - round(12 * size)), size)


def _write(drawn: ByteArray, text: str, place: tuple[int, int], size: float) -> None:
    """Write a word in white with a dark rim."""
    for colour, thickness in (((30, 30, 30), 4), ((255, 255, 255), 1)):
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, max(0.42, 0.62 * size), colour, thickness, cv2.LINE_AA)


def _mark_landmarks(drawn: ByteArray, cutting: Cutting, head: Head) -> None:
    """Draw a ring at each landmark, full and named where it is in sight."""
    points_px, depth_mm = cutting.camera.project(head.landmarks_mm), cutting.camera.in_camera(head.landmarks_mm)[:, 2]
    rows, cols = drawn.shape[:2]
    size = rows / 1000.0
    for name, (x, y), own_mm in zip(LANDMARK_NAMES, points_px, depth_mm, strict=True):
        if not (0 <= x < cols and 0 <= y < rows):
            continue
        before_mm = float(cutting.seen.depth_mm[int(y), int(x)])
        place = (round(float(x)), round(float(y)))
        if own_mm > before_mm + HIDDEN_MM:
            cv2.circle(drawn, place, round(5 * size), MARK_SRGB_U8, 1, cv2.LINE_AA)
            continue
        cv2.circle(drawn, place, round(6 * size), MARK_SRGB_U8, -1, cv2.LINE_AA)
        _write(drawn, name.replace("_", " "), _beside(drawn, name, place, size), size)


def _beside(drawn: ByteArray, name: str, place: tuple[int, int], size: float) -> tuple[int, int]:
    """Return where a name starts: beside its place, away from the middle of the picture as far as there is room."""
    (width_px, _), _ = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, max(0.42, 0.62 * size), 1)
    air_px, cols = round(9 * size), drawn.shape[1]
    wanted = place[0] + air_px if place[0] > 0.48 * cols else place[0] - air_px - width_px
    return int(np.clip(wanted, 2, max(2, cols - width_px - 2))), place[1] - round(8 * size)


def draw_key(srgb_u8: ByteArray) -> ByteArray:
    """Return a picture with the scale of the colours of doubt along its lower edge, in mm."""
    drawn = np.array(srgb_u8)
    rows, cols = drawn.shape[:2]
    size = rows / 1000.0
    width_px, high_px = round(0.46 * cols), max(6, round(20 * size))
    left, top = cols - width_px - round(24 * size), rows - high_px - round(20 * size)
    band = doubt_srgb_u8(np.linspace(0.0, FULL_DOUBT_MM, width_px))
    drawn[top - 2 : top + high_px + 2, left - 2 : left + width_px + 2] = 255
    drawn[top : top + high_px, left : left + width_px] = band[None]
    low = top - round(10 * size)
    _write(drawn, "0", (left, low), size)
    text = f"{FULL_DOUBT_MM:g} mm or more"
    (text_px, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, max(0.42, 0.62 * size), 1)
    _write(drawn, text, (left + width_px - text_px, low), size)
    return drawn
