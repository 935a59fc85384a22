"""Faces in a photo: where they are, the 468 points of each, and the irises.

The detector sees the whole photo and overlapping tiles of it, turned copies where it found nothing; the mesh is run
twice, the second time on the square its own first points ask for. Pose, scale and the head are not decided here.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.capture.seeing.anchors import decode_faces, overlaps
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.networks import load_network
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting

_RIGHT_EYE_INDEX, _LEFT_EYE_INDEX = (33, 133), (263, 362)
"""Outer and inner corner of each eye in the mesh."""
_LIDS_INDEX, _CORNERS_INDEX = (4, 12), (0, 8)
"""Middle of the lower and upper lid, and the corners, in the 71 points of the iris network."""
_TURNED_FRACTION = 0.08
"""Axes of an iris that differ by more are not two readings of one width."""
_FACE_ZOOM, _EYE_ZOOM = 1.5, 2.3
"""How much wider than its points the square of a network is, as these networks were trained. [Kartynnik2019]"""


@value
class FaceSearch(Value):
    """How hard to look for faces."""

    score_fraction: float = 0.5
    """Least score of the detector."""
    flag_fraction: float = 0.6
    """Least certainty of the mesh network that its square shows a face."""
    working_px: int = 1280
    """Longest side of the copy the detector's tiles are cut from."""
    tile_fraction: tuple[float, ...] = (0.55, 0.3)
    """Sides of the tiles, as parts of the shorter side of the photo; the next is tried only while nothing is found."""
    turns_rad: tuple[float, ...] = (0.6, -0.6)
    """Turned copies that are tried where the upright photo shows no face."""
    bystander_fraction: float = 0.35
    """Faces smaller than this part of the largest are people in the background."""
    eye_opening_fraction: float = 0.22
    """Least height of an eye between its lids over its width for its iris to be measured."""
    eye_width_px: float = 12.0
    """Least width of an eye for its iris to be measured."""


def find_faces(photo: Photo, models: Path, search: FaceSearch | None = None) -> tuple[FaceSighting, ...]:
    """Find every face of a photo, from left to right; none where there is none.

    Heads from the full height down to about a twentieth of it, turned in the picture up to some 45 degrees. A head
    seen from the side (beyond about 60 degrees), from behind or from far above shows no face: that gives none, and
    points named by hand are the way on. [Bazarevsky2019] [Kartynnik2019]
    """
    search = search or FaceSearch()
    pixels = photo.srgb_u8
    found: list[FaceSighting] = []
    for crops in _looks(photo, search):
        squares = [square for crop in crops for square in _detect(pixels, crop, models, search)]
        for square in sorted(squares, key=lambda one: -one[1]):
            _add(found, _sight(pixels, square[0], models, search))
        if found:
            break
    largest = max((_height_px(face) for face in found), default=0.0)
    kept = [face for face in found if _height_px(face) >= search.bystander_fraction * largest]
    return tuple(sorted(kept, key=lambda face: face.box_px[0] + face.box_px[2]))


def _looks(photo: Photo, search: FaceSearch) -> Iterator[list[Crop]]:
    """Give the squares to look at, round by round: whole and large tiles, turned whole, then small tiles."""
    width, height = photo.width_px, photo.height_px
    whole = Crop(centre_px=(width / 2.0, height / 2.0), side_px=float(max(width, height)))
    tiles = [_tiles(width, height, fraction) for fraction in search.tile_fraction]
    yield [whole, *(tiles[0] if tiles else [])]
    yield [Crop(centre_px=whole.centre_px, side_px=whole.side_px * zoom, turn_rad=turn) for turn in search.turns_rad for zoom in (1.0, 0.6)]
    yield from tiles[1:]


def _tiles(width_px: int, height_px: int, fraction: float) -> list[Crop]:
    """Return squares that overlap by half and cover the photo."""
    side = fraction * min(width_px, height_px)
    columns = np.linspace(side / 2, width_px - side / 2, int(np.ceil((width_px - side) / (0.5 * side))) + 1)
    rows = np.linspace(side / 2, height_px - side / 2, int(np.ceil((height_px - side) / (0.5 * side))) + 1)
    return [Crop(centre_px=(float(x), float(y)), side_px=side) for y in rows for x in columns]


def _detect(pixels: np.ndarray, crop: Crop, models: Path, search: FaceSearch) -> list[tuple[Crop, float]]:
    """Return the square of each face the detector sees in `crop`, turned upright, with its score."""
    network = load_network(models, "face_detection_short_range")
    seen = network.run(crop.cut(pixels, network.kind.side_px))
    faces = decode_faces(seen["scores"], seen["boxes"], threshold_fraction=search.score_fraction)
    squares = []
    for box, keypoints, score in zip(faces.boxes_fraction, faces.keypoints_fraction, faces.scores_fraction, strict=True):
        centre = crop.to_photo((box[:2] + box[2:])[None] / 2.0)[0]
        eyes = crop.to_photo(keypoints[:2])
        side = float((box[2:] - box[:2]).max()) * crop.side_px * _FACE_ZOOM
        squares.append(
            (Crop(centre_px=(float(centre[0]), float(centre[1])), side_px=side, turn_rad=_turn_rad(eyes[0], eyes[1])), float(score))
        )
    return squares


def _turn_rad(right_eye_px: FloatArray, left_eye_px: FloatArray) -> float:
    """Return how far the face is turned clockwise in the picture, from the line between its eyes."""
    across = left_eye_px - right_eye_px
    return float(np.arctan2(across[1], across[0]))


def _sight(pixels: np.ndarray, square: Crop, models: Path, search: FaceSearch) -> FaceSighting | None:
    """Return the face in a square, or None where the mesh network says that there is none."""
    mesh_px, first_flag = _mesh(pixels, square, models)
    if first_flag < search.flag_fraction / 2.0:
        return None
    mesh_px, flag = _mesh(pixels, _square_round(mesh_px, _turn_rad(mesh_px[33], mesh_px[263]), _FACE_ZOOM), models)
    if flag < search.flag_fraction:
        return None
    (left, top), (right, bottom) = mesh_px.min(axis=0), mesh_px.max(axis=0)
    irises = np.stack([_iris(pixels, mesh_px, corners, models, search) for corners in (_RIGHT_EYE_INDEX, _LEFT_EYE_INDEX)])
    return FaceSighting(box_px=(float(left), float(top), float(right), float(bottom)), score_fraction=flag, mesh_px=mesh_px, iris_px=irises)


def _mesh(pixels: np.ndarray, square: Crop, models: Path) -> tuple[FloatArray, float]:
    """Return the 468 points in photo px and the certainty 0..1 that the square shows a face."""
    network = load_network(models, "face_landmark")
    side = network.kind.side_px
    seen = network.run(square.cut(pixels, side))
    points = seen["points"].reshape(468, 3)[:, :2].astype(np.float64) / side
    return square.to_photo(points), float(1.0 / (1.0 + np.exp(-float(seen["flag"][0]))))


def _square_round(points_px: FloatArray, turn_rad: float, zoom: float, *, mirrored: bool = False) -> Crop:
    """Return the turned square round some points, `zoom` times as large as they are."""
    upright = Crop(centre_px=(0.0, 0.0), side_px=1.0, turn_rad=turn_rad)
    own = upright.to_crop(points_px)
    low, high = own.min(axis=0), own.max(axis=0)
    centre = upright.to_photo(((low + high) / 2.0)[None])[0]
    side = float((high - low).max()) * zoom
    return Crop(centre_px=(float(centre[0]), float(centre[1])), side_px=side, turn_rad=turn_rad, mirrored=mirrored)


def _iris(pixels: np.ndarray, mesh_px: FloatArray, corners: tuple[int, int], models: Path, search: FaceSearch) -> FloatArray:
    """Return centre x, y and diameter of one iris in px, NaN for an eye that is closed or too small. [Ablavatski2020]"""
    if np.linalg.norm(mesh_px[corners[0]] - mesh_px[corners[1]]) < search.eye_width_px:
        return np.full(3, np.nan)
    network = load_network(models, "iris_landmark")
    side, turn = network.kind.side_px, _turn_rad(mesh_px[33], mesh_px[263])
    square = _square_round(mesh_px[list(corners)], turn, _EYE_ZOOM, mirrored=corners is _LEFT_EYE_INDEX)
    seen = network.run(square.cut(pixels, side))
    eye = seen["eye"].reshape(71, 3)[:, :2].astype(np.float64)
    opening, width = (np.linalg.norm(np.subtract(*eye[list(ends)])) for ends in (_LIDS_INDEX, _CORNERS_INDEX))
    if opening < search.eye_opening_fraction * width:
        return np.full(3, np.nan)
    ring_px = square.to_photo(seen["iris"].reshape(5, 3)[:, :2].astype(np.float64) / side)
    across, down = np.linalg.norm(ring_px[1] - ring_px[3]), np.linalg.norm(ring_px[2] - ring_px[4])
    # A disc that looks away is narrower one way only: its longer axis is its width.
    turned = abs(across - down) > _TURNED_FRACTION * max(across, down)
    return np.array([*ring_px[0], max(across, down) if turned else (across + down) / 2.0])


def _add(found: list[FaceSighting], face: FaceSighting | None) -> None:
    """Add a face unless it is the same as one found before."""
    if face is None:
        return
    boxes = np.array([other.box_px for other in found]).reshape(-1, 4)
    if not len(boxes) or overlaps(np.array(face.box_px), boxes).max() < 0.3:
        found.append(face)


def _height_px(face: FaceSighting) -> float:
    """Return the height of a face's box."""
    return face.box_px[3] - face.box_px[1]
