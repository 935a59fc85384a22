"""The studio: a window, a reflector and a rim light round a grey room, and what of them reaches each vertex of a bust."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numba import njit
from scipy.sparse.linalg import cg

from scalp.base import Float32Array, FloatArray, IntArray
from scalp.demo.rays import STACK_COUNT, BoxTree, blocked_one
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.meshes import edge_graph, vertex_areas_mm2

THREADS_COUNT = 2
LIGHT_RAYS_COUNT = 24
ROOM_RAYS_COUNT = 48
BOUNCE_FRACTION = 0.45
FLOOR_LIGHT = 0.22
CEILING_LIGHT = 1.0


class Lights(NamedTuple):
    """Round far lights in the head frame: unit ways (L, 3), angular radius, and their light at normal incidence (L, 3)."""

    ways: FloatArray
    radius_rad: FloatArray
    rgb_linear: FloatArray
    room_rgb_linear: FloatArray


class Baked(NamedTuple):
    """What reaches each vertex.

    Each light with its cosine and shadow (V, L), its free fraction (V, L), the room (V,) and the share of the room
    hidden by the bust itself (V,).
    """

    lit: Float32Array
    free: Float32Array
    room: Float32Array
    hidden: Float32Array


def set_lights(camera: Camera) -> Lights:
    """Return the studio as it stands to the camera: key high at its left, reflector at its right, rim behind."""
    right, forward = camera.camera_from_head[0, :3], camera.camera_from_head[2, :3]
    up = np.array([0.0, 1.0, 0.0])
    towards = -forward - up * (-forward @ up)
    towards = towards / np.linalg.norm(towards) if np.linalg.norm(towards) > 0.3 else np.cross(right, up)  # straight down
    frame = np.stack([right, up, towards])
    ways = np.array([(-0.60, 0.50, 0.70), (0.85, 0.12, 0.60), (0.80, 0.42, -0.55), (-0.9, 0.35, -0.45)])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    return Lights(
        ways=ways @ frame,
        radius_rad=np.array([0.23, 0.45, 0.25, 0.25]),
        rgb_linear=np.array([(2.05, 1.98, 1.88), (0.26, 0.265, 0.28), (0.55, 0.565, 0.59), (0.30, 0.31, 0.33)]),
        room_rgb_linear=np.array([0.37, 0.38, 0.40]),
    )


@njit(cache=True, nogil=True)
def _around(way):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return two unit vectors square to a unit vector and to each other."""
    sign = 1.0 if way[2] >= 0 else -1.0
    a = -1.0 / (sign + way[2])
    b = way[0] * way[1] * a
    return (1.0 + sign * way[0] * way[0] * a, sign * b, -sign * way[0]), (b, sign + way[1] * way[1] * a, -way[1])


@njit(cache=True, nogil=True)
def _radical_inverse(number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return a whole number mirrored at the binary point, 0..1."""
    out, half = 0.0, 0.5
    while number > 0:
        out += half * (number & 1)
        number >>= 1
        half *= 0.5
    return out


@njit(cache=True, nogil=True)
def _bake_band(tree, vertices, normals, lights, turns, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (V, 2 L + 2): lit and free of each light, room light, hidden share."""
    stack = np.empty(STACK_COUNT, np.int32)
    way = np.empty(3)
    lights_count = len(lights.ways)
    for vertex in range(len(vertices)):
        normal = normals[vertex]
        origin = vertices[vertex] + 0.08 * normal
        # Each light: even points on its disc, turned by the vertex's own angle.
        for light in range(lights_count):
            centre = lights.ways[light]
            first, second = _around(centre)
            if normal[0] * centre[0] + normal[1] * centre[1] + normal[2] * centre[2] < -np.sin(lights.radius_rad[light]):
                continue
            lit, free, above = 0.0, 0.0, 0
            for ray in range(LIGHT_RAYS_COUNT):
                reach = np.tan(lights.radius_rad[light]) * np.sqrt((ray + 0.5) / LIGHT_RAYS_COUNT)
                turn = 2.399963 * ray + turns[vertex]
                x, y = reach * np.cos(turn), reach * np.sin(turn)
                for axis in range(3):
                    way[axis] = centre[axis] + x * first[axis] + y * second[axis]
                way /= np.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2)
                cosine = way[0] * normal[0] + way[1] * normal[1] + way[2] * normal[2]
                if cosine > 0.0:
                    above += 1
                    if blocked_one(tree, origin, way, 600.0, stack) < 0:
                        lit += cosine
                        free += 1.0
            out[vertex, light] = lit / LIGHT_RAYS_COUNT
            out[vertex, lights_count + light] = free / max(above, 1)
        # The room: cosine-weighted rays; brighter above, dim below.
        first, second = _around(normal)
        room, hidden = 0.0, 0.0
        for ray in range(ROOM_RAYS_COUNT):
            reach = np.sqrt((ray + 0.5) / ROOM_RAYS_COUNT)
            turn = 6.283185 * _radical_inverse(ray) + turns[vertex]
            x, y, z = reach * np.cos(turn), reach * np.sin(turn), np.sqrt(1.0 - reach * reach)
            for axis in range(3):
                way[axis] = x * first[axis] + y * second[axis] + z * normal[axis]
            if blocked_one(tree, origin, way, 160.0, stack) < 0:
                room += FLOOR_LIGHT + (CEILING_LIGHT - FLOOR_LIGHT) * (0.5 + 0.5 * way[1])
            else:
                hidden += 1.0
        out[vertex, 2 * lights_count] = room / ROOM_RAYS_COUNT
        out[vertex, 2 * lights_count + 1] = hidden / ROOM_RAYS_COUNT


def bake(tree: BoxTree, vertices_mm: FloatArray, normals: FloatArray, lights: Lights, *, seed: int) -> Baked:
    """Return what reaches each vertex of the bust, shadows by rays.

    24 rays a light and 48 for the room; the noise that leaves is below the diffusion of light in skin. What bounces off
    the bust itself is a fixed share of the hidden room.
    """
    count = len(lights.ways)
    out = np.zeros((len(vertices_mm), 2 * count + 2), np.float32)
    turns = np.random.default_rng((seed, 5)).uniform(0.0, 2 * np.pi, len(vertices_mm))
    edges = np.linspace(0, len(vertices_mm), 8 * THREADS_COUNT + 1).astype(int)

    def band(start: int, end: int) -> None:
        _bake_band(tree, vertices_mm[start:end], normals[start:end], lights, turns[start:end], out[start:end])

    with ThreadPoolExecutor(THREADS_COUNT) as crew:
        list(crew.map(band, edges[:-1], edges[1:]))
    return Baked(out[:, :count], out[:, count : 2 * count], out[:, 2 * count], out[:, 2 * count + 1])


PROFILE_MM2 = (0.187, 0.567, 1.99, 7.41)
"""Variances of the sums of Gaussians of light diffused in skin; the two sharper ones are below a vertex. [DEon2007]"""
PROFILE_SHARES = ((0.118, 0.113, 0.358, 0.078), (0.198, 0.007, 0.004, 0.0), (0.0, 0.007, 0.0, 0.0))


def irradiance(baked: Baked, lights: Lights, albedo_rgb_linear: FloatArray) -> Float32Array:
    """Return the light on each vertex in linear sRGB, (V, 3), bounced light in the skin's own colour."""
    direct = baked.lit @ lights.rgb_linear.astype(np.float32)
    bounced = (
        (baked.hidden * (1.0 - 0.85 * baked.hidden))[:, None]
        * (BOUNCE_FRACTION * albedo_rgb_linear)[None]
        * (0.55 * lights.rgb_linear[0] + lights.room_rgb_linear)
    )
    return np.asarray(direct + baked.room[:, None] * lights.room_rgb_linear + bounced, np.float32)


@lru_cache(maxsize=1)
def _sides(mesh: Mesh) -> tuple[sp.csr_matrix, FloatArray]:
    """Return the edges and the areas of a mesh, the same in every light."""
    return edge_graph(mesh), vertex_areas_mm2(mesh)


def diffuse(mesh: Mesh, light: Float32Array, used: IntArray) -> Float32Array:
    """Return light (V, 3) spread in skin by the profile of `PROFILE_MM2`: heat on the mesh, one implicit step a Gaussian."""
    sides, whole_areas = _sides(mesh)
    graph, areas = sp.csr_matrix(sides)[used][:, used], whole_areas[used] + 1e-3
    # On a mesh of even triangles the Laplacian's weight is about 1/sqrt(3) an edge, whatever its length.
    graph.data = np.full(len(graph.data), 1.0 / np.sqrt(3.0))
    laplacian = sp.diags(np.asarray(graph.sum(axis=1)).ravel()) - graph
    out = light[used].astype(float) * (1.0 - np.array(PROFILE_SHARES).sum(axis=1))
    for variance_mm2, shares in zip(PROFILE_MM2, np.array(PROFILE_SHARES).T, strict=True):
        system = sp.csr_matrix(sp.diags(areas) + laplacian * (variance_mm2 / 2.0))
        inverse = sp.diags(1.0 / system.diagonal())
        for channel in np.flatnonzero(shares > 0):
            field = light[used, channel].astype(float)
            spread, _ = cg(system, areas * field, x0=field, rtol=1e-4, M=inverse, maxiter=80)
            out[:, channel] += shares[channel] * spread
    spread_light = light.copy()
    spread_light[used] = out
    return spread_light
