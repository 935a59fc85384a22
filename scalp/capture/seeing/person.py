"""Which pixels are the person: the selfie network on the whole photo and on the head, sharpened by graph cut in a band.

Here: one soft mask of one person. What of it is scalp, hair or ear is `regions`'s; its bare silhouette is `outline`'s.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value
from scalp.capture.seeing.contours import EdgeSearch, draw_to_edge, filled, half_crossing
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.edges import follow_edges
from scalp.capture.seeing.networks import load_network
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting

_CUT_CHANGES_NOTHING = 0.002
"""Smallest part of the picture that each side of the graph cut needs to learn its colours."""


@value
class PersonSettings(Value):
    """How the mask of the person is found and sharpened."""

    zoom: float = 2.8
    """Side of the square round the head, in heights of the face."""
    working_px: int = 448
    """Side of the copy on which the graph cut runs."""
    band_fraction: float = 0.02
    """Half width of the band round the network's edge that the graph cut may change, as a part of the square."""
    reach_fraction: float = 0.010
    """Farthest the network's own line may move onto an edge of the photo: beyond that lies a rim of shine or shadow."""
    trust_fraction: float = 0.0022
    """Error of the network's line on a head, one standard deviation, as a part of the square: about 1 mm."""
    rounds_count: int = 2
    """Rounds of the graph cut."""


def segment_person(
    photo: Photo,
    face: FaceSighting | None,
    models: Path,
    *,
    others: Sequence[FaceSighting] = (),
    settings: PersonSettings | None = None,
) -> Float32Array:
    """Return how much of each pixel is the person, (rows, cols) float32 0..1.

    The network sees the whole photo and, with a face, the square round the head; a graph cut moves the edge within a
    narrow band, a guided filter makes it soft. Heads of `others` in the photo do not enter. Without a face only the
    largest figure of the whole photo is kept. [Rother2004] [He2015]
    """
    settings = settings or PersonSettings()
    pixels = photo.srgb_u8
    whole = Crop(centre_px=(photo.width_px / 2, photo.height_px / 2), side_px=float(max(photo.width_px, photo.height_px)))
    coarse = _network_mask(pixels, whole, models)
    crop = whole if face is None else head_square(face, settings.zoom)
    working = min(settings.working_px, max(64, int(crop.side_px)))
    inside = _resampled(coarse, whole, crop, working)
    if face is not None:
        close = cv2.resize(_network_mask(pixels, crop, models), (working, working), interpolation=cv2.INTER_CUBIC)
        inside = np.clip(0.5 * (inside + close), 0.0, 1.0)
        inside *= _own_ground(crop, working, face, others)
    small = crop.cut(pixels, working, border="repeated")
    if face is None:
        inside = _cut_in_band(small, inside, settings)
    sharp = _on_edge(small, _main_part(inside, crop, face), settings)
    return _laid_in(photo, crop, sharp, _to_photo_size(coarse, whole, photo) if face is None else None)


def head_square(face: FaceSighting, zoom: float) -> Crop:
    """Return the upright square round the whole head of a face, `zoom` heights of the face wide."""
    left, top, right, bottom = face.box_px
    size = max(bottom - top, 1.15 * (right - left))
    return Crop(centre_px=((left + right) / 2.0, (top + bottom) / 2.0 - 0.22 * size), side_px=zoom * size)


def _network_mask(pixels: np.ndarray, crop: Crop, models: Path) -> Float32Array:
    """Return the selfie network's mask of one square, (256, 256)."""
    network = load_network(models, "selfie_segmentation")
    side = network.kind.side_px
    return network.run(crop.cut(pixels, side))["person"].reshape(side, side)


def _resampled(mask: Float32Array, seen: Crop, wanted: Crop, out_px: int) -> Float32Array:
    """Return the part of a square's mask that lies in another upright square."""
    scale = len(mask) / seen.side_px
    centre = seen.to_crop(np.array([wanted.centre_px]))[0] * len(mask)
    inner = Crop(centre_px=(float(centre[0]), float(centre[1])), side_px=wanted.side_px * scale)
    return np.asarray(inner.cut(mask, out_px), np.float32)


def _own_ground(crop: Crop, side: int, face: FaceSighting, others: Sequence[FaceSighting]) -> Float32Array:
    """Return 1 where this person's head is nearer than any other's, each measured in heights of its own face."""
    rivals = [other for other in others if other.digest != face.digest]
    if not rivals:
        return np.ones((side, side), np.float32)
    places = crop.to_photo((np.stack(np.meshgrid(*[np.arange(side)] * 2), axis=-1).reshape(-1, 2) + 0.5) / side)
    own = _distance(places, face)
    nearest = np.min([_distance(places, other) for other in rivals], axis=0)
    ground = np.clip(0.5 + (nearest - own) * 10.0, 0.0, 1.0)
    return np.asarray(ground.reshape(side, side), np.float32)


def _distance(places_px: FloatArray, face: FaceSighting) -> FloatArray:
    """Return the distance of places from the middle of a head, in heights of its face."""
    square = head_square(face, 1.0)
    middle = np.array(square.centre_px) + np.array([0.0, 0.08 * square.side_px])
    return np.asarray(np.linalg.norm(places_px - middle, axis=1) / square.side_px)


def _on_edge(small_u8: np.ndarray, mask: Float32Array, settings: PersonSettings) -> Float32Array:
    """Return the mask with its line drawn to the edge of the picture."""
    lines = half_crossing(mask)
    if not lines:
        return mask
    search = EdgeSearch(
        reach_px=settings.reach_fraction * len(mask),
        step_px=0.5,
        spacing_px=1.5,
        trust_px=settings.trust_fraction * len(mask),
        smoothing_count=3.0,
    )
    line, _ = draw_to_edge(lines[0], small_u8, search)
    return filled(line, mask.shape)


def _cut_in_band(small_u8: np.ndarray, mask: Float32Array, settings: PersonSettings) -> Float32Array:
    """Return the mask with its edge moved by graph cut within the band, soft again by the width of a pixel. [Rother2004]"""
    width = max(2, round(settings.band_fraction * len(mask)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    guess = (mask > 0.5).astype(np.uint8)
    surely, perhaps = cv2.erode(guess, disc, borderValue=1), cv2.dilate(guess, disc)
    if min(surely.mean(), 1.0 - perhaps.mean()) < _CUT_CHANGES_NOTHING:
        return mask
    labels = np.where(guess == 1, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[surely == 1], labels[perhaps == 0] = cv2.GC_FGD, cv2.GC_BGD
    cv2.setRNGSeed(1)
    near = cv2.dilate(perhaps - surely, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (6 * width + 1, 6 * width + 1)))
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cut = np.ascontiguousarray(labels[part])
    cv2.grabCut(
        np.ascontiguousarray(small_u8[part][..., ::-1]),
        cut,
        None,
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        settings.rounds_count,
        cv2.GC_INIT_WITH_MASK,
    )
    labels[part] = cut
    figure = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(cv2.medianBlur(figure * 255, 5), (0, 0), 0.7), np.float32) / np.float32(255.0)


def _main_part(mask: Float32Array, crop: Crop, face: FaceSighting | None) -> Float32Array:
    """Return the mask with only the figure that carries the face, or the largest one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0.5).astype(np.uint8))
    if count <= 1:
        return mask
    main = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    if face is not None:
        places = np.clip((crop.to_crop(face.mesh_px) * len(mask)).astype(int), 0, len(mask) - 1)
        votes = np.bincount(labels[places[:, 1], places[:, 0]], minlength=count)
        votes[0] = 0
        main = int(votes.argmax()) if votes.any() else main
    kept: BoolArray = labels == main
    return np.asarray(mask * cv2.dilate(kept.astype(np.uint8), np.ones((5, 5), np.uint8)), np.float32)


def _to_photo_size(coarse: Float32Array, whole: Crop, photo: Photo) -> Float32Array:
    """Return the whole photo's coarse mask at the photo's size."""
    side = round(whole.side_px)
    corner = [round((side - length) / 2) for length in (photo.height_px, photo.width_px)]
    large = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[corner[0] : corner[0] + photo.height_px, corner[1] : corner[1] + photo.width_px])


def _laid_in(photo: Photo, crop: Crop, sharp: Float32Array, around: Float32Array | None) -> Float32Array:
    """Return the square's mask at the photo's own size, its edge laid on the photo's; outside it `around`, or nothing."""
    result = np.zeros((photo.height_px, photo.width_px), np.float32) if around is None else around
    corner = np.array(crop.centre_px) - crop.side_px / 2.0
    left, top = np.maximum(np.round(corner).astype(int), 0)
    right, bottom = np.minimum(np.round(corner + crop.side_px).astype(int), [photo.width_px, photo.height_px])
    part = np.s_[top:bottom, left:right]
    scale = len(sharp) / crop.side_px
    small_size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    own = Crop(centre_px=tuple((np.array(crop.centre_px) - corner) * scale), side_px=float(len(sharp)))
    begin = np.round(own.to_photo(crop.to_crop(np.array([[left, top]], float)))[0]).astype(int)
    small_mask = np.ascontiguousarray(sharp[begin[1] : begin[1] + small_size[1], begin[0] : begin[0] + small_size[0]])
    large = photo.srgb_u8[part]
    small = cv2.resize(large, small_mask.shape[::-1], interpolation=cv2.INTER_AREA)
    result[part] = follow_edges(small_mask, small, large, radius_px=2)
    return result
