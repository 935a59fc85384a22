"""What each pixel of a photo shows: bare scalp, head hair, or neither.

Hair is what is darker than skin would be in this light, or of another colour, or too rough; between short hairs the
two share a pixel. Ears, frames and temples of glasses, and everything off the head are neither. How skin should look
is learnt in `shading`; where the scalp can be at all comes from `relief`.
"""

import cv2
import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, Float32Array, Value, value
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.edges import follow_edges
from scalp.capture.seeing.person import head_square
from scalp.capture.seeing.relief import Relief, head_relief
from scalp.capture.seeing.silhouette import draw_silhouette, edge_sd_px
from scalp.capture.seeing.stance import find_stance
from scalp.capture.survey.shading import SkinLook, learn_skin, seed_areas
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting, Regions

_HALF = 0.5
_AGREEING_FRACTION = 0.02
"""Part of the head by which the mask of the person may differ from the fitted head and still be right about its edge. (D)"""


@value
class RegionSettings(Value):
    """What counts as skin and as hair. All (D): set on photographs, not measured on many people."""

    zoom: float = 2.2
    """Side of the square round the head that is looked at, in heights of the face."""
    working_px: int = 384
    """Side of the copy that is looked at; the edges are then laid on the photo itself."""
    shade_log: float = 0.3
    """How much darker than expected skin may be, as a natural logarithm, before it counts as covered."""
    hair_log: float = 1.2
    """How much darker than skin closed hair is where the photo shows none to learn it from."""
    known_reach_fraction: float = 0.05
    """How far outside of a fitted head skin may be, as a part of its width."""
    reckoned_reach_fraction: float = 0.35
    """The same for an average head that only stands as the face does."""
    off_colour_sd: float = 5.0
    """Distance from the skin's chromaticity, in SD, at which half is taken not to be skin."""
    rough_ratio: float = 4.5
    """Fine contrast, against that of the forehead, at which half is taken to be hair."""
    faint_fraction: float = 0.1
    """Share of hair below which nothing is seen of it."""
    closed_fraction: float = 0.6
    """Share of hair from which a patch is hair even where skin surrounds it."""
    island_fraction: float = 0.15
    """Area of an island of skin, against the largest one, below which it may be background seen through hair."""
    bright_fraction: float = 0.15
    """Part of such an island that is brighter than skin would be, from which it is background."""
    least_reach_fraction: float = 0.05
    """Length of the outline that a faint patch must reach to be hair and not shade, as a part of the square's side."""


@value
class RegionSquare(Value):
    """The regions on a small copy (S, S) of a square of the photo, 0..1 each."""

    crop: Crop
    head_fraction: Float32Array
    skin_fraction: Float32Array
    hair_fraction: Float32Array
    person_held: bool = True
    """Whether the mask of the person was taken as it came, and not replaced by the fitted head."""


def read_regions(
    photo: Photo,
    head: Head | None = None,
    *,
    face: FaceSighting | None = None,
    person: Float32Array | None = None,
    settings: RegionSettings | None = None,
) -> Regions:
    """Return what each pixel of a photo shows: the head, bare skin of scalp and forehead, hair.

    Needs a head, a face, or at least the mask of the person; each makes it better. The share of hair in a pixel is the
    one that darkens skin to what is seen. Good for all tones of skin with darker hair; hair as light as the skin is
    found only by its roughness, hands on the scalp and skin-coloured caps are not found. Edges follow the photo.
    """
    square = read_square(photo, head, face=face, person=person, settings=settings)
    return _at_photo_size(photo, square, person if square.person_held else None)


def read_square(
    photo: Photo,
    head: Head | None,
    *,
    face: FaceSighting | None,
    person: Float32Array | None,
    settings: RegionSettings | None = None,
) -> RegionSquare:
    """Return the regions on a small copy of the square round the head: all of the work but the fine edges."""
    settings = settings or RegionSettings()
    if head is None and face is None and person is None:
        raise BadInput("regions", "asked of a bare photo", "a head, a face or the person's mask", "Find the face or name points first.")
    stance = find_stance(photo, face) if face is not None and head is None else None
    crop = _square(photo, head, face, settings)
    side = min(settings.working_px, max(64, int(crop.side_px)))
    small = crop.cut(photo.srgb_u8, side, border="repeated")
    camera = None if head is None else head.camera_of(photo.digest)
    relief = head_relief(crop, side, head=head, camera=camera, stance=stance)
    figure = _figure(crop, side, person, relief)
    person_held = person is not None
    if relief is not None and face is None and head is not None and camera is not None:
        drawn = draw_silhouette(small, relief.inside, figure if person_held else None, sd_px=edge_sd_px(head, camera) * side / crop.side_px)
        person_held = person_held and _agree(figure, drawn, relief)
        figure = figure if person_held else drawn
    relief = relief or _unknown_relief(figure)
    seeds = _seeds(face, crop, figure, relief)
    light = srgb_encoding().decode.astype(np.float32)[small, 0]
    ground = _surely(figure) * relief.scalp_fraction * (1.0 - relief.ears_fraction)
    look = learn_skin(light, relief.normal, seeds=seeds, ground=ground)
    hair = _hair_share(look, light, figure, relief, seeds, settings)
    reach_fraction = settings.known_reach_fraction if head is not None else settings.reckoned_reach_fraction
    skin = _skin_share(look, hair, figure, relief, settings) * _near_the_head(relief.inside, reach_fraction)
    return RegionSquare(crop=crop, head_fraction=figure, skin_fraction=skin, hair_fraction=hair, person_held=person_held)


def largest_hair_over(regions: Regions, area: BoolArray, *, closed_fraction: float = 0.6) -> float:
    """Return the part of an area (rows, cols) of the photo that lies under closed hair, 0..1.

    Stubble and thin hair, through which skin is seen, do not count; a value above about 0.3 means a head of long hair.
    """
    total = int(area.sum())
    return float((regions.hair[area] > closed_fraction * 255.0).sum() / total) if total else 0.0


def _square(photo: Photo, head: Head | None, face: FaceSighting | None, settings: RegionSettings) -> Crop:
    """Return the square of the photo that is looked at."""
    if face is not None:
        return head_square(face, settings.zoom)
    if head is not None:
        seen = head.camera_of(photo.digest).project(head.surface.vertices_mm)
        low, high = seen.min(axis=0), seen.max(axis=0)
        middle = (low + high) / 2.0
        return Crop(centre_px=(float(middle[0]), float(middle[1])), side_px=1.25 * float((high - low).max()))
    return Crop(centre_px=(photo.width_px / 2.0, photo.height_px / 2.0), side_px=float(max(photo.width_px, photo.height_px)))


def _figure(crop: Crop, side: int, person: Float32Array | None, relief: Relief | None) -> Float32Array:
    """Return the person within the square, 0..1: the mask that is given, else the head itself."""
    if person is not None:
        return crop.cut(person, side)
    if relief is None:
        raise BadInput("regions", "without a person", "a head in view or the person's mask", "Find the person first.")
    return np.asarray(cv2.GaussianBlur(relief.inside.astype(np.float32), (0, 0), 0.8), np.float32)


def _agree(figure: Float32Array, drawn: Float32Array, relief: Relief) -> bool:
    """Tell whether the person's mask shows the head where it was fitted: networks lose heads seen from above, not from the front."""
    near = (relief.scalp_fraction > _HALF) & (cv2.dilate(relief.inside.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0)
    return float((np.abs(figure - drawn) * near).sum()) < _AGREEING_FRACTION * max(float((drawn * near).sum()), 1.0)


def _unknown_relief(figure: Float32Array) -> Relief:
    """Return a head without shape: all of the upper part of the person, facing the camera."""
    rows = np.flatnonzero((figure > 0.5).any(axis=1))
    top, bottom = (rows[0], rows[-1]) if len(rows) else (0, len(figure))
    upper = np.clip((top + 0.45 * (bottom - top) - np.arange(len(figure))) / 8.0 + 0.5, 0.0, 1.0)
    nothing = np.zeros_like(figure)
    facing = np.zeros((*figure.shape, 3), np.float32)
    facing[..., 2] = 1.0
    scalp = np.repeat(upper[:, None], figure.shape[1], axis=1).astype(np.float32)
    return Relief(
        normal=facing, inside=figure > 0.5, scalp_fraction=scalp, forehead_fraction=nothing, ears_fraction=nothing, temples_fraction=nothing
    )


def _surely(figure: Float32Array, fraction: float = 0.012) -> Float32Array:
    """Return the person without a rim, where lens and compression mix it with the background."""
    width = 2 * max(1, round(fraction * len(figure))) + 1
    return np.asarray(
        cv2.erode((figure > 0.9).astype(np.float32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), borderValue=1.0)
    )


def _seeds(face: FaceSighting | None, crop: Crop, figure: Float32Array, relief: Relief) -> Float32Array:
    """Return where skin is learnt: forehead and cheeks, else the head's own forehead, else the middle of what may be scalp."""
    if face is not None:
        return np.asarray(seed_areas(face, crop, len(figure)) * (figure > 0.5), np.float32)
    forehead = np.asarray(relief.forehead_fraction * (figure > 0.5), np.float32)
    if forehead.sum() > 0.003 * figure.size:
        return forehead
    return (_surely(figure, 0.03) * relief.scalp_fraction * (1.0 - relief.ears_fraction) > 0.5).astype(np.float32)


def _step(amount: Float32Array, middle: float, width: float) -> Float32Array:
    """Return 0 below, 1 above `middle`, smooth over `width`."""
    t = np.clip((amount - middle) / width + 0.5, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def _roughness(light: Float32Array, inside: Float32Array) -> Float32Array:
    """Return the local contrast finer than about 3 px, as a logarithm, of what is `inside` alone; 0 elsewhere."""
    brightness = np.log(np.maximum(light.mean(axis=-1), 0.004))
    smooth = cv2.GaussianBlur(brightness * inside, (0, 0), 1.6) / np.maximum(cv2.GaussianBlur(inside, (0, 0), 1.6), 0.05)
    fine = (brightness - smooth) * inside
    spread = cv2.GaussianBlur(fine * fine, (0, 0), 2.0) / np.maximum(cv2.GaussianBlur(inside, (0, 0), 2.0), 0.05)
    return np.asarray(np.sqrt(spread) * inside, np.float32)


def _hair_share(
    look: SkinLook, light: Float32Array, figure: Float32Array, relief: Relief, seeds: Float32Array, settings: RegionSettings
) -> Float32Array:
    """Return the share of each pixel that hair covers, 0..1."""
    darker = look.darker_log
    ground = figure * relief.scalp_fraction * (1.0 - relief.ears_fraction)
    dark = darker[(ground > 0.5) & (darker > 0.75)]
    closed = settings.hair_log if dark.size <= 0.02 * (ground > 0.5).sum() else float(np.clip(np.percentile(dark, 60), 1.0, 1.8))
    excess = np.maximum(darker - settings.shade_log, 0.0)
    share = (1.0 - np.exp(-excess)) / (1.0 - np.exp(settings.shade_log - closed))
    rough = _roughness(light, _surely(figure, 0.006))
    usual = max(float(np.median(rough[seeds > 0.5])) if (seeds > 0.5).any() else 0.02, 0.012)
    rough_share = _step(rough / usual, settings.rough_ratio, 0.7 * settings.rough_ratio) * _step(darker, 0.1, 0.4)
    forehead = cv2.GaussianBlur(seeds, (0, 0), 0.01 * len(seeds)) * (1.0 - _step(darker, 0.8, 0.5))
    either = np.maximum(np.clip(share, 0.0, 1.0), rough_share) * (1.0 - forehead)
    hair = either * ground * (1.0 - relief.temples_fraction * _step(1.0 - relief.scalp_fraction, 0.5, 1.0))
    return _without_shade(np.asarray(hair, np.float32), figure, settings)


def _without_shade(hair: Float32Array, figure: Float32Array, settings: RegionSettings) -> Float32Array:
    """Return hair without faint dark patches that skin surrounds: hair reaches the outline or is closed somewhere, shade need not."""
    _, labels = cv2.connectedComponents((hair > settings.faint_fraction).astype(np.uint8))
    calm = cv2.GaussianBlur(hair, (0, 0), 1.5)
    rim = figure - _surely(figure, 0.006) > 0.0
    kept = np.zeros(labels.max() + 1, bool)
    kept[labels[calm > settings.closed_fraction]] = True
    reaching = np.bincount(labels[rim & (hair > 2.0 * settings.faint_fraction)], minlength=len(kept))
    kept[reaching > settings.least_reach_fraction * len(hair)] = True
    kept[0] = False
    soft = cv2.GaussianBlur(kept[labels].astype(np.float32), (0, 0), 1.0)
    return np.asarray(hair * np.where(kept[labels], 1.0, soft), np.float32)


def _skin_share(look: SkinLook, hair: Float32Array, figure: Float32Array, relief: Relief, settings: RegionSettings) -> Float32Array:
    """Return the share of each pixel that is bare skin of scalp or forehead, 0..1; shine on it stays skin."""
    shine = 1.0 + 2.0 * np.clip(-look.darker_log, 0.0, 1.0)
    other = _step(look.off_colour_sd / shine, settings.off_colour_sd, 0.6 * settings.off_colour_sd)
    frames = relief.temples_fraction * _step(look.darker_log, 0.5, 0.4)
    skin = figure * relief.scalp_fraction * (1.0 - relief.ears_fraction) * (1.0 - hair) * (1.0 - other * _surely(figure)) * (1.0 - frames)
    return _without_gaps(np.asarray(skin, np.float32), look.darker_log, settings)


def _without_gaps(skin: Float32Array, darker_log: Float32Array, settings: RegionSettings) -> Float32Array:
    """Return skin without small bright islands: the background that is seen through gaps in the hair."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((skin > _HALF).astype(np.uint8))
    sizes = stats[:, cv2.CC_STAT_AREA].astype(float)
    bright = np.bincount(labels[darker_log < -settings.shade_log], minlength=len(sizes)) / np.maximum(sizes, 1.0)
    gaps = (sizes < settings.island_fraction * sizes[1:].max(initial=1.0)) & (bright > settings.bright_fraction)
    if not gaps.any():
        return skin
    round_gaps, round_rest = (
        cv2.dilate(part.astype(np.uint8), np.ones((7, 7), np.uint8)) for part in (gaps[labels], (labels > 0) & ~gaps[labels])
    )
    return np.asarray(np.where((round_gaps > 0) & (round_rest == 0) | gaps[labels], np.float32(0.0), skin))


def _near_the_head(inside: BoolArray, fraction: float) -> Float32Array:
    """Return 1 on the head and 0 farther from it than a part of its width: no head is that much larger than reckoned."""
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3)
    width = float(np.sqrt(inside.sum()))
    return np.asarray(np.clip(2.0 - 2.0 * away / (fraction * width), 0.0, 1.0), np.float32)


def _at_photo_size(photo: Photo, square: RegionSquare, person: Float32Array | None) -> Regions:
    """Return the regions at the photo's size, their edges laid on the photo's own, skin and hair within the person."""
    crop = square.crop
    corner = np.array(crop.centre_px) - crop.side_px / 2.0
    left, top = (int(edge) for edge in np.maximum(np.floor(corner), 0))
    right, bottom = (int(edge) for edge in np.minimum(np.ceil(corner + crop.side_px), [photo.width_px, photo.height_px]))
    box, part = (left, top, right, bottom), np.s_[top:bottom, left:right]
    large = photo.srgb_u8[part]
    figure = person[part] if person is not None else _laid_on(square.head_fraction, crop, box, (right - left, bottom - top))

    def placed(fine: Float32Array) -> ByteArray:
        result = np.zeros((photo.height_px, photo.width_px), np.uint8)
        result[part] = cv2.convertScaleAbs(fine, alpha=255.0)
        return result

    carried = [_over_the_rim(mask, square.head_fraction) for mask in (square.skin_fraction, square.hair_fraction)]
    skin, hair = _fine(carried, crop, box, large)
    return Regions(head=placed(figure), skin=placed(skin * figure), hair=placed(hair * figure))


def _over_the_rim(mask: Float32Array, figure: Float32Array, reach_px: float = 6.0) -> Float32Array:
    """Return a mask that goes on beyond the rim of the person as it is just inside, so that the person's own edge alone cuts it."""
    sure = _surely(figure, 0.006) > _HALF
    if not sure.any():
        return mask
    away, labels = cv2.distanceTransformWithLabels((~sure).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    inside = np.zeros(labels.max() + 1, np.float32)
    inside[labels[sure]] = mask[sure]
    return np.asarray(np.where(away < reach_px, inside[labels], mask), np.float32)


def _laid_on(mask: Float32Array, crop: Crop, box: tuple[int, int, int, int], size: tuple[int, int]) -> Float32Array:
    """Return a mask of the square as `size` (columns, rows) samples that cover a box of the photo."""
    left, top, right, bottom = box
    scale = len(mask) / crop.side_px
    corner = np.array(crop.centre_px) - crop.side_px / 2.0
    step = np.array([right - left, bottom - top]) / np.array(size) * scale
    shift = (np.array([left, top]) - corner) * scale + 0.5 * step - 0.5
    matrix = np.array([[step[0], 0.0, shift[0]], [0.0, step[1], shift[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(mask, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _fine(masks: list[Float32Array], crop: Crop, box: tuple[int, int, int, int], large: np.ndarray) -> list[Float32Array]:
    """Return masks at the photo's size with their edges on the photo's own."""
    scale = len(masks[0]) / crop.side_px
    wide, high = large.shape[1], large.shape[0]
    if scale > 0.99:
        return [_laid_on(mask, crop, box, (wide, high)) for mask in masks]
    size = (max(8, round(wide * scale)), max(8, round(high * scale)))
    small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    return [follow_edges(_laid_on(mask, crop, box, size), small, large, radius_px=2, softness_fraction=0.05) for mask in masks]
