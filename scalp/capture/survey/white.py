"""What brings a photo to white: a grey card, a white place, the whites of the eyes, or nothing but the camera's own word.

Gains and their doubt only. Which skin has a colour is `scalp.skin.tone`'s; shine is `shine`'s.
"""

import cv2
import numpy as np

from scalp.base import BadInput, BoolArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting
from scalp.domain.survey import Corrections, WhiteBalance

# fmt: off
_EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
_BELOW_EYES = ((24, 23, 22, 231, 230, 229), (254, 253, 252, 451, 450, 449))
_FOREHEAD = ((151, 108, 69, 104, 67, 109, 10, 338, 297, 333, 299, 337),)
_CHEEKS = ((117, 101, 36, 205, 187, 147, 123), (346, 330, 266, 425, 411, 376, 352))
# fmt: on
"""Mesh points: the rims of the lids of the client's right and left eye, and round skin below the eyes, of forehead and cheeks."""
_BURNT_LEVEL = 250
"""Stored sRGB value from which a band is taken as clipped."""


@value
class WhiteSettings(Value):
    """What white things reflect, and how far a camera's own balance strays."""

    card_fraction: float = 0.18
    """Of a grey card."""
    white_fraction: float = 0.85
    """Of what a person names as white: paper, a wall, a shirt. (D)"""
    sclera_rgb_linear: tuple[float, float, float] = (0.53, 0.44, 0.38)
    """What the whites of adults' eyes send back between the lids, linear sRGB: yellowish, in light that comes by way of skin. (D)"""
    sclera_hue_sd_log: float = 0.09
    """How far the ratio of two bands of the sclera strays from person to person, with age and tiredness. (D)"""
    lid_shade_log: float = -0.12
    """Light on the sclera between the lids against that on the skin below the eye, as a logarithm. (D)"""
    sclera_brightness_sd_log: float = 0.35
    """How far that light and the sclera's own reflectance stray together. (D)"""
    camera_hue_sd_log: float = 0.12
    """How far a camera's own white strays. (E, as `scalp.skin.tone`)"""
    camera_brightness_sd_log: float = 0.45
    """How far its exposure strays. (E, as `scalp.skin.tone`)"""
    fewest_px: int = 12
    """Pixels of the sclera below which it tells nothing."""
    narrowest_eye_px: float = 24.0
    """Width of an eye below which lids and lashes blur into its white. (D)"""
    brightest_skin_fraction: float = 0.60
    """Green light of the cheeks, once balanced, above which no skin is: what was seen was no sclera. (D)"""


def balance_white(
    photo: Photo, face: FaceSighting | None = None, corrections: Corrections | None = None, settings: WhiteSettings | None = None
) -> WhiteBalance:
    """Return the gains that bring a photo to the light of day, from the surest white it holds.

    A grey card whose corners are named, else a place named white, else the whites of open eyes, else the camera's own
    balance with a stated doubt. A gain for each band is exact for one light over all of the head; light of several
    colours and what a camera's colour matrix does to narrow bands are left out.
    """
    settings, told = settings or WhiteSettings(), corrections or Corrections()
    if told.grey_card_px is not None:
        return _from_card(photo, told.grey_card_px, settings)
    if told.white_px is not None:
        return _from_white(photo, told.white_px, settings)
    whites = read_sclera(photo, face, settings) if face is not None else None
    if whites is not None:
        return whites
    return WhiteBalance(
        gain_weights=np.ones(3), hue_sd_log=settings.camera_hue_sd_log, brightness_sd_log=settings.camera_brightness_sd_log, source="camera"
    )


def _from_card(photo: Photo, corners_px: FloatArray, settings: WhiteSettings) -> WhiteBalance:
    """Return the balance of a grey card: the mean of its inner part, its spread as doubt."""
    inner = corners_px.mean(axis=0) + 0.7 * (corners_px - corners_px.mean(axis=0))
    mask = np.zeros((photo.height_px, photo.width_px), np.uint8)
    cv2.fillPoly(mask, [np.round(inner).astype(np.int32)], 1)
    colours = _matte(photo, mask > 0, "grey_card")
    spread = float(np.std(np.log(np.maximum(colours[:, 1], 1e-4))))
    return WhiteBalance(
        gain_weights=settings.card_fraction / np.median(colours, axis=0),
        hue_sd_log=0.03,
        brightness_sd_log=float(np.hypot(0.12, spread)),
        source="grey card",
    )


def _from_white(photo: Photo, white_px: tuple[float, float], settings: WhiteSettings) -> WhiteBalance:
    """Return the balance of the surroundings of a place named white."""
    reach = max(2.0, 0.004 * max(photo.width_px, photo.height_px))
    rows, columns = np.ogrid[: photo.height_px, : photo.width_px]
    disc = (columns + 0.5 - white_px[0]) ** 2 + (rows + 0.5 - white_px[1]) ** 2 <= reach**2
    colours = _matte(photo, disc, "white")
    return WhiteBalance(
        gain_weights=settings.white_fraction / np.median(colours, axis=0), hue_sd_log=0.06, brightness_sd_log=0.25, source="white"
    )


def _matte(photo: Photo, mask: BoolArray, field: str) -> FloatArray:
    """Return the linear colours (N, 3) under a mask; refuse what lies outside the photo, or is black or burnt out."""
    if mask.sum() < 4:
        raise BadInput(field, "outside the photo", "a place inside the photo, a few px wide", "Mark it again.")
    pixels = photo.srgb_u8[mask]
    if (pixels.max(axis=1) >= _BURNT_LEVEL).mean() > 0.5 or pixels.max() < 12:
        raise BadInput(
            field, "burnt out or black", "a place whose colour the photo still holds", "Mark another, or photograph it in softer light."
        )
    return light_at(photo, mask)


def light_at(photo: Photo, mask: BoolArray) -> FloatArray:
    """Return the linear sRGB light (N, 3) of the pixels under a mask."""
    pixels = photo.pixels[mask]
    light = np.stack([photo.encoding.decode[pixels[:, band], band] for band in range(3)], axis=-1)
    return np.asarray(light @ photo.encoding.srgb_from_native.T)


def read_sclera(photo: Photo, face: FaceSighting, settings: WhiteSettings | None = None) -> WhiteBalance | None:
    """Return the balance that the whites of the eyes tell, None where they are shut, too small or not seen.

    Between the lids the brightest third of what is less red than the cheeks around is taken, away from the iris and from
    glints. Sclera is not neutral: its usual colour and the spread of people are in the settings, and the camera's own
    white is weighed in by its doubt. As a reference of brightness it tells dark skin in a bright photo from light skin.
    """
    settings = settings or WhiteSettings()
    found = [colours for eye in (0, 1) if len(colours := _whites_of(photo, face, eye, settings)) >= settings.fewest_px // 2]
    if not found or sum(map(len, found)) < settings.fewest_px:
        return None
    colours = np.vstack(found)
    middle = np.median(colours, axis=0)
    gains_log = np.log(np.array(settings.sclera_rgb_linear) / middle) + settings.lid_shade_log + _light_below_eyes_log(photo, face)
    spread = float(np.std(np.log(colours[:, 0] / colours[:, 2]))) / np.sqrt(len(found))
    own_sd, camera_sd = float(np.hypot(settings.sclera_hue_sd_log, 0.5 * spread)), settings.camera_hue_sd_log
    hue_log = gains_log - gains_log[1]
    if np.abs(hue_log).max() > _STRANGE_SD * np.hypot(own_sd, camera_sd) or abs(gains_log[1]) > _STRANGE_BRIGHTNESS_LOG:
        return None
    if _median_light(photo, face, _CHEEKS)[1] * np.exp(gains_log[1]) > settings.brightest_skin_fraction:
        return None
    trust = camera_sd**2 / (own_sd**2 + camera_sd**2)
    return WhiteBalance(
        gain_weights=np.exp(gains_log[1] + trust * hue_log),
        hue_sd_log=float(np.sqrt(trust) * own_sd),
        brightness_sd_log=settings.sclera_brightness_sd_log,
        source="sclera",
    )


def _whites_of(photo: Photo, face: FaceSighting, eye: int, settings: WhiteSettings) -> FloatArray:
    """Return linear colours (N, 3) of the white of one eye, without any where it is shut or hidden."""
    rim = face.mesh_px[list(_EYES[eye])]
    low, high = np.floor(rim.min(axis=0)).astype(int) - 1, np.ceil(rim.max(axis=0)).astype(int) + 2
    low, high = np.maximum(low, 0), np.minimum(high, [photo.width_px, photo.height_px])
    if np.linalg.norm(rim[8] - rim[0]) < settings.narrowest_eye_px or _opening(rim) < _SHUT_RATIO:
        return np.zeros((0, 3))
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    between = _filled(rim - low, high - low) & ~_iris(face, eye, rim, low, high - low)
    pixels = photo.srgb_u8[part]
    between &= (pixels.max(axis=-1) < _BURNT_LEVEL) & (pixels.max(axis=-1) > 16)
    mask = np.zeros((photo.height_px, photo.width_px), bool)
    mask[part] = between
    colours = light_at(photo, mask)
    if len(colours) < 4:
        return np.zeros((0, 3))
    cheek = _median_light(photo, face, _CHEEKS)
    redness = np.log(np.maximum(colours[:, 0], 1e-3) / np.maximum(colours[:, 2], 1e-3))
    pale = redness < np.log(cheek[0] / cheek[2]) - _LESS_RED_LOG
    bright = colours.mean(axis=1) >= np.quantile(colours.mean(axis=1), _BRIGHT_QUANTILE)
    return np.asarray(colours[pale & bright])


_BRIGHT_QUANTILE = 0.67
"""Of the pixels between the lids those above it are white and not in the shade of the lid."""
_STRANGE_SD = 3.0
"""Standard deviations by which sclera and camera may differ; beyond it what was seen was no sclera."""
_STRANGE_BRIGHTNESS_LOG = 1.4
"""How far exposure may be off before the same."""
_SHUT_RATIO = 0.20
"""Height of the gap between the lids over its width below which an eye counts as shut."""
_LESS_RED_LOG = 0.2
"""How much less red, against blue, the white must be than the skin of the cheeks."""


def _opening(rim: FloatArray) -> float:
    """Return the height of the gap between the lids over its width."""
    width = float(np.linalg.norm(rim[8] - rim[0]))
    heights = [np.linalg.norm(rim[4 + k] - rim[12 - k]) for k in (-1, 0, 1)]
    return float(np.median(heights)) / max(width, 1e-6)


def _filled(points: FloatArray, size: IntArray) -> BoolArray:
    """Return the inside of a line, a pixel in from its edge."""
    mask = np.zeros((int(size[1]), int(size[0])), np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16 - 8).astype(np.int32)], 1, cv2.LINE_8, 4)
    width = max(1, int(0.06 * np.ptp(points[:, 0])))
    return np.asarray(cv2.erode(mask, np.ones((2 * width + 1, 1), np.uint8), borderValue=0) > 0)


def _iris(face: FaceSighting, eye: int, rim: FloatArray, low: IntArray, size: IntArray) -> BoolArray:
    """Return where the iris is, with a rim; where it was not measured, as wide as 42 % of the gap in its middle."""
    x, y, diameter = face.iris_px[eye]
    if not np.isfinite([x, y, diameter]).all():
        (x, y), diameter = rim.mean(axis=0), 0.42 * float(np.linalg.norm(rim[8] - rim[0]))
    rows, columns = np.ogrid[: int(size[1]), : int(size[0])]
    return np.asarray((columns + 0.5 + low[0] - x) ** 2 + (rows + 0.5 + low[1] - y) ** 2 < (0.62 * diameter) ** 2)


def _light_below_eyes_log(photo: Photo, face: FaceSighting) -> float:
    """Return the light on the skin just below the eyes against that on the forehead, as a logarithm: both are one skin."""
    below, above = (_median_light(photo, face, areas)[1] for areas in (_BELOW_EYES, _FOREHEAD))
    return float(np.clip(np.log(below / above), -1.5, 0.5))


def _median_light(photo: Photo, face: FaceSighting, areas: tuple[tuple[int, ...], ...]) -> FloatArray:
    """Return the median linear colour of areas of the face mesh."""
    mask = np.zeros((photo.height_px, photo.width_px), np.uint8)
    for area in areas:
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(face.mesh_px[list(area)]).astype(np.int32)), 1)
    found = light_at(photo, mask > 0)
    return np.asarray(np.maximum(np.median(found, axis=0), 1e-3)) if len(found) else np.array([0.4, 0.3, 0.25])


def balanced(rgb_linear: Float32Array, balance: WhiteBalance) -> Float32Array:
    """Return light (..., 3) in daylight's white: the gains without their brightness, so that green stays as it is."""
    return np.asarray(rgb_linear * (balance.gain_weights / balance.gain_weights[1]).astype(np.float32), np.float32)
