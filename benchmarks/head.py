"""Error and time of heads from one photo: the scan's views that show a face, and random identities, with one setting.

Run: python -m benchmarks.head [identities]. Needs ../shared/data and the face models. Hairline, depth and area are on the
visible scalp after one global scale about the camera, where the file tells the lens; where it does not, after a similarity.
"""

import sys
import time
from dataclasses import replace

import numpy as np

from scalp.capture.faces import find_faces
from scalp.capture.heads import reconstruct_head
from scalp.capture.outline import trace_outline
from scalp.capture.person import segment_person
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.assets import models_folder
from scalp.io.photos import read_photo
from tests.known_heads import (
    HEADS,
    SCAN_EAR_TOP_MM,
    SCAN_GLABELLA_MM,
    errors_of,
    identities,
    identity_truth,
    outline_gaps_px,
    scan_camera,
    scan_mesh,
    true_outline,
    truth_of,
)


def scan_views() -> None:
    """Print the errors on the photos of the scan."""
    mesh, models = scan_mesh(), models_folder(fetch=True)
    for view in ("front", "q_left", "front_top"):
        truth = truth_of(mesh, scan_camera(view), SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM)
        told = replace(read_photo(HEADS / "lee-perry-smith" / f"photo-{view}.jpg"), focal_px=truth.camera.focal_px)
        face = find_faces(told, models)[0]
        outline = trace_outline(told, segment_person(told, face, models), face)
        for photo in (told, replace(told, focal_px=None)):
            start = time.perf_counter()
            head = reconstruct_head(photo, face=face, outline=outline)
            seconds = time.perf_counter() - start
            lens = "lens told   " if photo.focal_px else "lens unknown"
            gap = np.percentile(outline_gaps_px(head, outline), [50, 90])
            errors = errors_of(head, truth, aligned=photo.focal_px is None)
            print(f"scan {view:10s} {lens} {errors.line()}  outline px {gap[0]:.1f} p90 {gap[1]:.1f}  {seconds:.2f} s", flush=True)


def random_identities(count: int) -> None:
    """Print the errors on random identities: exact mesh points with 1 % noise, exact outlines with 1 px."""
    model, rng, rows, inside = identities(), np.random.default_rng(5), [], []
    blank = Photo(pixels=np.zeros((2016, 1512, 3), np.uint8), encoding=srgb_encoding(), focal_px=2912.0)
    for seed in range(count):
        yaw, pitch = (0.0, 0.0) if seed % 3 == 0 else (float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.4, 0.5)))
        truth, face = identity_truth(model, seed, yaw_rad=yaw, pitch_rad=pitch)
        start = time.perf_counter()
        head = reconstruct_head(blank, face=face, outline=true_outline(truth, 1.0, seed))
        seconds = time.perf_counter() - start
        errors = errors_of(head, truth)
        inside.append(errors.inside_fraction)
        rows.append([np.median(errors.hairline_mm), np.median(errors.depth_mm), 100 * np.nanmedian(errors.area_fraction), seconds])
    table = np.array(rows)
    for name, column in zip(("hairline mm", "depth mm", "area %", "seconds with outline"), table.T, strict=True):
        low, middle, high = np.percentile(column, [5, 50, 95])
        print(f"{count} identities {name:12s} median {middle:.2f}  p5 {low:.2f}  p95 {high:.2f}")
    print(f"true surface inside the stated 90 % interval: {100 * np.mean(inside):.0f} % of the visible scalp")


if __name__ == "__main__":
    scan_views()
    random_identities(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
