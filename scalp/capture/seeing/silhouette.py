"""The edge of a fitted head in a photo that shows no face: where the fit has it, drawn onto the photo's own edge within its doubt.

The networks know people from the front; from above, from behind and from the side their mask may lose half the head.
What of the head is scalp is `regions`'s; the outline that a head is fitted to is `outline`'s.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray
from scalp.capture.seeing.contours import EdgeSearch, draw_to_edge, evenly_spaced, filled, half_crossing, outward_normals
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise

_HALF = 0.5
_RIM_COSINE = 0.2
"""Cosine between normal and sight line below which a vertex counts as at the head's edge."""
_REACH_SD = 2.5
"""Standard deviations of the fit within which its edge may be drawn onto one of the photo."""


def edge_sd_px(head: Head, camera: Camera) -> float:
    """Return how far the head's edge may lie from where the fit has it, one standard deviation in photo px."""
    ways = camera.eye_mm - head.surface.vertices_mm
    facing = np.einsum("vd,vd->v", vertex_normals(head.surface), ways) / np.linalg.norm(ways, axis=1)
    at_rim = np.abs(facing) < _RIM_COSINE
    sd_mm = float(np.median(head.surface_sd_mm[at_rim] if at_rim.any() else head.surface_sd_mm))
    seen = rasterise(camera, head.surface, 0.125)
    return sd_mm * camera.focal_px / float(np.median(seen.depth_mm[seen.face_index >= 0]))


def draw_silhouette(small_u8: np.ndarray, inside: BoolArray, person: Float32Array | None, *, sd_px: float) -> Float32Array:
    """Return the head in a small picture (S, S), 0..1: the fitted one, its edge moved within 2.5 SD to where head and wall part.

    That is the edge of the mask of the person where one runs so near, else that of the picture. Where skin lies behind
    skin, as shoulders below a head seen from above, the contrast is small and the fit's own edge stays.
    """
    soft = np.asarray(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8), np.float32)
    lines = half_crossing(soft)
    if not lines:
        return soft
    reach_px = max(3.0, _REACH_SD * sd_px)
    search = EdgeSearch(reach_px=reach_px, step_px=0.5, spacing_px=1.5, trust_px=max(1.5, sd_px), averaging_count=8.0, smoothing_count=2.0)
    drawn, _ = draw_to_edge(lines[0], small_u8, search)
    if person is not None:
        line = evenly_spaced(lines[0], search.spacing_px)
        normals = outward_normals(line)
        crossing_px = _crossing_px(person, line, normals, reach_px)
        drawn = np.where(np.isfinite(crossing_px)[:, None], line + np.nan_to_num(crossing_px)[:, None] * normals, drawn)
    return filled(drawn, (len(soft), soft.shape[1]))


def _crossing_px(person: Float32Array, line: FloatArray, normals: FloatArray, reach_px: float) -> FloatArray:
    """Return how far along each normal (N,) a mask falls through one half, NaN where it does not within reach."""
    offsets: FloatArray = np.arange(-reach_px, reach_px + 0.25, 0.25)
    places = (line[:, None] + normals[:, None] * offsets[:, None] - 0.5).astype(np.float32)
    seen = cv2.remap(person, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    falls = (seen[:, :-1] >= _HALF) & (seen[:, 1:] < _HALF)
    last = falls.shape[1] - 1 - falls[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(falls.any(axis=1), offsets[last] + 0.125, np.nan))
