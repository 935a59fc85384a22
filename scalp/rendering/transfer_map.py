"""Small views of a head that show where each patch of a transfer sheet goes."""

import cv2
import numpy as np

from scalp.base import ByteArray, FloatArray, IntArray
from scalp.domain.head import Head
from scalp.domain.transfer import TransferPatch
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise_flat
from scalp.rendering.flats import MAP_SIDES, MapFrame, MapSide, frame_map

HEIGHT_PX = 560
COLOURS = ((141, 178, 214), (240, 190, 130), (160, 205, 150), (214, 160, 200), (235, 215, 120), (150, 205, 205), (225, 155, 145))
"""Of patches, in turn. Light, so that the number reads."""
_SKIN, _INK, _PAPER = (226, 218, 210), (40, 40, 40), 255
_LABEL_PX = 34


def draw_assembly(head: Head, patches: tuple[TransferPatch, ...]) -> ByteArray:
    """Return a picture (rows, cols, 3) of the head from five sides, each patch in its colour with its number."""
    owner = np.full(len(head.surface.faces), -1, np.int32)
    for number, patch in reversed(list(enumerate(patches))):
        owner[patch.face_index] = number
    views = [_view(head, patches, owner, side) for side in MAP_SIDES]
    tallest = max(view.shape[0] for view in views)
    views = [np.pad(view, ((0, tallest - len(view)), (0, 0), (0, 0)), constant_values=_PAPER) for view in views]
    upper, lower = np.hstack(views[:3]), np.hstack(views[3:])
    width = max(upper.shape[1], lower.shape[1])
    rows = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=_PAPER) for row in (upper, lower)]
    return np.vstack(rows)


def _view(head: Head, patches: tuple[TransferPatch, ...], owner: IntArray, side: MapSide) -> ByteArray:
    """Return the head from one side."""
    frame = frame_map(head, side, HEIGHT_PX)
    places = head.surface.vertices_mm
    seen = rasterise_flat(frame.place_px(places), frame.depth_mm(places), head.surface.faces, (frame.height_px, frame.width_px))
    on_head = seen.face_index >= 0
    faces = seen.face_index[on_head]
    normals = np.einsum("nk,nkd->nd", seen.barycentric[on_head], vertex_normals(head.surface)[head.surface.faces[faces]])
    back = -np.cross(frame.right_weights, frame.down_weights)
    light = 0.62 + 0.38 * np.clip(normals @ back, 0.0, 1.0)
    palette = np.array([*(COLOURS[k % len(COLOURS)] for k in range(len(patches))), _SKIN], float)
    picture = np.full((*on_head.shape, 3), float(_PAPER))
    picture[on_head] = palette[owner[faces]] * light[:, None]
    drawn = np.ascontiguousarray(picture.astype(np.uint8))
    for number in range(len(patches)):
        _number(drawn, seen.face_index, owner, number)
    return _titled(drawn, side, frame)


def _number(drawn: ByteArray, face_index: IntArray, owner: IntArray, number: int) -> None:
    """Write a patch's number in the middle of what is seen of it."""
    rows, cols = np.nonzero((face_index >= 0) & (owner[face_index] == number))
    if len(rows) < HEIGHT_PX:
        return
    middle: FloatArray = np.array([np.median(cols), np.median(rows)])
    nearest = int(np.argmin((cols - middle[0]) ** 2 + (rows - middle[1]) ** 2))
    place = (int(cols[nearest]) - 10, int(rows[nearest]) + 12)
    cv2.putText(drawn, str(number + 1), place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, _INK, 3, cv2.LINE_AA)


def _titled(drawn: ByteArray, side: MapSide, frame: MapFrame) -> ByteArray:
    """Write below a view from where it is seen."""
    label = np.full((_LABEL_PX, frame.width_px, 3), _PAPER, np.uint8)
    (width, _), _ = cv2.getTextSize(side, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)
    cv2.putText(label, side, ((frame.width_px - width) // 2, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.8, _INK, 2, cv2.LINE_AA)
    return np.vstack([drawn, label])
