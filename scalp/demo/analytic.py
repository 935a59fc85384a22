"""A head of closed formulas: three ellipsoids, a nose and two ears, photographed simply. It needs no file.

For tests and for machines without the MakeHuman mesh. It is recognisable as a head, not as a person.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from scalp.base import ByteArray, Float32Array, FloatArray, IntArray
from scalp.demo.truth import DemoHead, DemoView, mark_points, stand_camera
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import POINT_NAMES, Regions
from scalp.geometry.meshes import icosphere, vertex_normals
from scalp.geometry.raster import Fragments, rasterise

MIDDLE_MM = np.array([0.0, 10.0, 5.0])
"""Where the directions of the formula start: inside all three ellipsoids."""
PARTS_MM = (
    ((0.0, 40.0, 0.0), (76.0, 91.0, 98.0), 0.18),
    ((0.0, -30.0, 30.0), (61.0, 84.0, 63.0), 0.0),
    ((0.0, -165.0, -14.0), (60.0, 215.0, 62.0), 0.0),
)
"""Middle, half-axes and pitch (rad) of cranium, face and neck."""
BLEND_COUNT = 14.0
EAR_MIDDLE_MM = (73.0, 2.0, -24.0)
EAR_AXES_MM = (6.0, 31.0, 18.0)
NECK_END_MM = -165.0
DEFAULT_ALBEDO = (0.52, 0.32, 0.22)
SUPERSAMPLING = 2
POINT_WAYS: dict[str, tuple[float, float, float]] = {
    "glabella": (0.0, 0.27, 1.0),
    "sellion": (0.0, 0.10, 1.0),
    "nose_tip": (0.0, -0.30, 1.0),
    "subnasale": (0.0, -0.46, 1.0),
    "menton": (0.0, -1.62, 1.0),
    "outer_canthus": (0.56, 0.09, 1.0),
    "inner_canthus": (0.19, 0.08, 1.0),
    "cheilion": (0.28, -0.75, 1.0),
    "tragion": (1.0, -0.15, -0.10),
    "ear_top": (1.0, 0.28, -0.16),
    "vertex": (0.0, 1.0, -0.03),
    "inion": (0.0, -0.12, -1.0),
}
"""The direction of each point from the middle; those of the sides are the client's left."""


def radius_mm(ways: FloatArray) -> FloatArray:
    """Return how far the surface is from `MIDDLE_MM` in unit directions (N, 3): a smooth maximum of ellipsoids, and a nose."""
    reaches = np.stack([_reach_mm(ways, np.array(middle), np.array(axes), pitch) for middle, axes, pitch in PARTS_MM])
    largest = reaches.max(axis=0)
    smooth = largest * np.sum((reaches / largest) ** BLEND_COUNT, axis=0) ** (1.0 / BLEND_COUNT)
    return np.asarray(smooth + _features_mm(ways))


def _reach_mm(ways: FloatArray, middle_mm: FloatArray, axes_mm: FloatArray, pitch_rad: float) -> FloatArray:
    """Return where rays from `MIDDLE_MM` leave one ellipsoid, (N,) mm."""
    cos, sin = np.cos(pitch_rad), np.sin(pitch_rad)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    start = (turn @ (MIDDLE_MM - middle_mm)) / axes_mm
    way = (ways @ turn.T) / axes_mm
    a, b, c = (way**2).sum(1), way @ start, start @ start - 1.0
    return np.asarray((-b + np.sqrt(b * b - a * c)) / a)


def _features_mm(ways: FloatArray) -> FloatArray:
    """Return what nose, brows, eye hollows, lips and chin add to the radius, (N,) mm."""
    ahead = np.maximum(ways[:, 2], 1e-3)
    x, y = ways[:, 0] / ahead, ways[:, 1] / ahead
    side = np.abs(x)
    bridge = 13.0 * np.exp(-((x / 0.10) ** 2)) * np.clip((0.12 - y) / 0.42, 0, 1) * np.clip((y + 0.47) / 0.10, 0, 1)
    tip = 8.0 * np.exp(-((x / 0.11) ** 2) - ((y + 0.31) / 0.09) ** 2)
    wings = 6.0 * np.exp(-(((side - 0.13) / 0.07) ** 2) - ((y + 0.36) / 0.07) ** 2)
    hollows = -8.0 * np.exp(-(((side - 0.38) / 0.20) ** 2) - ((y - 0.07) / 0.10) ** 2)
    balls = 3.0 * np.exp(-(((side - 0.38) / 0.10) ** 2) - ((y - 0.06) / 0.05) ** 2)
    brows = 3.0 * np.exp(-(((side - 0.33) / 0.26) ** 2) - ((y - 0.24) / 0.07) ** 2)
    lips = 4.0 * np.exp(-((x / 0.24) ** 2) - ((y + 0.75) / 0.10) ** 2) - 2.0 * np.exp(-((x / 0.26) ** 2) - ((y + 0.75) / 0.02) ** 2)
    seen = np.clip(ways[:, 2] * 4.0, 0.0, 1.0)
    return np.asarray(seen * (bridge + tip + wings + hollows + balls + brows + lips))


def _surface(subdivisions_count: int) -> tuple[Mesh, IntArray]:
    """Return the whole surface, tragi at the origin's sides, and how many faces belong to skull and face, then each ear."""
    sphere = icosphere(subdivisions_count)
    vertices = MIDDLE_MM + sphere.vertices_mm * radius_mm(sphere.vertices_mm)[:, None]
    vertices[:, 1] = np.maximum(vertices[:, 1], NECK_END_MM)
    meshes, faces = [vertices], [sphere.faces]
    ball = icosphere(max(2, subdivisions_count - 2))
    for side in (1.0, -1.0):
        cup = ball.vertices_mm.copy()
        cup[:, 0] -= 0.7 * np.exp(-((cup[:, 1] / 0.5) ** 2) - (cup[:, 2] / 0.5) ** 2) * (cup[:, 0] > 0)
        ear = cup * np.array(EAR_AXES_MM) * np.array([side, 1.0, 1.0]) + np.array(EAR_MIDDLE_MM) * np.array([side, 1.0, 1.0])
        faces.append((ball.faces[:, :: int(side)] + sum(map(len, meshes))).astype(np.int32))
        meshes.append(ear)
    counts = np.array([len(part) for part in faces], np.int32)
    return Mesh(vertices_mm=np.vstack(meshes) - _origin_mm(), faces=np.vstack(faces).astype(np.int32)), counts


def _on_surface(way: tuple[float, float, float]) -> FloatArray:
    unit = np.array(way) / np.linalg.norm(way)
    return np.asarray(MIDDLE_MM + unit * radius_mm(unit[None])[0])


def _origin_mm() -> FloatArray:
    """Return the middle between the tragi in the formula's own frame."""
    return np.asarray(_on_surface(POINT_WAYS["tragion"]) * np.array([0.0, 1.0, 1.0]))


def _points_mm() -> FloatArray:
    """Return all of `POINT_NAMES` on the analytic surface, (17, 3)."""
    places = []
    for name in POINT_NAMES:
        side, _, part = name.partition("_")
        mirror = np.array([-1.0 if side == "right" else 1.0, 1.0, 1.0])
        places.append(_on_surface(POINT_WAYS[part if side in ("left", "right") else name]) * mirror)
    return np.array(places) - _origin_mm()


def _interpolate(of_vertices: FloatArray, mesh: Mesh, fragments: Fragments) -> Float32Array:
    """Return a vertex quantity (V, D) at every pixel, zero where nothing is seen."""
    corners = of_vertices.astype(np.float32)[mesh.faces[np.maximum(fragments.face_index, 0)]]
    return np.asarray(np.einsum("rckd,rck->rcd", corners, fragments.barycentric), np.float32)


def _light(normals: Float32Array, camera: Camera, albedo: Float32Array) -> Float32Array:
    """Return the light from a matte skin under a soft key, a fill and a sky that stand with the camera, (rows, cols, 3)."""
    right, ahead = camera.camera_from_head[0, :3], np.array([0.0, 1.0, 0.0])
    stand = np.stack([right, ahead, np.cross(right, ahead)]).astype(np.float32)
    shine = np.zeros(normals.shape, np.float32)
    for way, colour in (
        ((0.55, 0.62, 0.56), (1.9, 1.82, 1.72)),
        ((-0.75, 0.15, 0.64), (0.55, 0.58, 0.64)),
        ((0.0, 1.0, 0.0), (0.25, 0.26, 0.28)),
    ):
        facing = normals @ stand.T @ (np.array(way, np.float32) / np.float32(np.linalg.norm(way)))
        shine += np.clip((facing + 0.2) / 1.2, 0.0, None)[..., None] * np.array(colour, np.float32)
    return np.asarray(albedo * shine, np.float32)


def _mottle(places_mm: Float32Array, seed: int) -> Float32Array:
    """Return a skin-like unevenness about 1 at head places, (rows, cols), made of a few hundred waves."""
    random = np.random.default_rng(seed)
    out = np.zeros(places_mm.shape[:2], np.float32)
    for length_mm, strength in ((22.0, 0.020), (9.0, 0.015), (3.5, 0.012), (1.3, 0.012)):
        for _ in range(8):
            way = random.normal(size=3)
            way *= 2 * np.pi / length_mm / np.linalg.norm(way)
            out += np.float32(strength * 0.5) * np.sin(places_mm @ way.astype(np.float32) + np.float32(random.uniform(0, 6.3)))
    return 1.0 + out


def _shrink(raster: Float32Array) -> Float32Array:
    """Return the mean of each block of `SUPERSAMPLING` pixels a side."""
    rows, cols = raster.shape[0] // SUPERSAMPLING, raster.shape[1] // SUPERSAMPLING
    blocks = raster[: rows * SUPERSAMPLING, : cols * SUPERSAMPLING].reshape(rows, SUPERSAMPLING, cols, SUPERSAMPLING, -1)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _bytes(fraction: Float32Array) -> ByteArray:
    return np.asarray(np.clip(_shrink(fraction)[..., 0] * 255.0 + 0.5, 0, 255), np.uint8)


def make_analytic_head(
    *,
    view: DemoView | None = None,
    albedo_rgb_linear: tuple[float, float, float] = DEFAULT_ALBEDO,
    seed: int = 1,
    noise_levels: float = 1.0,
) -> DemoHead:
    """Return a head of closed formulas, photographed with an exact camera.

    Lambert shading under three lights with a little unevenness and sensor noise of `noise_levels` 8-bit levels; no hair,
    no shadows, no shine. Every point of `POINT_NAMES` has its exact place; its surface is 40,962 vertices and two ears.

    >>> make_analytic_head(view=DemoView(width_px=120, height_px=160)).marked_points.names[0]
    'glabella'
    """
    view = view or DemoView(width_px=1134, height_px=1512)
    mesh, counts = _surface(6)
    points_mm = _points_mm()
    camera = stand_camera(view, np.array([0.0, 8.0, 0.0]))
    fragments = rasterise(camera, mesh, scale=float(SUPERSAMPLING))
    seen = (fragments.face_index >= 0).astype(np.float32)
    places_mm = _interpolate(mesh.vertices_mm, mesh, fragments)
    normals = _interpolate(vertex_normals(mesh), mesh, fragments)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
    albedo = np.array(albedo_rgb_linear, np.float32) * _mottle(places_mm, seed)[..., None]
    albedo = albedo * _paint(places_mm)
    shine = _light(normals, camera, albedo) * seen[..., None] + _backdrop(camera)[None] * (1.0 - seen[..., None])
    skull = seen * (fragments.face_index < counts[0])
    depth_mm = fragments.depth_mm[::SUPERSAMPLING, ::SUPERSAMPLING]
    names = tuple(POINT_NAMES)
    return DemoHead(
        view=view,
        photo=_expose(_shrink(shine), camera, seed, noise_levels),
        camera=camera,
        surface=mesh,
        point_names=names,
        points_mm=points_mm,
        marked_points=mark_points(camera, names, points_mm, depth_mm),
        regions=Regions(head=_bytes(seen), skin=_bytes(skull * _is_scalp(places_mm)), hair=np.zeros(depth_mm.shape, np.uint8)),
        depth_mm=depth_mm,
    )


def _is_scalp(places_mm: Float32Array) -> Float32Array:
    """Return 1 where a place is scalp or forehead: above the brows in front, above the nape behind."""
    floor_mm = np.interp(places_mm[..., 2], [-110.0, -60.0, 0.0, 60.0, 95.0], [-25.0, -12.0, 12.0, 40.0, 46.0])
    return (places_mm[..., 1] > floor_mm).astype(np.float32)


def _paint(places_mm: Float32Array) -> Float32Array:
    """Return what brows, eyes and lips do to the albedo, (rows, cols, 3), by their place on the face."""
    x, y, front = np.abs(places_mm[..., 0]), places_mm[..., 1], places_mm[..., 2] > 50.0
    brow = front * np.exp(-(((x - 30.0) / 18.0) ** 4) - ((y - 33.0 + 0.006 * (x - 26) ** 2) / 3.6) ** 4)
    white = front * (((x - 28.0) / 12.0) ** 2 + ((y - 17.0) / 5.0) ** 2 < 1.0)
    iris = front * ((x - 28.0) ** 2 + (y - 17.0) ** 2 < 5.8**2) * white
    pupil = front * ((x - 28.0) ** 2 + (y - 17.0) ** 2 < 2.0**2) * white
    lips = front * np.exp(-((x / 23.0) ** 4) - ((y + 51.0) / 7.5) ** 4)
    out = np.ones((*x.shape, 3), np.float32)
    for mask, colour in (
        (brow, (0.3, 0.28, 0.27)),
        (white, (1.15, 1.75, 2.3)),
        (iris, (0.18, 0.22, 0.25)),
        (pupil, (0.05, 0.05, 0.05)),
        (lips, (0.85, 0.6, 0.62)),
    ):
        out += mask[..., None] * (np.array(colour, np.float32) - out)
    return out


def _backdrop(camera: Camera) -> Float32Array:
    """Return a plain grey studio wall, one value a column of the supersampled picture."""
    across = np.linspace(-1.0, 1.0, camera.width_px * SUPERSAMPLING, dtype=np.float32)
    return np.asarray((0.34 - 0.10 * across**2)[:, None] * np.array([0.93, 0.97, 1.0], np.float32), np.float32)


def _expose(rgb_linear: Float32Array, camera: Camera, seed: int, noise_levels: float) -> Photo:
    """Return the photo: a slight blur of the lens, sRGB, and noise of `noise_levels` 8-bit levels."""
    blurred = gaussian_filter(rgb_linear, (0.35, 0.35, 0.0))
    light = np.clip(blurred, 0.0, 1.0)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255.0
    srgb = srgb + np.random.default_rng(seed).normal(0.0, max(noise_levels, 1e-9), srgb.shape)
    return Photo(pixels=np.clip(srgb + 0.5, 0, 255).astype(np.uint8), encoding=srgb_encoding(), focal_px=camera.focal_px)
