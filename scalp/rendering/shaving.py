"""A preview of the head with its hair shaved off: bare skin where hair was, background where hair stood beyond the skull.

Made only when asked for, and always under a doubt: nobody has seen the skin below the hair.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, Doubt, Float32Array, FloatArray, NotPossible
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.rendering.shading import fit_shading, shading_basis

WORK_SIDE_PX = 640
SMALLEST_SKIN_PIXELS = 200
KNOWN_FRACTION, HAIR_FRACTION = 0.75, 0.04
BLEND_MM = 18.0
"""How far the colour of skin that is seen reaches under the hair before the fitted light alone decides. (E)"""
GROWTH_PX = 3
SHAVED_DOUBT = Doubt(
    kind="hair",
    where="under the hair",
    size="the skin there was never seen",
    advice="The shaved preview guesses its colour and the shape of the skull; shave or wet the hair flat for a true look.",
)


def shave(photo: Photo, head: Head, regions: Regions) -> tuple[Photo, Regions]:
    """Return the photo with its hair replaced by skin and background, and the regions that go with it.

    Skin is the diffuse light fitted to the visible skin on the head's own shape (nine spherical-harmonic coefficients a
    band, [Ramamoorthi2001]), drawn towards the colours at the hair's edge, with the photo's own grain. Raises
    `NotPossible` where too little skin is seen to know its colour.
    """
    camera = head.cameras[head.photo_digests.index(photo.digest)]
    scale = min(1.0, WORK_SIDE_PX / max(photo.height_px, photo.width_px))
    size = (max(8, round(photo.width_px * scale)), max(8, round(photo.height_px * scale)))
    small = cv2.resize(photo.native_linear(), size, interpolation=cv2.INTER_AREA)
    hair = cv2.resize(regions.hair, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    skin = cv2.resize(regions.skin, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    normals, on_skull = _skull(camera, head.surface, size)
    known = (skin > KNOWN_FRACTION) & (hair < HAIR_FRACTION) & on_skull
    if known.sum() < SMALLEST_SKIN_PIXELS:
        raise NotPossible(
            "a shaved preview", "a look with the hair as it is", "Use a photo that shows more of the bare forehead and scalp."
        )
    px_per_mm = camera.focal_px / float(camera.in_camera(head.landmark("vertex")[None])[0, 2]) * scale
    under = _skin_light(small, known, normals, on_skull, BLEND_MM * px_per_mm)
    behind = _background(small, (hair > HAIR_FRACTION) | (regions_small(regions.head, size) > HAIR_FRACTION))
    covered = cv2.dilate(hair, np.ones((GROWTH_PX, GROWTH_PX), np.uint8))
    share = cv2.GaussianBlur(on_skull.astype(np.float32), (0, 0), 0.8)[..., None]
    replaced = under * share + behind * (1.0 - share)
    return _composed(photo, regions, replaced, covered, on_skull)


def regions_small(raster: np.ndarray, size: tuple[int, int]) -> Float32Array:
    """Return a region as fractions on a smaller raster."""
    return np.asarray(np.asarray(cv2.resize(raster, size, interpolation=cv2.INTER_AREA), np.float32) / 255, np.float32)


def _skull(camera: Camera, surface: Mesh, size: tuple[int, int]) -> tuple[Float32Array, BoolArray]:
    """Return normals (rows, cols, 3) of the skull as the camera sees it and where it is seen."""
    fragments = rasterise(camera, surface, size[1] / camera.height_px)
    seen = fragments.face_index >= 0
    normals = np.einsum("rck,rckd->rcd", fragments.barycentric, vertex_normals(surface)[surface.faces[fragments.face_index]])
    normals[~seen] = -camera.camera_from_head[2, :3]
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
    fitted = cv2.resize(normals.astype(np.float32), size), cv2.resize(seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(fitted[0], np.float32), np.asarray(fitted[1])


def _skin_light(light: Float32Array, known: BoolArray, normals: Float32Array, on_skull: BoolArray, blend_px: float) -> Float32Array:
    """Return the light of bare skin everywhere on the skull: the fitted diffuse light, drawn to what is seen nearby."""
    fitted = np.zeros_like(light)
    for band in range(3):
        shading = fit_shading(normals[known].astype(float), light[known][:, band].astype(float))
        fitted[on_skull, band] = np.maximum(shading_basis(normals[on_skull].astype(float)) @ shading, 1e-4)
    ratio = np.where(known[..., None], light / np.maximum(fitted, 1e-4), 1.0)
    limits = np.quantile(ratio[known], [0.05, 0.95], axis=0)
    ratio = np.clip(ratio, limits[0], limits[1]).astype(np.float32)
    near = known.astype(np.float32)[..., None]
    reach = max(blend_px, 1.0)
    pulled = cv2.GaussianBlur(ratio * near, (0, 0), reach)
    cover = cv2.GaussianBlur(near, (0, 0), reach)[..., None]
    return np.asarray(fitted * (pulled + 0.05) / (cover + 0.05), np.float32)


def _background(light: Float32Array, covered: BoolArray) -> Float32Array:
    """Return what may stand behind the head, grown in from around it."""
    stored = (np.sqrt(np.clip(light, 0, 1)) * 255).astype(np.uint8)
    grown = cv2.inpaint(stored, cv2.dilate(covered.astype(np.uint8), np.ones((5, 5), np.uint8)), 5, cv2.INPAINT_TELEA)
    return np.asarray((grown.astype(np.float32) / 255) ** 2)


def _composed(photo: Photo, regions: Regions, replaced: Float32Array, covered: Float32Array, on_skull: BoolArray) -> tuple[Photo, Regions]:
    """Put the new light under the hair's mask at full size, with the photo's grain."""
    full = (photo.width_px, photo.height_px)
    alpha = np.clip(cv2.resize(covered, full, interpolation=cv2.INTER_LINEAR) * 1.6, 0, 1)[..., None]
    light = photo.native_linear()
    grain = _grain(light, regions)
    new = cv2.resize(replaced, full, interpolation=cv2.INTER_CUBIC) * (1.0 + grain)
    mixed = np.clip(light * (1 - alpha) + new * alpha, 0, 1)
    levels = np.arange(len(photo.encoding.decode))
    stored = np.stack([np.interp(mixed[..., band], photo.encoding.decode[:, band], levels) for band in range(3)], axis=-1)
    pixels = np.where(alpha > 0, (stored + 0.5).astype(photo.pixels.dtype), photo.pixels)
    skull = cv2.resize(on_skull.astype(np.uint8) * 255, full, interpolation=cv2.INTER_LINEAR)
    bared = np.maximum(regions.skin, np.minimum((alpha[..., 0] * 255).astype(np.uint8), skull))
    bare = Regions(head=regions.head, skin=bared, hair=np.zeros_like(regions.hair))
    return Photo(pixels=pixels, encoding=photo.encoding, focal_px=photo.focal_px), bare


def _grain(light: Float32Array, regions: Regions) -> FloatArray:
    """Return relative grain like that of the visible skin, taken from the skin itself and laid out anew."""
    fine = light[..., 1] - cv2.GaussianBlur(light[..., 1], (0, 0), 1.5)
    relative = fine / np.maximum(light[..., 1], 0.02)
    sample = relative[regions.skin > 230]
    spread = 1.4826 * float(np.median(np.abs(sample))) if sample.size else 0.0
    chance = np.random.default_rng(light.shape[0] * 7919 + light.shape[1])
    rough = chance.standard_normal(light.shape[:2]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), 0.6)[..., None] * 2.1 * spread)
