"""A preview of the head with its hair shaved off: bare skin where hair was, background where hair stood beyond the skull.

Made only when asked for, and always under a doubt: nobody has seen the skin below the hair. What may stand behind the
hair is `backdrop`'s, the stubble that is left `hairs`'s; whether there is anything to shave is told elsewhere.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, ByteArray, Doubt, Float32Array, FloatArray, NotPossible, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.rendering.backdrop import fill_behind, find_tufts, find_wisps, hangs_low
from scalp.rendering.canvas import measure_blur_px
from scalp.rendering.shading import shading_basis

WORK_SIDE_PX = 640
CLOSED_LEVEL = 200
"""Share of hair or skin in a pixel, of 255, from which it shows nothing else."""
USUAL_MELANIN_FRACTION = 0.35
SMALLEST_SKIN_PIXELS = 200
KNOWN_FRACTION, HAIR_FRACTION = 0.75, 0.04
BLEND_MM = 9.0
"""How far the light of skin that is seen reaches under the hair before the fitted light alone decides. (E)"""
COLOUR_MM = 30.0
"""The same for its colour. (E)"""
GROWTH_MM = 3.5
"""How far round closed hair single hairs and their shadow still darken the skin. (E)"""
MIXED_MM = 14.0
"""How far from closed hair what is not bare skin on the skull is taken for hair too. (E)"""
ABOVE_BROWS_MM, EAR_TOP_MM = 20.0, 18.0
"""Above which height over the glabella nothing but hair and skin lies on a head, and down to where over the tragion
single hairs are looked for beside the head. (E)"""
BESIDE_MM = 4.0
"""How far in from the skull's rim hair beside the ears is looked for: farther in are brows and frames. (E)"""
STIFFNESS = (1e-6, 0.03, 0.03, 0.03, 0.3, 0.3, 0.3, 0.3, 0.3)
"""How strongly each coefficient of light is held to 0: half of the sphere is never seen. (E)"""
BOUNDS_LOG = (-0.45, 0.12)
"""How much darker and brighter than the skin that is seen fitted skin may be, as logarithms. (E)"""
SHINE_FRACTION = 0.7
"""Part of the shine of the skin in sight that is not carried on under the hair. (E)"""
RIM_LIGHT_FRACTION = 0.82
"""Light of skin at the very rim of a head over that facing the camera, in even light. (E)"""
UNDER_FRACTION = 0.5
"""Part of a pixel that counts as hair where hair stood at full density: what is left there are cut ends. (E)"""
SOFTNESS_MM = 3.0
"""Over what distance the edge of the hair thins out. (E)"""
MASS_SHADE_FRACTION, MASS_GLARE = 0.3, 0.015
"""Light of a mass of white hair over a white surface's, and the sheen that even black hair has: hairs shade each other. (E)"""
MELANIN_LOG_SLOPE = 9.5
"""How fast the logarithm of hair's light falls with its melanin: one way through a shaft, as in `scalp.skin.stubble`. (D)"""
SHAVED_DOUBT = Doubt(
    kind="hair",
    where="under the hair",
    size="the skin there was never seen",
    advice="The shaved preview guesses its colour, its stubble and the shape of the skull; shave or wet the hair flat for a true look.",
)
SHORT_DOUBT = Doubt(
    kind="hair",
    where="shaved preview",
    size="the hair is already cut short, and the photo is left as it is",
    advice="Only long hair is taken off in a preview; work is shown where skin shows between the short hairs.",
)


@value
class Skull(Value):
    """The skull as the camera sees it on a small raster, (rows, cols).

    `normal` (rows, cols, 3) is the unit normal, `facing_fraction` its cosine towards the eye, `inside` where the skull is seen;
    `above_brows` is the part of it higher than any brow or frame, `above_ears_fraction` the part of the picture above the ears.
    """

    normal: Float32Array
    inside: BoolArray
    facing_fraction: Float32Array
    above_brows: BoolArray
    above_ears_fraction: Float32Array


@value
class Layers(Value):
    """What the shaved photo is put together of, (rows, cols).

    `skin_light_fraction` and `ground_light_fraction` (rows, cols, 3) are the linear light of bare skin and of what is
    behind the head, of the file's white; `covered_fraction` is what is replaced, `hair_fraction` how dense hair was.
    """

    skin_light_fraction: Float32Array
    ground_light_fraction: Float32Array
    covered_fraction: Float32Array
    hair_fraction: Float32Array


def shave(photo: Photo, head: Head, regions: Regions) -> tuple[Photo, Regions]:
    """Return the photo with its hair replaced by bare skin and by background, and the regions that go with it.

    Their `hair` is half of what it was, softened at its edge: where hair stood, cut ends are left, and whoever shows them
    reads there how densely (`hair_on_vertices`). Skin is the diffuse light fitted to the visible skin on the head's own
    shape (nine spherical-harmonic coefficients of its logarithm, [Ramamoorthi2001]), drawn towards the light at the
    hair's edge, in the colour of the skin nearby and with the photo's own grain. Raises `NotPossible` where too little
    skin is seen to know its colour.
    """
    camera = head.camera_of(photo.digest)
    scale = min(1.0, WORK_SIDE_PX / max(photo.height_px, photo.width_px))
    size = (max(8, round(photo.width_px * scale)), max(8, round(photo.height_px * scale)))
    light = cv2.resize(photo.native_linear(), size, interpolation=cv2.INTER_AREA)
    hair, skin, person = (_shrunk(raster, size) for raster in (regions.hair, regions.skin, regions.head))
    skull = see_skull(camera, head, size)
    px_per_mm = camera.focal_px / float(camera.in_camera(head.landmark("vertex")[None])[0, 2]) * scale
    face = cv2.erode(skull.inside.astype(np.uint8), _disc(BESIDE_MM * px_per_mm)) > 0
    tufts = find_tufts(light, hair, skin, (person > 0.5) & ~face, px_per_mm)
    if hangs_low(light, hair, tufts, (person > 0.5) & ~skull.inside & (skin < HAIR_FRACTION), px_per_mm):
        raise NotPossible(
            "a shaved preview of hair that hangs over ears and shoulders",
            "a look with the hair as it is",
            "Tie the hair back flat and photograph it again.",
        )
    covered = np.maximum(_covered(light, hair, skin, skull, px_per_mm), tufts)
    known = (skin > KNOWN_FRACTION) & (covered < HAIR_FRACTION) & skull.inside
    if known.sum() < SMALLEST_SKIN_PIXELS:
        raise NotPossible(
            "a shaved preview", "a look with the hair as it is", "Use a photo that shows more of the bare forehead and scalp."
        )
    layers = Layers(
        skin_light_fraction=skin_light(_matte(light, known), known, skull, px_per_mm),
        ground_light_fraction=fill_behind(light, (covered > HAIR_FRACTION) | (person > HAIR_FRACTION)),
        covered_fraction=covered,
        hair_fraction=_soft(np.maximum(hair, tufts), person, px_per_mm),
    )
    return _composed(photo, regions, layers, head)


def hair_on_vertices(head: Head, photo: Photo, regions: Regions) -> FloatArray:
    """Return how densely hair stood in a photo before it was shaved, read at each vertex of the head, (V,) 0..1.

    Vertices that the camera does not see read what stands before them.
    """
    camera = head.camera_of(photo.digest)
    points_px = np.clip(camera.project(head.surface.vertices_mm), 0.0, [camera.width_px - 1, camera.height_px - 1])
    col, row = points_px.astype(int).T
    return np.asarray(np.clip(regions.hair[row, col] / (255.0 * UNDER_FRACTION), 0.0, 1.0))


def read_melanin(photo: Photo, regions: Regions, skin_rgb_linear: FloatArray) -> float:
    """Return how dark the hair of a photo is, 0 white to 1 black, from its light beside that of the skin; dark brown if none is seen.

    `skin_rgb_linear` is what the skin's own albedo is. Hairs in a mass shade each other and have a sheen, both taken as
    usual; greyness is not told from fairness. (E)
    """
    light = photo.rgb_linear()
    hair, skin = light[regions.hair > CLOSED_LEVEL, 1], light[regions.skin > CLOSED_LEVEL, 1]
    if len(hair) < SMALLEST_SKIN_PIXELS or len(skin) < SMALLEST_SKIN_PIXELS:
        return USUAL_MELANIN_FRACTION
    albedo = float(np.median(hair) / max(float(np.median(skin)), 1e-4) * skin_rgb_linear[1])
    body = max(albedo - MASS_GLARE, 1e-4) / MASS_SHADE_FRACTION
    return float(np.clip(-np.log(body) / MELANIN_LOG_SLOPE, 0.0, 1.0))


def _soft(hair_fraction: Float32Array, person_fraction: Float32Array, px_per_mm: float) -> Float32Array:
    """Return how dense hair was, (rows, cols) 0..1, with a soft edge; not thinned by what lies off the person."""
    sigma_px = max(0.6, SOFTNESS_MM * px_per_mm)
    weight = np.maximum(person_fraction, hair_fraction)
    spread = cv2.GaussianBlur(hair_fraction * weight, (0, 0), sigma_px) / (cv2.GaussianBlur(weight, (0, 0), sigma_px) + 1e-3)
    return np.asarray(np.clip(spread, 0.0, 1.0), np.float32)


def _shrunk(raster: np.ndarray, size: tuple[int, int]) -> Float32Array:
    """Return a region as fractions on a smaller raster."""
    return np.asarray(np.asarray(cv2.resize(raster, size, interpolation=cv2.INTER_AREA), np.float32) / 255, np.float32)


def see_skull(camera: Camera, head: Head, size: tuple[int, int]) -> Skull:
    """Return the skull as a camera sees it on a raster of `size` (columns, rows); off it the normal faces the camera."""
    surface, scale = head.surface, size[1] / camera.height_px
    fragments = rasterise(camera, surface, scale)
    seen = fragments.face_index >= 0
    corners = surface.faces[fragments.face_index]
    normals = np.einsum("rck,rckd->rcd", fragments.barycentric, vertex_normals(surface)[corners])
    normals[~seen] = -camera.camera_from_head[2, :3]
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
    height_mm = np.einsum("rck,rck->rc", fragments.barycentric, surface.vertices_mm[corners, 1]) - head.landmark("glabella")[1]
    normal = cv2.resize(normals.astype(np.float32), size)
    inside, high = (
        cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for mask in (seen, seen & (height_mm > ABOVE_BROWS_MM))
    )
    facing = np.clip(normal @ -camera.camera_from_head[2, :3].astype(np.float32), 0.0, 1.0)
    return Skull(
        normal=normal, inside=inside, facing_fraction=facing, above_brows=high, above_ears_fraction=_above_ears(camera, head, size)
    )


def _above_ears(camera: Camera, head: Head, size: tuple[int, int]) -> Float32Array:
    """Return 1 above the line through the tops of the ears, soft over a few mm, (rows, cols)."""
    scale = size[1] / camera.height_px
    up = np.array([0.0, EAR_TOP_MM, 0.0])
    right, left, crown = (
        camera.project(np.stack([head.landmark(f"{side}_tragion") + up for side in ("right", "left")] + [head.landmark("vertex")])) * scale
    )
    across = (left - right) / max(float(np.linalg.norm(left - right)), 1e-6)
    normal = np.array([across[1], -across[0]])
    normal *= np.sign(normal @ (crown - (left + right) / 2)) or 1.0
    columns, rows = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    away = (columns - (left + right)[0] / 2) * normal[0] + (rows - (left + right)[1] / 2) * normal[1]
    softness_px = max(2.0, 0.02 * float(np.linalg.norm(crown - (left + right) / 2)))
    return np.asarray(np.clip(away / softness_px + 0.5, 0.0, 1.0), np.float32)


def _covered(light: Float32Array, hair: Float32Array, skin: Float32Array, skull: Skull, px_per_mm: float) -> Float32Array:
    """Return what hair covers, 0..1: closed hair, a margin round it, what is not skin near it, and single hairs that stand off."""
    width = 2 * max(1, round(GROWTH_MM * px_per_mm)) + 1
    close = np.clip(cv2.dilate(hair, _disc(GROWTH_MM * px_per_mm)) * 2.0, 0.0, 1.0)
    near = cv2.dilate((hair > 0.5).astype(np.uint8), _disc(MIXED_MM * px_per_mm)) > 0
    mixed = (1.0 - skin) * (near & skull.above_brows)
    at_rim = cv2.dilate(skull.inside.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    wisps = find_wisps(light, close, px_per_mm) * (~skull.inside & (near | ~at_rim)) * skull.above_ears_fraction
    soft = cv2.GaussianBlur(close, (0, 0), max(0.6, 0.25 * width)) * (close > 0)
    return np.asarray(np.maximum(np.maximum(soft, wisps), np.clip(1.5 * mixed, 0.0, 1.0)), np.float32)


def _disc(radius_px: float) -> ByteArray:
    """Return a disc of at least 1 px radius for morphology."""
    width = 2 * max(1, round(radius_px)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), np.uint8)


def _matte(light: Float32Array, known: BoolArray) -> Float32Array:
    """Return the light with most of its shine taken away: neutral light that makes skin bluer than its mattest quarter."""
    calm = cv2.GaussianBlur(light, (0, 0), 1.5)
    red, blue = calm[..., 0], calm[..., 2]
    ratio = float(np.clip(np.quantile(blue[known] / np.maximum(red[known], 1e-4), 0.25), 0.02, 0.95))
    shine = np.clip((blue - ratio * red) / (1.0 - ratio), 0.0, 0.5 * np.maximum(blue, 0.0))
    return np.asarray(np.maximum(light - SHINE_FRACTION * shine[..., None], 1e-4), np.float32)


def skin_light(light: Float32Array, known: BoolArray, skull: Skull, px_per_mm: float) -> Float32Array:
    """Return the light of bare skin (rows, cols, 3) on the skull and round it, from the skin that is `known`."""
    brightness = np.log(np.maximum(light @ np.array([0.2126, 0.7152, 0.0722], np.float32), 1e-4))
    colour = light / np.exp(brightness)[..., None]
    fitted = _fitted_brightness(brightness, known, skull)
    shine = np.float32(np.quantile((brightness - fitted)[known], 0.9))
    miss = np.where(known, np.clip(brightness - fitted, -0.6, shine), 0.0).astype(np.float32)
    pulled = _spread(miss[..., None], known, BLEND_MM * px_per_mm, 0.05)[..., 0]
    usual = np.median(colour[known], axis=0)
    tint = usual + _spread(np.where(known[..., None], colour - usual, 0.0).astype(np.float32), known, COLOUR_MM * px_per_mm, 0.05)
    return np.asarray(np.exp(fitted + pulled)[..., None] * tint, np.float32)


def _fitted_brightness(brightness: Float32Array, known: BoolArray, skull: Skull) -> Float32Array:
    """Return the logarithm of skin's light by the way it faces, held near what is seen where nothing like it is."""
    basis = shading_basis(skull.normal[known].astype(float))
    seen = brightness[known].astype(float)
    centre = float(np.median(seen))
    penalty = np.diag(STIFFNESS) * len(seen)
    weights = np.ones(len(seen))
    fit: FloatArray = np.zeros(9)
    for _ in range(5):
        weighted = basis.T * weights
        fit = np.asarray(np.linalg.solve(weighted @ basis + penalty, weighted @ (seen - centre)), np.float64)
        miss = seen - centre - basis @ fit
        weights = 1.0 / (1.0 + (miss / np.where(miss > 0, 0.1, 0.2)) ** 2)
    usual = float(np.median(basis @ fit))
    rows = shading_basis(skull.normal.reshape(-1, 3).astype(float)) @ fit
    held = usual + _between(rows - usual, *BOUNDS_LOG).reshape(brightness.shape)
    rim = np.log(RIM_LIGHT_FRACTION) * (1.0 - skull.facing_fraction) ** 3
    return np.asarray(centre + held + rim, np.float32)


def _between(amount: FloatArray, low: float, high: float) -> FloatArray:
    """Return an amount that softly stays above `low` < 0 and below `high` > 0."""
    return np.where(amount > 0, high * np.tanh(amount / high), low * np.tanh(amount / low))


def _spread(amount: Float32Array, known: BoolArray, reach_px: float, floor: float) -> Float32Array:
    """Return an amount (rows, cols, C) that is 0 where not known, carried on from known pixels and fading away with distance."""
    near = known.astype(np.float32)
    reach = max(reach_px, 1.0)
    summed = cv2.GaussianBlur(amount, (0, 0), reach).reshape(amount.shape)
    return np.asarray(summed / (cv2.GaussianBlur(near, (0, 0), reach) + floor)[..., None], np.float32)


def _outline_share(camera: Camera, surface: Mesh, blur_px: float) -> Float32Array:
    """Return how much of each pixel of the photo the skull fills, (rows, cols) 0..1, its edge as blurred as the photo."""
    finer = 3 if max(camera.width_px, camera.height_px) < 2 * WORK_SIDE_PX else 1
    inside = (rasterise(camera, surface, float(finer)).face_index >= 0).astype(np.float32)
    share = cv2.resize(inside, (camera.width_px, camera.height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(share, (0, 0), blur_px), np.float32)


def _composed(photo: Photo, regions: Regions, layers: Layers, head: Head) -> tuple[Photo, Regions]:
    """Put skin and background under the hair's mask at full size, with the photo's grain."""
    camera = head.camera_of(photo.digest)
    under, behind, covered, dense = (
        cv2.resize(layer, (photo.width_px, photo.height_px), interpolation=cv2.INTER_LINEAR)
        for layer in (layers.skin_light_fraction, layers.ground_light_fraction, layers.covered_fraction, layers.hair_fraction)
    )
    skull = _outline_share(camera, head.surface, measure_blur_px(photo, regions))
    alpha, share = np.clip(covered * 1.2, 0, 1)[..., None], skull[..., None]
    light = photo.native_linear()
    new = under * share * (1.0 + _grain(light, regions)) + behind * (1.0 - share)
    mixed = np.clip(light * (1 - alpha) + new * alpha, 0, 1)
    levels = np.arange(len(photo.encoding.decode))
    stored = np.stack([np.interp(mixed[..., band], photo.encoding.decode[:, band], levels) for band in range(3)], axis=-1)
    pixels = np.where(alpha > 0, (stored + 0.5).astype(photo.pixels.dtype), photo.pixels)
    shaved = Photo(pixels=pixels, encoding=photo.encoding, focal_px=photo.focal_px, doubts=photo.doubts)
    return shaved, _bared(regions, alpha[..., 0], skull, dense)


def _bared(regions: Regions, replaced: Float32Array, skull: Float32Array, hair_fraction: Float32Array) -> Regions:
    """Return the regions of the shaved head: skin all over the skull, and where hair was, its cut ends as half as much hair."""
    skin = regions.skin * (1.0 - replaced) + 255.0 * skull * replaced
    hair = 255.0 * UNDER_FRACTION * skull * hair_fraction * replaced
    return Regions(head=regions.head, skin=skin.astype(np.uint8), hair=hair.astype(np.uint8))


def _grain(light: Float32Array, regions: Regions) -> FloatArray:
    """Return relative grain like that of the visible skin, measured on the skin itself and laid out anew."""
    fine = light[..., 1] - cv2.GaussianBlur(light[..., 1], (0, 0), 1.5)
    relative = fine / np.maximum(light[..., 1], 0.02)
    sample = relative[regions.skin > 230]
    spread = 1.4826 * float(np.median(np.abs(sample))) if sample.size else 0.0
    chance = np.random.default_rng(light.shape[0] * 7919 + light.shape[1])
    rough = chance.standard_normal(light.shape[:2]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), 0.6)[..., None] * 2.1 * spread)
