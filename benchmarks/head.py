"""Error, doubt and time of heads from one photo: the scan's views that show a face, random identities, and heads of no model.

Run: python -m benchmarks.head [--identities N]. Needs ../shared/data and the face models. Hairline, depth and area (of
patches of 10 mm, and of single pixels) are on the visible scalp after one global scale about the camera, where the file
tells the lens; where it does not, after a similarity. `inside` is how many true errors lie inside the stated 90 % interval,
on the part the photo shows and on the rest of the upper head. Seconds are processor time.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.shape.heads import reconstruct_head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.assets import models_folder
from scalp.io.photos import read_photo
from tests.known_heads import (
    HEADS,
    SCAN_EAR_TOP_MM,
    SCAN_GLABELLA_MM,
    SD_90,
    errors_of,
    identities,
    identity_truth,
    outline_gaps_px,
    scan_camera,
    scan_mesh,
    true_outline,
    truth_of,
    unseen_errors,
)

PROTOTYPE = """prototype, for comparison (median; the scan and 12 identities, one front photo, errors as above):
  generic ellipsoid, pose alone      identities: hairline 5.4 mm  depth 5.3 mm  area of a pixel 20 %
  ellipsoid, harmonics and outline   identities: 3.9-4.2          4.2           13-14        scan: 7-11  5.6-10  22
  whole identity model               identities: 2.2              2.0           9            scan: 1.5   0.8     3
published: photogrammetry of heads 0.2 +- 1.3 mm (many photos); faces from one photo 0.9 to 1.1 mm median (NoW, face only)"""


def scan_views() -> None:
    """Print the errors on the photos of the scan, with all networks timed."""
    mesh, models = scan_mesh(), models_folder(fetch=True)
    for view in ("front", "q_left", "front_top"):
        truth = truth_of(mesh, scan_camera(view), SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM)
        told = replace(read_photo(HEADS / "lee-perry-smith" / f"photo-{view}.jpg"), focal_px=truth.camera.focal_px)
        start = time.process_time()
        face = find_faces(told, models)[0]
        outline = trace_outline(told, segment_person(told, face, models), face)
        networks_seconds = time.process_time() - start
        for photo in (told, replace(told, focal_px=None)):
            start = time.process_time()
            head = reconstruct_head(photo, face=face, outline=outline)
            seconds = f"networks {networks_seconds:.2f} s, head {time.process_time() - start:.2f} s"
            gap = np.percentile(outline_gaps_px(head, outline), [50, 90])
            errors = errors_of(head, truth, aligned=photo.focal_px is None)
            parts = [f"scan {view:10s} {'lens told   ' if photo.focal_px else 'lens unknown'} {errors.line()}"]
            if photo.focal_px:
                far, sd_mm = unseen_errors(head, truth)
                inside = 100 * np.mean(np.abs(far) < SD_90 * sd_mm)
                parts.append(f"inside {100 * errors.inside_fraction:.0f} %, unseen {inside:.0f} % (median {np.median(np.abs(far)):.1f} mm)")
            print(*parts, f"outline px {gap[0]:.1f} p90 {gap[1]:.1f}", seconds, sep="  ", flush=True)


def random_heads(name: str, count: int, *, strange: bool) -> None:
    """Print the errors on random heads: exact mesh points with 1 % noise, exact outlines with 1 px, a third from the front."""
    model, rng, rows = identities(), np.random.default_rng(5), []
    blank = Photo(pixels=np.zeros((2016, 1512, 3), np.uint8), encoding=srgb_encoding(), focal_px=2912.0)
    for seed in range(count):
        yaw, pitch = (0.0, 0.0) if seed % 3 == 0 else (float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.4, 0.5)))
        truth, face = identity_truth(model, seed + 300 * strange, yaw_rad=yaw, pitch_rad=pitch, strange=strange)
        outline = true_outline(truth, 1.0, seed)
        start = time.process_time()
        head = reconstruct_head(blank, face=face, outline=outline)
        seconds = time.process_time() - start
        errors, (far, sd_mm) = errors_of(head, truth), unseen_errors(head, truth)
        medians = [
            np.nanmedian(one) for one in (errors.hairline_mm, errors.depth_mm, 100 * errors.patch_fraction, 100 * errors.area_fraction)
        ]
        inside = [100 * errors.inside_fraction, 100 * float(np.mean(np.abs(far) < SD_90 * sd_mm))]
        rows.append([*medians, float(np.median(np.abs(far))), seconds, *inside])
    table = np.array(rows)
    for column, what in enumerate(("hairline mm", "depth mm", "area %", "area of a pixel %", "unseen mm", "seconds")):
        low, middle, high = np.percentile(table[:, column], [5, 50, 95])
        print(f"{count} {name} {what:18s} median {middle:.2f}  p5 {low:.2f}  p95 {high:.2f}")
    print(
        f"{count} {name} inside the stated 90 % interval: seen {table[:, -2].mean():.0f} %, unseen {table[:, -1].mean():.0f} %", flush=True
    )


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description="Errors of heads from one photo.")
    wanted.add_argument("--identities", type=int, default=24, help="how many random identities, and heads of no model")
    count = wanted.parse_args().identities
    scan_views()
    random_heads("identities", count, strange=False)
    random_heads("heads of no model", count, strange=True)
    print(PROTOTYPE)
