"""What bare skin should look like at each place of one head in one photo: its colour, and its light by the way it faces.

The model is learnt from the face's own forehead and cheeks and grows over the scalp where it holds. Deciding what is
hair and what is skin from it is `regions`'s.
"""

import cv2
import numpy as np

from scalp.base import Float32Array, FloatArray, Value, value
from scalp.capture.seeing.crops import Crop
from scalp.domain.sighting import FaceSighting

# fmt: off
_SEED_AREAS = (
    (151, 108, 69, 104, 67, 109, 10, 338, 297, 333, 299, 337),
    (117, 101, 36, 205, 187, 147, 123),
    (346, 330, 266, 425, 411, 376, 352),
)
# fmt: on
"""Mesh points round the forehead and each cheek, inside brows, lids, nose and beard."""
_STIFFNESS_BY_ROUND = (0.3, 0.1, 0.06, 0.05, 0.05)
"""How strongly the light is held to be the same from all sides, in each round."""
_DARK_SPREAD, _BRIGHT_SPREAD = 0.17, 0.35
"""How much darker (pores, stubble's first shade) and brighter (shine) skin may be and still count, as logarithms."""
_SEED_WEIGHT = 4.0
"""How much more a pixel of the face's own skin counts than one of the scalp."""
DARKEST_LIGHT = 0.002
"""Linear light that counts as black: below it a photo holds no colour."""


@value
class SkinLook(Value):
    """How pixels (S, S) differ from bare skin in this light.

    `darker_log` is the natural logarithm of expected over seen light: 0 for skin, above 0 for darker, below for shine.
    `off_colour_sd` is the distance in log-chromaticity from the skin's own, in standard deviations.
    """

    darker_log: Float32Array
    off_colour_sd: Float32Array


def seed_areas(face: FaceSighting, crop: Crop, side_px: int) -> Float32Array:
    """Return where the face surely shows skin: forehead and cheeks, (S, S) 0 or 1."""
    mask = np.zeros((side_px, side_px), np.uint8)
    for area in _SEED_AREAS:
        hull = cv2.convexHull(np.round(crop.to_crop(face.mesh_px[list(area)]) * side_px).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
    return mask.astype(np.float32)


def learn_skin(rgb_linear: Float32Array, normal: Float32Array, *, seeds: Float32Array, ground: Float32Array) -> SkinLook:
    """Return how each pixel differs from what bare skin would look like there.

    Chromaticity is a normal distribution learnt from `seeds`; the logarithm of light is a smooth function of the
    normal (nine spherical harmonics, the low orders that light from all round leaves [Ramamoorthi2001]), fitted first
    to the seeds and then, in rounds, to all of `ground` that fits it. Shine and hair are outliers. Cast shadows with
    sharp edges are not modelled.
    """
    light = np.log(np.maximum(rgb_linear, DARKEST_LIGHT))
    brightness = np.log(np.maximum(rgb_linear @ np.array([0.2126, 0.7152, 0.0722], np.float32), DARKEST_LIGHT))
    off_colour = _off_colour(np.stack([light[..., 0] - light[..., 1], light[..., 2] - light[..., 1]], axis=-1), seeds, brightness)
    expected = _expected_light(brightness, normal, seeds, ground, off_colour)
    darker = np.minimum(expected - brightness, _seed_light(brightness, seeds, off_colour) + 0.15 - brightness)
    return SkinLook(darker_log=darker.astype(np.float32), off_colour_sd=off_colour)


def _seed_light(brightness: Float32Array, seeds: Float32Array, off_colour: Float32Array) -> float:
    """Return the logarithm of the light of the face's own skin: what is as bright is not under hair."""
    known = (seeds > 0.5) & (off_colour < 3.0)
    return float(np.percentile(brightness[known], 35)) if known.any() else np.inf


def _off_colour(chroma: Float32Array, seeds: Float32Array, brightness: Float32Array) -> Float32Array:
    """Return the distance of chromaticities (S, S, 2) from the seeds' own, in standard deviations, noise in the dark allowed for."""
    known = chroma[seeds > 0.5]
    middle = np.median(known, axis=0)
    near = known[np.abs(known - middle).max(axis=1) < 0.5]
    covariance = np.cov(near.T) if len(near) > 8 else np.zeros((2, 2))
    covariance = 1.5 * covariance + np.eye(2) * 0.06**2
    away = chroma - middle.astype(np.float32)
    squared = np.einsum("hwi,ij,hwj->hw", away, np.linalg.inv(covariance), away, optimize=True)
    doubt = 1.0 + 0.012 / np.exp(brightness)
    return np.asarray(np.sqrt(squared) / doubt, np.float32)


def _expected_light(
    brightness: Float32Array, normal: Float32Array, seeds: Float32Array, ground: Float32Array, off_colour: Float32Array
) -> FloatArray:
    """Return the logarithm of light that bare skin would send from each pixel; fitted on every third pixel."""
    thin = np.s_[::3, ::3]
    colour = 1.0 / (1.0 + (off_colour[thin] / 3.0) ** 4)
    sure, maybe = ((mask[thin] * colour).ravel().astype(np.float64) for mask in (seeds, ground))
    seen, flat = brightness[thin].ravel().astype(np.float64), harmonics_of_light(normal[thin]).reshape(-1, 9).astype(np.float64)
    centre = np.median(seen[sure > 0.3]) if (sure > 0.3).any() else np.median(seen[maybe > 0.3])
    weight, fit = sure + 1e-9, np.zeros(9)
    for stiffness in _STIFFNESS_BY_ROUND:
        penalty = np.diag([1e-6, *[stiffness] * 3, *[3.0 * stiffness] * 5]) * weight.sum()
        fit = np.linalg.solve(flat.T @ (flat * weight[:, None]) + penalty, flat.T @ (weight * (seen - centre)))
        miss = seen - centre - flat @ fit
        weight = (maybe + _SEED_WEIGHT * sure) / (1.0 + (miss / np.where(miss < 0.0, _DARK_SPREAD, _BRIGHT_SPREAD)) ** 2) ** 2
    return np.asarray(harmonics_of_light(normal) @ fit.astype(np.float32) + np.float32(centre))


def harmonics_of_light(normal: Float32Array) -> Float32Array:
    """Return the nine functions of a unit normal that smooth light is made of, (S, S, 9)."""
    x, y, z = normal[..., 0], normal[..., 1], normal[..., 2]
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3.0 * z * z - 1.0], axis=-1)
