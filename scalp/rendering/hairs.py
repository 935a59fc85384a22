"""Short native hair in a photo: shafts before the skin, their shadow on it, and roots for the light model to draw below it.

What lives here: from single hairs on a head to what they do to each pixel, and putting it on a look. Where hairs stand and how
long they are is told by whoever asks; what one shaft does to light is `scalp.skin.stubble`'s.
"""

import dataclasses

import cv2
import numpy as np
from numba import njit

from scalp.base import ByteArray, Float32Array, FloatArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.hair import Hairs
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.geometry.meshes import vertex_normals
from scalp.rendering.canvas import measure_blur_px
from scalp.rendering.looks import LookMaker
from scalp.rendering.projection import Footprints, project_impressions
from scalp.skin.stubble import ROOT_BOTTOM_MM, ROOT_TOP_MM, SHADOW_FACTOR, TAPER_FRACTION, hair_albedo, hair_transmittance, root_mg_per_ml
from scalp.skin.tone import reflectance

SKIN_LEVEL = 100
"""Share of skin in its pixel, of 255, from which a hair is drawn: others lie under what hides the skin."""
EDGE_MM, WORK_SIDE_PX = 4.0, 512
"""How softly drawn hair ends where the skin that is known ends on the person, and the side of the raster on which that is found. (E)"""
STIFF_MM = 12.0
"""Over what length a hair lies down onto the skin. (E)"""
PART_MM, MOST_PARTS = 1.5, 8
SHADOW_SIGMA_MM = 0.3
"""How far light in skin and the width of the lamp blur the shadow of a shaft that lies on it. (E)"""
UNEVEN_LOG_SD = 0.2
"""How much single shafts differ in how they catch the light. (E)"""
AROUND_PX = 2.0
"""Over how many pixels the light of the skin around a root is averaged."""
SAMPLING_PX2 = 0.17
"""Variance that drawing on pixels adds already."""
SMALLEST_CHANGE = 1e-4


@value
class HairLayer(Value):
    """What native hairs do to the light of a window of a photo, at `top_px`, `left_px`.

    `kept_fraction` (rows, cols, 3) is the part of the light from below that passes shafts and shadow, `added_rgb_linear`
    (rows, cols, 3) the light of the shafts; both in the bands of linear sRGB.
    """

    photo_digest: str
    top_px: int
    left_px: int
    kept_fraction: Float32Array
    added_rgb_linear: Float32Array


def roots_of(hairs: Hairs) -> Impressions:
    """Return the roots of hairs as absorbing columns in the skin, drawn like impressions: that is what these imitate.

    Roots of white hairs hold nothing. They lean in real skin; here they are upright.
    """
    count = len(hairs)
    return Impressions(
        head_digest=hairs.head_digest,
        plan_digest=hairs.head_digest,
        face_index=hairs.face_index,
        barycentric=hairs.barycentric,
        deposit_diameter_mm=hairs.shaft_diameter_mm,
        top_depth_mm=np.full(count, ROOT_TOP_MM, np.float32),
        bottom_depth_mm=np.full(count, ROOT_BOTTOM_MM, np.float32),
        concentration_mg_per_ml=root_mg_per_ml(hairs.shaft_diameter_mm, hairs.melanin_fraction).astype(np.float32),
        session_number=np.ones(count, np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )


def hairs_in_sight(hairs: Hairs, head: Head, regions: Regions, camera: Camera) -> Hairs:
    """Return the hairs whose roots a camera sees on bare skin; they thin out where the skin that is known ends on the person."""
    footprints = project_impressions(roots_of(hairs), head, camera)
    col, row = np.floor(footprints.points_px).astype(int).T
    px_per_mm = camera.focal_px / float(camera.in_camera(head.landmark("vertex")[None])[0, 2])
    known = _known(regions, EDGE_MM * px_per_mm)
    scale = np.array(known.shape) / np.array(regions.skin.shape)
    density = known[(row * scale[0]).astype(int), (col * scale[1]).astype(int)]
    kept = (regions.skin[row, col] > SKIN_LEVEL) & (hairs.loss_rank_fraction[footprints.index] < density)
    return hairs.where(np.sort(footprints.index[kept]))


def _known(regions: Regions, reach_px: float) -> Float32Array:
    """Return 1 on bare skin, falling to 0 towards other parts of the person and not towards the wall, on a small raster."""
    shrink = max(1.0, max(regions.skin.shape) / WORK_SIDE_PX)
    size = (max(2, round(regions.skin.shape[1] / shrink)), max(2, round(regions.skin.shape[0] / shrink)))
    skin, person = (cv2.resize(raster, size, interpolation=cv2.INTER_AREA).astype(np.float32) for raster in (regions.skin, regions.head))
    sigma_px = max(0.5, reach_px / shrink)
    near = cv2.GaussianBlur(skin, (0, 0), sigma_px) / np.maximum(cv2.GaussianBlur(np.maximum(person, skin), (0, 0), sigma_px), 1.0)
    return np.asarray(np.clip(2.2 * near - 1.1, 0.0, 1.0), np.float32)


def draw_hairs(photo: Photo, head: Head, regions: Regions, skin: Skin, hairs: Hairs) -> HairLayer | None:
    """Return what hairs do to a photo of bare skin, or None where none stands out of the skin in sight.

    Each shaft is a tapered cylinder in exact perspective whose coverage of every pixel is integrated (a box of its width
    against a box of a pixel, across and along), laid over those before it; then the photo's blur. Its shadow takes
    pi/2 times diameter times length of the light, spread over about its own length. Left out: the direction of the lamp,
    highlights, light from hair to hair.
    """
    camera = head.camera_of(photo.digest)
    hairs = hairs.where(hairs.length_mm > 0)
    footprints = project_impressions(roots_of(hairs), head, camera) if len(hairs) else None
    if footprints is None or len(footprints.index) == 0:
        return None
    seen = hairs.where(footprints.index)
    curves_px, widths_px = _curves_px(seen, head, camera)
    window = _window(curves_px, camera)
    blur_px = measure_blur_px(photo, regions)
    rows, cols = (slice(int(start), int(start) + side) for start, side in zip(window[0][::-1], window[1], strict=True))
    open_skin = regions.skin[rows, cols].astype(np.float32) / 255.0
    light = _hair_light(photo, (rows, cols), open_skin, curves_px[:, 0] - window[0], hair_albedo(seen.melanin_fraction) / reflectance(skin))
    passed, added = _shafts(curves_px - window[0], widths_px, _uneven(seen)[:, None] * light, window[1])
    shade = _shadow(footprints, seen, curves_px - window[0], window[1])
    shade = np.asarray(1.0 + open_skin[..., None] * (shade - 1.0), np.float32)
    sd_px = float(np.sqrt(max(blur_px**2 - SAMPLING_PX2, 0.01)))
    passed, added = (cv2.GaussianBlur(plane, (0, 0), sd_px) for plane in (passed, added))
    return HairLayer(
        photo_digest=photo.digest,
        top_px=int(window[0][1]),
        left_px=int(window[0][0]),
        kept_fraction=(passed[..., None] * shade).astype(np.float32),
        added_rgb_linear=added,
    )


def lay_hairs(look: Photo, layer: HairLayer) -> tuple[Photo, ByteArray]:
    """Return a look with hairs laid over it and which pixels they changed.

    What lies below, pigment included, is dimmed, and the light of the shafts is added. Pixels that nothing changes keep
    their stored numbers.
    """
    rows, cols = layer.kept_fraction.shape[:2]
    window = (slice(layer.top_px, layer.top_px + rows), slice(layer.left_px, layer.left_px + cols))
    changed = (np.abs(layer.kept_fraction - 1.0).max(axis=2) > SMALLEST_CHANGE) | (layer.added_rgb_linear.max(axis=2) > SMALLEST_CHANGE)
    at_row, at_col = np.nonzero(changed)
    encoding = look.encoding
    light = np.stack([encoding.decode[look.pixels[window][at_row, at_col, band], band] for band in range(3)], axis=-1)
    new = light @ encoding.srgb_from_native.T * layer.kept_fraction[at_row, at_col] + layer.added_rgb_linear[at_row, at_col]
    new = np.clip(new @ np.linalg.inv(encoding.srgb_from_native).T, 0.0, 1.0)
    levels = np.arange(len(encoding.decode))
    pixels, touched = look.pixels.copy(), np.zeros(look.pixels.shape[:2], np.uint8)
    stored = np.stack([np.interp(new[:, band], encoding.decode[:, band], levels) for band in range(3)], axis=-1)
    pixels[window][at_row, at_col] = (stored + 0.5).astype(pixels.dtype)
    touched[window][at_row, at_col] = 1
    for owned in (pixels, touched):
        owned.setflags(write=False)
    return Photo(pixels=pixels, encoding=encoding, focal_px=look.focal_px, doubts=look.doubts), touched


def render_with_hairs(maker: LookMaker, impressions: Impressions, hairs: Hairs | None, moment: Moment) -> Look:
    """Return the look of impressions among native hairs: their roots drawn with the impressions, the shafts laid over both."""
    if hairs is None or len(hairs) == 0:
        return maker.render(impressions, moment)
    look = maker.render(impressions.followed_by(roots_of(hairs)), moment)
    layer = draw_hairs(maker.photo, maker.head, maker.regions, maker.skin, hairs)
    if layer is None:
        return look
    photo, touched = lay_hairs(look.photo, layer)
    return dataclasses.replace(look, photo=photo, touched=np.maximum(look.touched, touched))


def _curves_px(hairs: Hairs, head: Head, camera: Camera) -> tuple[FloatArray, FloatArray]:
    """Return the courses (N, parts + 1, 2) of hairs in the picture and the width of each at its root, px."""
    surface = head.surface
    corners = surface.faces[hairs.face_index]
    up = np.einsum("nk,nkd->nd", np.clip(hairs.barycentric, 0.0, 1.0), vertex_normals(surface)[corners])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    points_mm = [hairs.points_mm(surface.vertices_mm, surface.faces)]
    parts = int(np.clip(np.ceil(float(hairs.length_mm.max()) / PART_MM), 1, MOST_PARTS))
    rise = np.einsum("nd,nd->n", hairs.directions, up)[:, None]
    flat = hairs.directions - rise * up
    step_mm = (hairs.length_mm / parts)[:, None]
    for part in range(parts):
        way = flat + rise * np.exp(-part * step_mm / STIFF_MM) * up
        points_mm.append(points_mm[-1] + step_mm * way / np.linalg.norm(way, axis=1, keepdims=True))
    curves_px = camera.project(np.concatenate(points_mm)).reshape(parts + 1, len(hairs), 2).transpose(1, 0, 2)
    return np.ascontiguousarray(curves_px), TAPER_FRACTION * hairs.shaft_diameter_mm * camera.focal_px / camera.in_camera(points_mm[0])[
        :, 2
    ]


def _window(curves_px: FloatArray, camera: Camera) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the corner (left, top) and the rows and columns of the part of the picture that hairs may change."""
    margin_px = 12
    low = np.clip(np.floor(curves_px.min(axis=(0, 1))).astype(int) - margin_px, 0, [camera.width_px - 8, camera.height_px - 8])
    high = np.clip(np.ceil(curves_px.max(axis=(0, 1))).astype(int) + margin_px, low + 8, [camera.width_px, camera.height_px])
    return low, (int(high[1] - low[1]), int(high[0] - low[0]))


def _hair_light(
    photo: Photo, window: tuple[slice, slice], open_skin: Float32Array, roots_px: FloatArray, over_skin: FloatArray
) -> Float32Array:
    """Return the light of each hair (N, 3): that of the bare skin around its root times its own over bare skin's."""
    encoding = photo.encoding
    decode = encoding.decode.astype(np.float32)
    native = np.stack([decode[photo.pixels[window][..., band], band] for band in range(3)], axis=-1)
    around = cv2.GaussianBlur(native * open_skin[..., None], (0, 0), AROUND_PX)
    around /= np.maximum(cv2.GaussianBlur(open_skin, (0, 0), AROUND_PX), 1e-3)[..., None]
    col, row = np.clip(np.floor(roots_px).astype(int), 0, np.array(open_skin.shape[::-1]) - 1).T
    return np.asarray(np.maximum(around[row, col] @ encoding.srgb_from_native.T, 0.0) * over_skin, np.float32)


def _uneven(hairs: Hairs) -> FloatArray:
    """Return a factor about 1 for how each hair (N,) catches the light, by its own ranks."""
    lot = np.sqrt(-2.0 * np.log(np.clip(hairs.loss_rank_fraction, 1e-6, 1.0))) * np.cos(2.0 * np.pi * hairs.grey_rank_fraction)
    return np.asarray(np.exp(UNEVEN_LOG_SD * lot - UNEVEN_LOG_SD**2 / 2.0), np.float64)


def _shafts(
    curves_px: FloatArray, widths_px: FloatArray, light: FloatArray, shape_px: tuple[int, int]
) -> tuple[Float32Array, Float32Array]:
    """Return what passes the shafts (rows, cols) and their own light (rows, cols, 3)."""
    passed, added = np.ones(shape_px, np.float32), np.zeros((*shape_px, 3), np.float32)
    _cover(curves_px.astype(np.float32), widths_px.astype(np.float32), light.astype(np.float32), passed, added)
    return passed, added


def _shadow(footprints: Footprints, hairs: Hairs, curves_px: FloatArray, shape_px: tuple[int, int]) -> Float32Array:
    """Return the part of the light (rows, cols, 3) that reaches the skin past the shafts, in even light."""
    metric = footprints.metric_px2_per_mm2
    px2_per_mm2 = np.sqrt(np.maximum(metric[:, 0] * metric[:, 2] - metric[:, 1] ** 2, 0.0))
    area_px2 = SHADOW_FACTOR * TAPER_FRACTION * hairs.shaft_diameter_mm * hairs.length_mm * px2_per_mm2
    taken = (area_px2[:, None] * (1.0 - hair_transmittance(hairs.melanin_fraction))).astype(np.float32)
    depth = np.zeros((*shape_px, 3), np.float32)
    _strew(((curves_px[:, 0] + curves_px[:, -1]) / 2).astype(np.float32), taken, depth)
    sigma_mm = np.hypot(SHADOW_SIGMA_MM, 0.35 * float(hairs.length_mm.mean()))
    sigma_px = max(0.5, sigma_mm * float(np.sqrt(np.median(np.maximum(metric[:, 0], metric[:, 2])))))
    return np.asarray(np.exp(-cv2.GaussianBlur(depth, (0, 0), sigma_px)), np.float32)


@njit(cache=True, nogil=True)
def _overlap(offset, width):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return how much of a pixel a bar of that width covers whose middle is so far away, px."""
    return max(0.0, min(0.5 * (1.0 + width) - abs(offset), width, 1.0))


@njit(cache=True, nogil=True)
def _cover(curves_px, widths_px, light, passed, added):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Lay every part of every shaft over what is there."""
    rows, cols = passed.shape
    for n in range(len(curves_px)):
        width = widths_px[n]
        for part in range(curves_px.shape[1] - 1):
            # The middle of the part, its way and its length in the picture.
            ax, ay = curves_px[n, part]
            bx, by = curves_px[n, part + 1]
            length = max(np.hypot(bx - ax, by - ay), np.float32(1e-3))
            wx, wy = (bx - ax) / length, (by - ay) / length
            mx, my = 0.5 * (ax + bx), 0.5 * (ay + by)
            reach_x = 0.5 * (abs(wx) * length + abs(wy) * width) + 1.0
            reach_y = 0.5 * (abs(wy) * length + abs(wx) * width) + 1.0
            left, right = max(0, int(mx - reach_x)), min(cols - 1, int(mx + reach_x))
            top, bottom = max(0, int(my - reach_y)), min(rows - 1, int(my + reach_y))
            for row in range(top, bottom + 1):
                for col in range(left, right + 1):
                    # A box of the shaft against a box of one pixel, across it and along it.
                    dx, dy = col + 0.5 - mx, row + 0.5 - my
                    cover = _overlap(dx * wy - dy * wx, width) * _overlap(dx * wx + dy * wy, length)
                    if cover <= 0.0:
                        continue
                    share = np.float32(1.0 - cover)
                    passed[row, col] *= share
                    for band in range(3):
                        added[row, col, band] = added[row, col, band] * share + np.float32(cover) * light[n, band]


@njit(cache=True, nogil=True)
def _strew(points_px, amount, raster):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add amounts (N, 3) at points to the four pixels around each, in proportion."""
    rows, cols = raster.shape[:2]
    for n in range(len(points_px)):
        x, y = points_px[n, 0] - 0.5, points_px[n, 1] - 0.5
        col, row = int(np.floor(x)), int(np.floor(y))
        if col < 0 or row < 0 or col + 1 >= cols or row + 1 >= rows:
            continue
        right, down = x - col, y - row
        for band in range(3):
            raster[row, col, band] += amount[n, band] * (1 - right) * (1 - down)
            raster[row, col + 1, band] += amount[n, band] * right * (1 - down)
            raster[row + 1, col, band] += amount[n, band] * (1 - right) * down
            raster[row + 1, col + 1, band] += amount[n, band] * right * down
