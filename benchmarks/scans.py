"""Measure heads made of scans: distance to the source by kind of file, processor time, memory of the reading process.

    python -m benchmarks.scans [--kinds glb obj stl ply usdz] [--no-refusals]

The shared scan is written in each kind, in another unit and other axes, read back and made a head. Then the time in which
fifty and ten million triangles are refused.
"""

import argparse
import resource
import struct
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from scalp.base import ScalpError
from scalp.capture.scan.scans import reconstruct_from_scan
from scalp.domain.head import Mesh
from scalp.geometry.nearest import NearestFinder
from scalp.io.assets import models_folder
from scalp.io.scans import read_scan
from tests.scan_files import lee, with_colours, write, write_usd

Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def matrix_of(scale, turn):
    matrix = np.eye(4)
    matrix[:3, :3] = scale * turn
    return matrix


def written(kind, folder):
    raw = lee()
    turned = Rotation.random(random_state=3).as_matrix()
    makers = {
        "glb": lambda: write(raw.moved(matrix_of(0.001, np.eye(3))), folder / "a.glb"),
        "obj": lambda: write(raw.moved(matrix_of(1.0, Z_UP)), folder / "b.obj"),
        "stl": lambda: write(raw.moved(matrix_of(1 / 25.4, turned)), folder / "c.stl"),
        "ply": lambda: write(with_colours(raw).moved(matrix_of(0.1, np.eye(3))), folder / "d.ply"),
        "usdz": lambda: write_usd(raw.moved(matrix_of(0.1, Z_UP)), folder / "e.usdz", metres=0.01, up="Z"),
    }
    return makers[kind]()


def measure(kind, folder, models):
    path = written(kind, folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    scan = read_scan(path)
    reading = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.process_time()
    made = reconstruct_from_scan(scan, models)
    busy = time.process_time() - start
    matrix, level = made.head_from_scan, made.head.landmark("glabella")[1] + 15.0
    source = Mesh(vertices_mm=scan.places @ matrix[:3, :3].T + matrix[:3, 3], faces=scan.faces)
    ours, theirs = made.head.surface.vertices_mm, source.vertices_mm
    there = NearestFinder(source).find(ours[ours[:, 1] > level]).distance_mm
    back = NearestFinder(made.head.surface).find(theirs[theirs[:, 1] > level]).distance_mm
    away = np.concatenate([there, back])
    print(
        f"{kind:5s} {np.linalg.norm(matrix[0, :3]):9.3f} mm a unit  p99 {np.quantile(away, 0.99):.4f} mm  max {away.max():.4f} mm  "
        f"change {made.change_mm:.3f} mm  {len(made.head.surface.faces):,} faces  {busy:.1f} s here, "
        f"{reading.ru_utime - before:.1f} s and at most {reading.ru_maxrss / 1e6:.2f} GB reading"
    )


def refuse(path, triangles_count):
    with path.open("wb") as file:
        file.write(b"\0" * 80 + struct.pack("<I", triangles_count))
        file.truncate(84 + 50 * triangles_count)
    start = time.perf_counter()
    try:
        read_scan(path)
        print(f"{path.name}: read")
    except ScalpError as refusal:
        print(f"{path.name}: {refusal} ({time.perf_counter() - start:.1f} s)")


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kinds", nargs="*", default=["glb", "obj", "stl", "ply", "usdz"])
    asked.add_argument("--no-refusals", action="store_true")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for kind in wanted.kinds:
            measure(kind, place, models_folder(fetch=True))
        if not wanted.no_refusals:
            refuse(place / "fifty-million.stl", 50_000_000)
            refuse(place / "ten-million.stl", 10_000_000)
    print(f"most memory here {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
