"""Things before the head: glasses, a hat, a hand. What they hide is not scalp; each with how sure it is.

Only what hides forehead and scalp or tells that something may: rings, make-up and scarves are not looked for.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value
from scalp.capture.survey.zones import Ground, lay_ground
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, Regions
from scalp.domain.survey import SCALP_REGIONS, Occluder

_EYE_GAP_PX = 160
"""Distance of the outer corners of the eyes in the upright copy that glasses are looked for in."""
_RIGHT_LID, _LEFT_LID = (110, 24, 23, 22, 26), (339, 254, 253, 252, 256)
_CANTHI = (33, 263)
_NO_HAIR_BLUE_LOG, _NO_HAIR_GREEN_LOG, _NO_HAIR_RED_LOG = 0.45, -0.3, 1.3
"""Blue over green above which, red over green below and above which no hair is, as logarithms: such covering is cloth. (D)"""


@value
class OccluderSettings(Value):
    """When a thing is told. (D)"""

    frame_log: float = 0.16
    """Contrast, as a natural logarithm, of the rims below the eyes and of the bridge at which glasses are as likely as not."""
    covered_fraction: float = 0.45
    """Part of the scalp that is neither skin nor hair at which a hat is as likely as not."""
    hand_cm2: float = 6.0
    """Skin beside the head, above the ears, at which a hand is as likely as not."""
    least_confidence_fraction: float = 0.5
    """Below it nothing is told."""


def find_occluders(
    photo: Photo, face: FaceSighting | None, head: Head, regions: Regions, settings: OccluderSettings | None = None
) -> tuple[Occluder, ...]:
    """Return glasses, hat and hand where one is more likely than not, the surest first.

    Glasses: thin lines below both eyes and over the bridge of the nose. Hat: scalp that shows neither skin nor hair,
    or a colour no hair has.
    Hand: skin beside the fitted head above the ears. A hat of the colour of hair and a hand flat on the scalp are not found.
    """
    settings = settings or OccluderSettings()
    ground = lay_ground(photo, head, regions)
    found = [
        find_glasses(photo, face, settings) if face is not None else None,
        _find_hat(ground, settings),
        _find_hand(photo, head, regions, ground, settings),
    ]
    told = [each for each in found if each is not None and each.confidence_fraction >= settings.least_confidence_fraction]
    return tuple(sorted(told, key=lambda each: -each.confidence_fraction))


def find_glasses(photo: Photo, face: FaceSighting, settings: OccluderSettings | None = None) -> Occluder | None:
    """Return glasses with their confidence, None where the eyes are too small in the photo to tell."""
    settings = settings or OccluderSettings()
    corners = face.mesh_px[list(_CANTHI)]
    gap = float(np.linalg.norm(corners[1] - corners[0]))
    if gap < 30.0:
        return None
    rims, bridge = frame_contrasts(photo, face)
    score = float(np.sqrt(max(min(rims), 0.0) * max(bridge, 0.0)))
    sure = 1.0 / (1.0 + np.exp(-8.0 * np.log(max(score, 1e-3) / settings.frame_log)))
    low, high = corners.min(axis=0) - 0.25 * gap, corners.max(axis=0) + 0.25 * gap
    return Occluder(
        kind="glasses",
        box_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        confidence_fraction=float(sure),
        hidden_fraction=0.0,
    )


def frame_contrasts(photo: Photo, face: FaceSighting) -> tuple[tuple[float, float], float]:
    """Return how strong a thin line runs below each eye (right, left) and over the bridge, as natural logarithms."""
    upright, to_upright = _upright(photo, face)
    light = np.log(np.maximum(upright.astype(np.float32).mean(axis=-1) / 255.0, 0.02))
    points = face.mesh_px @ to_upright[:, :2].T + to_upright[:, 2]
    wide = 0.012 * _EYE_GAP_PX
    lines = np.abs(cv2.GaussianBlur(light, (0, 0), wide) - cv2.GaussianBlur(light, (0, 0), 3.0 * wide))
    rims = [_strongest_line(lines, points[list(lid)], down=(0.05, 0.32)) for lid in (_RIGHT_LID, _LEFT_LID)]
    root = points[[168, 6]].mean(axis=0) + np.outer(np.linspace(-0.06, 0.06, 5), [_EYE_GAP_PX, 0.0])
    return (rims[0], rims[1]), _strongest_line(lines, root, down=(-0.14, 0.16))


def _upright(photo: Photo, face: FaceSighting) -> tuple[np.ndarray, FloatArray]:
    """Return a copy of the photo with the eyes level and at a fixed distance, and the matrix (2, 3) to it."""
    right, left = face.mesh_px[list(_CANTHI)]
    across = left - right
    scale = _EYE_GAP_PX / max(float(np.linalg.norm(across)), 1e-6)
    cos, sin = across / np.linalg.norm(across) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    size = (2 * _EYE_GAP_PX, 3 * _EYE_GAP_PX // 2)
    shift = np.array([size[0] / 2.0, size[1] / 2.0]) - turn @ ((right + left) / 2.0)
    matrix = np.column_stack([turn, shift])
    pixels = photo.srgb_u8 if scale > 0.7 else cv2.GaussianBlur(photo.srgb_u8, (0, 0), 0.35 / scale)
    return cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), matrix


def _strongest_line(lines: Float32Array, points: FloatArray, *, down: tuple[float, float]) -> float:
    """Return the contrast of the strongest line that crosses the columns below points, at nearly one height in all."""
    steps = np.arange(down[0] * _EYE_GAP_PX, down[1] * _EYE_GAP_PX)
    columns = np.clip(points[:, 0].astype(int), 0, lines.shape[1] - 1)
    rows = np.clip((points[:, 1][:, None] + steps).astype(int), 0, lines.shape[0] - 1)
    profiles = cv2.dilate(lines[rows, columns[:, None]], np.ones((1, 9), np.uint8))
    return float(np.quantile(profiles, 0.3, axis=0).max())


def _find_hat(ground: Ground, settings: OccluderSettings) -> Occluder | None:
    """Return a hat where much of the scalp above the forehead is neither skin nor hair."""
    top = [SCALP_REGIONS.index(name) for name in ("front", "mid-scalp", "crown")]
    scalp = ground.on_head & np.isin(ground.region, top) & (ground.cosine > 0.25)
    if scalp.sum() < 25.0 * ground.px_per_mm**2:
        return None
    ratios = np.log(np.maximum(ground.rgb_linear, 4e-3))
    red, blue = ratios[..., 0] - ratios[..., 1], ratios[..., 2] - ratios[..., 1]
    dyed = (blue > _NO_HAIR_BLUE_LOG) | (red < _NO_HAIR_GREEN_LOG) | (red > _NO_HAIR_RED_LOG)
    other = scalp & ((ground.skin_fraction + ground.hair_fraction < 0.35) | ((ground.hair_fraction > 0.35) & dyed))
    share = float(other.sum() / scalp.sum())
    sure = 1.0 / (1.0 + np.exp(-(share - settings.covered_fraction) / 0.08))
    return _of_area("hat", other, sure, share, ground)


def _of_area(kind: str, area: BoolArray, sure: float, hidden: float, ground: Ground) -> Occluder | None:
    """Return a thing with the box of its area."""
    if not area.any():
        return None
    rows, columns = np.nonzero(area)
    low, high = ground.to_photo(np.array([[columns.min(), rows.min()], [columns.max() + 1.0, rows.max() + 1.0]], float))
    return Occluder(
        kind=kind,  # type: ignore[arg-type]
        box_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        confidence_fraction=float(sure),
        hidden_fraction=hidden,
    )


def _find_hand(photo: Photo, head: Head, regions: Regions, ground: Ground, settings: OccluderSettings) -> Occluder | None:
    """Return a hand where skin of the forehead's colour lies beside the head, above the ears."""
    left, top = ground.corner_px
    high, wide = ground.skin_fraction.shape
    part = np.s_[top : top + round(high / ground.scale), left : left + round(wide / ground.scale)]
    person = cv2.resize(regions.head[part], (wide, high), interpolation=cv2.INTER_AREA) > 127
    reach = max(1, round(9.0 * ground.px_per_mm))
    near = cv2.dilate(ground.on_head.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))) > 0
    ears_px = head.camera_of(photo.digest).project(head.landmarks_mm[[4, 5]] + np.array([0.0, 38.0, 0.0]))
    above = np.arange(high)[:, None] < ground.to_ground(ears_px)[:, 1].min()
    beside = person & ~near & above
    skin = ground.skin_fraction > 0.9
    if not beside.any() or skin.sum() < 50:
        return None
    chroma = np.log(np.maximum(ground.rgb_linear, 2e-3))
    chroma = chroma[..., [0, 2]] - chroma[..., 1:2]
    alike = np.abs(chroma - np.median(chroma[skin], axis=0)).max(axis=-1) < 0.25
    hand = cv2.morphologyEx((beside & alike).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    cm2 = float(hand.sum()) / ground.px_per_mm**2 / 100.0
    return _of_area("hand", hand, 1.0 / (1.0 + np.exp(-(cm2 - settings.hand_cm2) / 1.5)), 0.0, ground)
