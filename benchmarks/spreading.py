"""Ways to spread points on the closed sphere, ours and peers', each run in a process of its own.

A process of its own tells what a way takes: the clock, the processor of all its threads, and how far the memory held grew
above what was held when it began. Every way is run once on a small scale first, so that nothing is compiled or loaded while
the clock runs. What a way is worth is `evenness`'s business.
"""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from benchmarks.course import forget_peak, peak_mb
from benchmarks.evenness import AREA_MM2, sphere_mesh
from scalp.placement.fields import Effort, Field, spread_field
from scalp.placement.placing import CAREFUL, FAST
from scalp.placement.rooms import Room
from scalp.placement.surfaces import points_mm, prepare_ground

SPLITS = {"one session": (1.0,), "30/40/30": (0.3, 0.4, 0.3), "four quarters": (0.25, 0.25, 0.25, 0.25)}
EFFORTS = {"careful": CAREFUL, "fast": FAST}
PEERS = {
    "trimesh even": "trimesh",
    "open3d poisson disk": "open3d",
    "pymeshlab poisson disk": "pymeshlab",
    "point-cloud-utils lloyd": "point_cloud_utils",
    "point-cloud-utils poisson disk": "point_cloud_utils",
}
"""What stands beside ours, by the module that must be importable."""
SMALL_COUNT = 3000
SEED = 1


class Run(NamedTuple):
    """Points (N, 3), the session of each (all 1 for peers), and what the best of the runs took."""

    places: np.ndarray
    session: np.ndarray
    wall_s: float
    processor_s: float
    memory_mb: float


def run_apart(way: str | Effort, count: int, split: tuple[float, ...], repeats_count: int) -> Run:
    """Return what one way gave and took in a fresh process; a way is a peer's name, or the effort of ours."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, way, count, split, repeats_count).result()


def _run(way: str | Effort, count: int, split: tuple[float, ...], repeats_count: int) -> Run:
    """Run a way as often as asked after a small trial; the best times and the first run's memory count."""
    spread = _ours(way, split) if isinstance(way, Effort) else _peer(way)
    spread(min(count, SMALL_COUNT))
    times, memory_mb, given = [], 0.0, None
    for _ in range(repeats_count):
        forget_peak()
        held_mb, wall, busy = peak_mb(), time.perf_counter(), time.process_time()
        result = spread(count)
        times.append((time.perf_counter() - wall, time.process_time() - busy))
        if given is None:
            given, memory_mb = result, peak_mb() - held_mb
    wall_s, processor_s = (min(column) for column in zip(*times, strict=True))
    return Run(*given, wall_s, processor_s, memory_mb)


def session_counts(count: int, split: tuple[float, ...]) -> tuple[int, ...]:
    """Return the impressions of each session."""
    return tuple(int(part) for part in np.diff(np.rint(np.cumsum([0.0, *split]) * count)))


def _ours(effort: Effort, split: tuple[float, ...]) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """Return our own way at an effort: the surface is prepared anew in every run."""
    mesh = sphere_mesh()

    def spread(count: int) -> tuple[np.ndarray, np.ndarray]:
        ground = prepare_ground(mesh, np.full(len(mesh.vertices_mm), 100.0 * count / AREA_MM2))
        room = Room(apart_mm=0.25, keep_away_mm=np.empty((0, 3)), keep_away_distance_mm=0.0)
        field: Field = spread_field(ground, session_counts(count, split), room, effort, np.random.default_rng(SEED))
        return points_mm(ground, field.spots), field.session_number

    return spread


def _peer(name: str) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """Return a peer's way, with its mesh already made."""
    mesh = sphere_mesh()
    vertices, faces = np.array(mesh.vertices_mm, np.float64), np.array(mesh.faces, np.int32)
    sample = _WAYS[name](vertices, faces)

    def spread(count: int) -> tuple[np.ndarray, np.ndarray]:
        places = np.asarray(sample(count), np.float64)
        return places, np.ones(len(places), np.uint8)

    return spread


def _trimesh(vertices, faces):
    import trimesh

    mesh = trimesh.Trimesh(vertices, faces, process=False)
    return lambda count: trimesh.sample.sample_surface_even(mesh, count, seed=SEED)[0]


def _open3d(vertices, faces):
    import open3d

    open3d.utility.random.seed(SEED)
    mesh = open3d.geometry.TriangleMesh(open3d.utility.Vector3dVector(vertices), open3d.utility.Vector3iVector(faces))
    return lambda count: mesh.sample_points_poisson_disk(count, init_factor=5).points


def _pymeshlab(vertices, faces):
    import pymeshlab

    def sample(count):
        held = pymeshlab.MeshSet()
        held.add_mesh(pymeshlab.Mesh(vertices, faces))
        held.generate_sampling_poisson_disk(samplenum=count)
        return held.current_mesh().vertex_matrix()

    return sample


def _lloyd(vertices, faces):
    import point_cloud_utils

    return lambda count: point_cloud_utils.sample_mesh_lloyd(vertices, faces, count)


def _poisson_disk(vertices, faces):
    import point_cloud_utils

    def sample(count):
        face, weights = point_cloud_utils.sample_mesh_poisson_disk(vertices, faces, count, random_seed=SEED)
        return point_cloud_utils.interpolate_barycentric_coords(faces, face, weights, vertices)

    return sample


_WAYS = {
    "trimesh even": _trimesh,
    "open3d poisson disk": _open3d,
    "pymeshlab poisson disk": _pymeshlab,
    "point-cloud-utils lloyd": _lloyd,
    "point-cloud-utils poisson disk": _poisson_disk,
}
