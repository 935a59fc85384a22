"""The colours of a scan on the surface of the head made from it, and pictures of that head from any side.

Each face of the head has its own half of a cell in the picture, so that ears and nostrils, which no flat map shows without
folds, keep their colours. Nothing is relit: the scanner's light stays in.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, BoolArray, ByteArray, FloatArray, Value, value
from scalp.capture.scan.scan_views import BACKDROP_SRGB, Painted, look_at, sample_picture
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.texture import Texture
from scalp.geometry.nearest import NearestFinder
from scalp.geometry.raster import rasterise

SMALLEST_CELL_PX = 5
WITHIN_MM = 6.0
SURE_MM = 1.0
"""A place whose colours were taken from no farther than this was seen."""
THREADS_COUNT = 2
STANDS_RAD = {
    "front": (0.0, 0.0),
    "quarter-left": (0.66, 0.0),
    "left": (1.5708, 0.0),
    "back": (3.1416, 0.1),
    "right": (-1.5708, 0.0),
    "quarter-right": (-0.66, 0.0),
    "top": (0.0, 1.35),
    "front-top": (0.0, 0.66),
}
"""Azimuth towards the client's left and height of the cameras that stand round a head."""
FAR_MM, SPAN_MM, PICTURE_PX = 900.0, 350.0, 1200


@value
class Palette(Value):
    """How the colours of a scan are laid on its head."""

    side_px: int = 2048
    """Side of the picture at most."""

    def check(self) -> None:
        """Refuse pictures nobody can use."""
        if not 64 <= self.side_px <= 8192:
            raise BadInput("side_px", self.side_px, "64 to 8192", "2048 is usual.")


def carry_colours(head: Head, painted: Painted, filled: BoolArray, palette: Palette | None = None) -> Texture:
    """Return the texture of a head from the scan it was made of, each texel from the nearest place of the scan.

    `painted` lies in head space. A texel is sure where the scan is near and nothing was filled in.
    """
    side_px = (palette or Palette()).side_px
    faces = head.surface.faces
    across = int(np.ceil(np.sqrt((len(faces) + 1) // 2)))
    cell = max(side_px // across, SMALLEST_CELL_PX)
    side = across * cell
    corners_px, owner, weights = _cells(len(faces), across, cell)
    inside = np.asarray(owner >= 0)
    index, share = np.asarray(owner[inside]), weights[inside]
    finder = NearestFinder(painted.surface)
    places = np.einsum("nk,nkd->nd", share, head.surface.vertices_mm[faces[index]])
    blocks = np.array_split(np.arange(len(places)), max(THREADS_COUNT, len(places) // 500_000))
    with ThreadPoolExecutor(THREADS_COUNT) as crew:
        told = list(crew.map(lambda block: _colours(painted, finder, places[block]), blocks))
    colours, far_mm = np.vstack([one[0] for one in told]), np.concatenate([one[1] for one in told])
    picture, seen = np.zeros((side, side, 3), np.uint8), np.zeros((side, side), np.uint8)
    picture[inside] = colours
    guessed = np.asarray(filled[faces].any(axis=1))[index]
    seen[inside] = np.where(guessed, 0.0, 255.0 * np.clip(2.0 - far_mm / SURE_MM, 0.0, 1.0)).astype(np.uint8)
    return Texture(head_digest=head.digest, uv_fraction=(corners_px / side).astype(np.float32), srgb_u8=picture, seen_u8=seen)


def _colours(painted: Painted, finder: NearestFinder, places: FloatArray) -> tuple[ByteArray, FloatArray]:
    """Return the colours of a scan nearest to places (N, 3), and how far away they were found."""
    near = finder.find(places, within_mm=WITHIN_MM)
    lost = np.asarray(near.face_index < 0)
    if lost.any():
        again = finder.find(places[lost])
        near.face_index[lost], near.barycentric[lost], near.distance_mm[lost] = again
    return (painted.colours(near.face_index, near.barycentric) + 0.5).astype(np.uint8), near.distance_mm


def _cells(count: int, across: int, cell: int) -> tuple[FloatArray, npt.NDArray[np.signedinteger[Any]], FloatArray]:
    """Return the corners of each face in px (F, 3, 2), which face each texel belongs to (-1 for none), and its weights there.

    Two faces share a square cell, one from its left and top, one from its right and bottom, with a texel of air between.
    """
    far = cell - 2.0
    upper = np.array([[1.0, 1.0], [far, 1.0], [1.0, far]])
    lower = cell - upper
    face = np.arange(count)
    start = np.stack([(face // 2) % across, (face // 2) // across], -1) * cell
    corners_px = start[:, None] + np.where((face % 2 == 0)[:, None, None], upper, lower)
    rows, cols = np.mgrid[0 : across * cell, 0 : across * cell]
    x, y = cols % cell + 0.5, rows % cell + 0.5
    below = x + y >= cell
    owner = ((rows // cell) * across + cols // cell) * 2 + below
    owner = np.where(owner < count, owner, -1)
    along, down = np.where(below, cell - x, x), np.where(below, cell - y, y)
    second, third = (along - 1.0) / (far - 1.0), (down - 1.0) / (far - 1.0)
    return np.asarray(corners_px, float), np.asarray(owner), np.stack([1.0 - second - third, second, third], -1)


def stand_round(head: Head, names: tuple[str, ...] = tuple(STANDS_RAD), *, side_px: int = PICTURE_PX) -> tuple[Camera, ...]:
    """Return cameras round a head, in the order of the names of `STANDS_RAD`: upright, square, the head filling two thirds."""
    unknown = [name for name in names if name not in STANDS_RAD]
    if unknown:
        raise BadInput("stand", ", ".join(unknown), ", ".join(STANDS_RAD), "Choose one of these.")
    extent = head.surface.vertices_mm
    target = np.array([0.0, (extent[:, 1].min() + extent[:, 1].max()) / 2, (extent[:, 2].min() + extent[:, 2].max()) / 2])
    cameras = []
    for azimuth_rad, height_rad in (STANDS_RAD[name] for name in names):
        way = np.array([np.sin(azimuth_rad) * np.cos(height_rad), np.sin(height_rad), np.cos(azimuth_rad) * np.cos(height_rad)])
        cameras.append(look_at(target + FAR_MM * way, target, np.array([0.0, 1.0, 0.0]), width_mm=SPAN_MM, side_px=side_px))
    return tuple(cameras)


def scan_photos(head: Head, texture: Texture, cameras: tuple[Camera, ...]) -> tuple[Photo, ...]:
    """Return pictures of a head in its own colours, before plain grey, as its cameras see it: exact photos of a scan.

    The scanner's light stays in the colours and no other is added; four samples a pixel.
    """
    if texture.head_digest != head.digest:
        raise BadInput("texture", "of another head", "the texture of this head", "Make both from one scan.")
    return tuple(_picture(head, texture, camera) for camera in cameras)


def _picture(head: Head, texture: Texture, camera: Camera) -> Photo:
    """Return what one camera sees."""
    seen = rasterise(camera, head.surface, scale=2.0)
    hit = seen.face_index >= 0
    light = np.broadcast_to(srgb_encoding().decode[BACKDROP_SRGB, 0], (*hit.shape, 3)).copy()
    uv = np.einsum("nk,nkd->nd", seen.barycentric[hit], texture.uv_fraction[seen.face_index[hit]])
    light[hit] = ((sample_picture(texture.srgb_u8, uv) / 255.0 + 0.055) / 1.055) ** 2.4
    mean = light.reshape(hit.shape[0] // 2, 2, hit.shape[1] // 2, 2, 3).mean(axis=(1, 3))
    stored = np.where(mean <= 0.0031308, mean * 12.92, 1.055 * np.maximum(mean, 1e-9) ** (1 / 2.4) - 0.055)
    pixels = (np.clip(stored, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=camera.focal_px)
