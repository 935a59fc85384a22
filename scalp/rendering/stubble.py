"""The shadow of a day's stubble: what is left of skin's light where hair was cut off and every follicle shows its end.

Only for the shaved preview; which skin had hair is told by whoever asks. Pigment is not here.
"""

import cv2
import numpy as np

from scalp.base import Float32Array, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.geometry.meshes import face_areas_mm2, face_normals

FACING_COSINE = 0.02
EVEN_MM, MOST_UNEVEN = 3.0, 6.0
CHANCE = 20_011


@value
class StubbleSettings(Value):
    """How dense hair looks a day after a shave."""

    passed_fraction: tuple[float, float, float] = (0.80, 0.83, 0.86)
    """Light of skin under dense stubble over that of bare skin, in red, green and blue. (E)"""
    softness_mm: float = 3.0
    """Over what distance the edge of the hair thins out. (E)"""
    hair_fraction: float = 0.5
    """Part of the skin that dense stubble hides from the needle: work goes between the hairs. (E)"""
    follicles_per_cm2: float = 200.0
    """Hair ends of a dense scalp, near the 226 hairs per cm2 counted on the back of the head. (D)"""
    end_sigma_mm: float = 0.12
    """Width of the shadow of one hair end, blurred by the skin. (E)"""
    ends_fraction: float = 0.5
    """Part of the shadow that lies at the hair ends; the rest is even, light lost within the skin. (E)"""
    finest_px_per_mm: float = 3.0
    """Single hair ends are drawn from this scale on; below it only their shadow."""


def soft_hair(hair_fraction: Float32Array, person_fraction: Float32Array, px_per_mm: float, settings: StubbleSettings) -> Float32Array:
    """Return how dense the stubble is, (rows, cols) 0..1: the hair of the photo with a soft edge, not thinned by what lies off the person."""
    sigma_px = max(0.6, settings.softness_mm * px_per_mm)
    weight = np.maximum(person_fraction, hair_fraction)
    spread = cv2.GaussianBlur(hair_fraction * weight, (0, 0), sigma_px) / (cv2.GaussianBlur(weight, (0, 0), sigma_px) + 1e-3)
    return np.asarray(np.clip(spread, 0.0, 1.0), np.float32)


def stubble_passes(density: Float32Array, ends: Float32Array | None, settings: StubbleSettings) -> Float32Array:
    """Return the part of skin's light that passes the stubble, (rows, cols, 3).

    The optical density grows with that of the hair and with `ends`, the hair ends relative to their mean (1 everywhere
    where None). Left out: the length and the lean of stubble, the colour of the hair.
    """
    full = -np.log(np.array(settings.passed_fraction, np.float32)) * density[..., None]
    if ends is None:
        return np.asarray(np.exp(-full), np.float32)
    at_ends = (1.0 - np.exp(-settings.ends_fraction * full)) * ends[..., None]
    return np.asarray(np.exp(-(1.0 - settings.ends_fraction) * full) * np.maximum(1.0 - at_ends, 0.0), np.float32)


def scatter_ends(head: Head, camera: Camera, *, px_per_mm: float, blur_px: float, settings: StubbleSettings) -> Float32Array | None:
    """Return the shadows of hair ends strewn over the head as a camera sees them, mean 1, (rows, cols); None in a coarse photo.

    Places are drawn evenly over the surface, so that perspective crowds them towards the rim, where they run together;
    they are as blurred as the photo.
    """
    if px_per_mm < settings.finest_px_per_mm:
        return None
    surface, chance = head.surface, np.random.default_rng(CHANCE)
    area_mm2 = face_areas_mm2(surface)
    middle_mm = surface.vertices_mm[surface.faces].mean(axis=1)
    towards = camera.eye_mm - middle_mm
    cosine = np.einsum("nd,nd->n", face_normals(surface), towards) / np.linalg.norm(towards, axis=1)
    seen = np.where(cosine > FACING_COSINE, area_mm2, 0.0)
    counts = chance.poisson(seen * settings.follicles_per_cm2 / 100.0)
    face_index = np.repeat(np.arange(len(counts)), counts)
    inside = chance.dirichlet((1.0, 1.0, 1.0), len(face_index))
    points_px = camera.project(np.einsum("nk,nkd->nd", inside, surface.vertices_mm[surface.faces[face_index]]))
    count, _, _ = np.histogram2d(
        points_px[:, 1], points_px[:, 0], bins=(camera.height_px, camera.width_px), range=((0, camera.height_px), (0, camera.width_px))
    )
    drawn = cv2.GaussianBlur(count.astype(np.float32), (0, 0), float(np.hypot(settings.end_sigma_mm * px_per_mm, blur_px)))
    mean = cv2.GaussianBlur(drawn, (0, 0), EVEN_MM * px_per_mm)
    usual = settings.follicles_per_cm2 / 100.0 / px_per_mm**2
    certain = np.clip(mean / usual - 0.4, 0.0, 0.4) / 0.4
    return np.asarray(1.0 + certain * (np.minimum(drawn / np.maximum(mean, 0.1 * usual), MOST_UNEVEN) - 1.0), np.float32)
