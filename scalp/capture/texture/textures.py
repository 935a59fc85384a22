"""The photos' colours laid on a head's surface: matched, blended without seams, and filled where no photo saw.

What each photo sees is `sights`'s, how colours are mixed `blending`'s, where the surface lies in the picture is
`scalp.geometry.unwrapping`'s. Light and shade of the photos stay in: nothing is relit here.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import cv2
import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.capture.texture.balance import match_colours
from scalp.capture.texture.blending import even_tone, fill_gaps, middle_colour, share_detail, share_tone
from scalp.capture.texture.sights import LaidSurface, Sight, lay_flat, look_at
from scalp.colour.srgb import srgb_from_linear
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.domain.texture import Texture
from scalp.geometry.unwrapping import unwrap_from_above

SKIN_LEVEL, CLEAR_FRACTION = 200, 0.5
"""A pixel of that much skin, of 255, seen at least so well, counts for the tone of the skin."""
USUAL_RGB_LINEAR = np.array([0.45, 0.27, 0.19])
WORTH_POWER = 3.0
"""How much more what is seen well says of what is not seen than what is seen on edge."""
OVERSAMPLED = 1.25
"""A photo is shrunk to so many times the texels before it is looked up, and not more."""
_ROOTS_COUNT = 4096
_LIGHT = srgb_encoding().decode[:, 0].astype(np.float32)


@value
class BakeSettings(Value):
    """How photos are laid on a head."""

    side_px: int = 2048
    """Side of the picture: about 5.5 texels a mm on an adult's head."""
    coarse_ratio: int = 4
    """How many times coarser all is worked out that changes slowly: where to look, how well, and the tone."""
    tone_mm: float = 6.0
    """Detail finer than this comes from the one photo that sees it best, the tone beneath from all that do."""
    favour_power: float = 4.0
    """How strongly the better view is favoured in the tone."""
    seam_mm: float = 1.5
    """Half the width over which detail passes from one photo to the next."""
    fade_mm: float = 25.0
    """How far into what no photo saw the colours at its border reach, before the skin's own tone is all that is left."""
    sure_fraction: float = 0.25
    """Quality of the best view from which a place counts as seen."""

    def check(self) -> None:
        """Refuse pictures of sizes that do not divide."""
        if not 64 <= self.side_px <= 8192 or self.coarse_ratio < 1 or self.side_px % self.coarse_ratio:
            raise BadInput("side_px", self.side_px, "64 to 8192, a multiple of coarse_ratio", "2048 is usual.")


def bake_texture(head: Head, photos: tuple[Photo, ...], regions: tuple[Regions, ...] = (), settings: BakeSettings | None = None) -> Texture:
    """Return the photos of a head laid on its surface as one picture.

    Every texel asks each photo how well it sees it; fine detail is taken from the best, the tone beneath from all by their
    quality [Burt1983], after their exposures were matched where two see the same skin. What no photo saw is filled from its
    border and fades to the mean tone of the skin; `seen_u8` tells. Ears and nose are not on the surface and lie flat on it.
    `regions`, one for each photo, keep the background out and tell skin from hair.
    """
    if not photos or (regions and len(regions) != len(photos)):
        raise BadInput("photos", f"{len(photos)} with {len(regions)} regions", "one or more, with regions for all or none", "Give both.")
    settings = settings or BakeSettings()
    uv_fraction = unwrap_from_above(head.surface)
    laid = lay_flat(head, uv_fraction, settings.side_px // settings.coarse_ratio)
    bake = _Bake(head, photos, regions, laid, settings)
    rgb_linear = bake.blended()
    return Texture(
        head_digest=head.digest,
        uv_fraction=uv_fraction,
        srgb_u8=_stored(rgb_linear),
        seen_u8=np.asarray(bake.enlarged(bake.seen) * 255.0 + 0.5).astype(np.uint8),
    )


class _Bake:
    """One texture in the making: what every photo sees of the surface laid flat, coarse, and their common tone."""

    def __init__(
        self, head: Head, photos: tuple[Photo, ...], regions: tuple[Regions, ...], laid: LaidSurface, settings: BakeSettings
    ) -> None:
        """Look at the surface with every photo's camera."""
        self._photos, self._settings, self._laid = photos, settings, laid
        masks = regions or (None,) * len(photos)
        with ThreadPoolExecutor(2) as crew:
            people = [mask.head if mask else None for mask in masks]
            cameras = [head.camera_of(photo.digest) for photo in photos]
            self._sights = list(crew.map(partial(look_at, laid, head), cameras, people))
        self._quality = _one_photo_for_the_face(head, laid, np.stack([sight.quality_fraction for sight in self._sights]))
        self._texels_per_mm = _texels_per_mm(laid)
        sure = np.clip(self._quality.max(axis=0) / settings.sure_fraction, 0.0, 1.0)
        self.seen = np.asarray(sure * sure * (3.0 - 2.0 * sure) * laid.covered, np.float32)
        self._skin = [_skin_seen(mask, sight) for mask, sight in zip(masks, self._sights, strict=True)]
        alike = len(photos) > 1 and head.photo_digests == tuple(photo.digest for photo in photos)
        self._gains = (match_colours(photos, head, regions) if alike else np.ones((len(photos), 3))).astype(np.float32)
        self._crown = laid.places_mm[..., 1] > max(head.landmark("glabella")[1], 0.0)

    def blended(self) -> Float32Array:
        """Return the finished picture, (S, S, 3) linear sRGB."""
        settings = self._settings
        reach = self._texels_per_mm * settings.tone_mm

        def toned(photo: Photo, sight: Sight, own: Float32Array) -> Float32Array:
            return even_tone(_looked_up(photo, sight, self._texels_per_mm), own, reach)

        with ThreadPoolExecutor(2) as crew:
            tones = list(crew.map(toned, self._photos, self._sights, self._quality))
        gains = self._gains
        shares = share_tone(self._quality, settings.favour_power)
        tone = sum(share[..., None] * own * gain for share, own, gain in zip(shares, tones, gains, strict=True))
        worth = np.asarray(self._quality.max(axis=0) ** WORTH_POWER * self.seen, np.float32)
        filled = fill_gaps(tone, self.seen, worth, self._skin_colour(tone), self._texels_per_mm * settings.fade_mm)
        picture = self.enlarged(filled)
        details = share_detail(self._quality, self._texels_per_mm * settings.seam_mm) * self.seen
        finest = zip(self._photos, self._sights, tones, gains, details, strict=True)
        with ThreadPoolExecutor(2) as crew:
            coming = [crew.submit(self._fine, *one) for one in finest]
            for one in coming:
                place, fine = one.result()
                picture[place] += fine
        return picture

    def _fine(
        self, photo: Photo, sight: Sight, tone: Float32Array, gain: Float32Array, detail: Float32Array
    ) -> tuple[tuple[slice, slice], Float32Array]:
        """Return where in the picture a photo gives the detail, and the detail it gives there."""
        ratio = self._settings.coarse_ratio
        if not detail.any():
            return (slice(0, 0), slice(0, 0)), np.zeros((0, 0, 3), np.float32)
        part = _extent(np.any(detail, axis=1)), _extent(np.any(detail, axis=0))
        fine = _looked_up(photo, _finer(sight, part, ratio), self._texels_per_mm * ratio)
        fine -= _resized(tone[part], ratio)
        fine *= _resized(detail[part], ratio)[..., None]
        fine *= gain
        rows, cols = (slice(ratio * side.start, ratio * side.stop) for side in part)
        return (rows, cols), fine

    def enlarged(self, coarse: Float32Array) -> Float32Array:
        """Return a coarse layer at the side of the picture."""
        return _resized(coarse, self._settings.coarse_ratio)

    def _skin_colour(self, tone: Float32Array) -> FloatArray:
        """Return the middle tone of bare scalp that was seen, (3,) linear."""
        clear = (self._quality.max(axis=0) > CLEAR_FRACTION) & self._laid.covered
        told = [seen for seen in self._skin if seen is not None]
        skin = np.any(told, axis=0) if told else np.ones_like(clear)
        anywhere = middle_colour(tone, clear, USUAL_RGB_LINEAR)
        return middle_colour(tone, clear & skin & self._crown, anywhere)


def _one_photo_for_the_face(head: Head, laid: LaidSurface, quality: Float32Array) -> Float32Array:
    """Return qualities with the face left to the photo that stands most before it: nose and lips are not on the surface."""
    if len(quality) < 2:
        return quality
    ahead = np.array([float(camera.eye_mm[2] / np.linalg.norm(camera.eye_mm)) for camera in head.cameras])
    _, height_mm, depth_mm = np.moveaxis(laid.places_mm, -1, 0)
    brow_mm, cheek_mm = head.landmark("glabella")[1], head.landmark("left_outer_canthus")[2]
    face = np.clip((brow_mm + 15.0 - height_mm) / 20.0, 0, 1) * np.clip((depth_mm - cheek_mm + 25.0) / 30.0, 0, 1)
    others = np.arange(len(quality)) != int(np.argmax(ahead[: len(quality)]))
    held_back = np.where(others[:, None, None], 1.0 - 0.97 * face, 1.0)
    return np.asarray(quality * held_back, np.float32)


def _texels_per_mm(laid: LaidSurface) -> float:
    """Return how many texels lie on a mm of the surface, over its area."""
    across = laid.places_mm[:, 1:] - laid.places_mm[:, :-1]
    down = laid.places_mm[1:] - laid.places_mm[:-1]
    inside = laid.covered[1:, 1:] & laid.covered[:-1, 1:] & laid.covered[1:, :-1] & laid.covered[:-1, :-1]
    area_mm2 = np.linalg.norm(np.cross(across[1:], down[:, 1:])[inside], axis=1)
    return float(1.0 / np.sqrt(np.median(area_mm2)))


def _skin_seen(regions: Regions | None, sight: Sight) -> BoolArray | None:
    """Return where a photo sees bare skin on the surface, None where nobody told."""
    if regions is None:
        return None
    laid = cv2.remap(regions.skin, sight.x_px - 0.5, sight.y_px - 0.5, cv2.INTER_NEAREST, borderValue=0)
    return np.asarray((laid > SKIN_LEVEL) & (sight.quality_fraction > CLEAR_FRACTION))


def _looked_up(photo: Photo, sight: Sight, texels_per_mm: float) -> Float32Array:
    """Return the light of a photo at each texel, (S, S, 3) linear sRGB; the photo is first made no finer than the texels."""
    seen = sight.quality_fraction > 0
    if not seen.any():
        return np.zeros((*seen.shape, 3), np.float32)
    left, top = (max(int(rows[seen].min()) - 4, 0) for rows in (sight.x_px, sight.y_px))
    right, bottom = (int(rows[seen].max()) + 5 for rows in (sight.x_px, sight.y_px))
    part = photo.srgb_u8[top:bottom, left:right]
    scale = min(1.0, OVERSAMPLED * texels_per_mm / sight.px_per_mm)
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small = part if scale == 1.0 else cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    x_px = (sight.x_px - left) * np.float32(size[0] / part.shape[1]) - 0.5
    y_px = (sight.y_px - top) * np.float32(size[1] / part.shape[0]) - 0.5
    laid = cv2.remap(np.ascontiguousarray(small), x_px, y_px, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.LUT(laid, _LIGHT), np.float32)


def _extent(told: np.ndarray) -> slice:
    """Return from where to where a line is told of, and one more to each side."""
    where = np.flatnonzero(told)
    return slice(max(int(where[0]) - 1, 0), min(int(where[-1]) + 2, len(told)))


def _finer(sight: Sight, part: tuple[slice, slice], ratio: int) -> Sight:
    """Return a part of a sight on a finer picture: what it says changes slowly."""
    layers = (_resized(layer[part], ratio) for layer in (sight.x_px, sight.y_px, sight.quality_fraction))
    x_px, y_px, quality = layers
    return Sight(x_px=x_px, y_px=y_px, quality_fraction=quality, px_per_mm=sight.px_per_mm)


def _resized(coarse: Float32Array, ratio: int) -> Float32Array:
    """Return a layer so many times as fine."""
    return np.asarray(cv2.resize(coarse, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_LINEAR), np.float32)


def _stored(rgb_linear: Float32Array) -> ByteArray:
    """Return stored 8-bit sRGB numbers of linear light, by a table of 4096 steps of its square root: to one level."""
    steps = np.clip(np.sqrt(np.clip(rgb_linear, 0.0, 1.0)) * (_ROOTS_COUNT - 1) + 0.5, 0, _ROOTS_COUNT - 1).astype(np.uint16)
    return srgb_from_linear(np.linspace(0.0, 1.0, _ROOTS_COUNT) ** 2)[steps]
