"""Error, consistency, robustness, time and memory of heads from several photos: the scan's views and random identities.

Run: python -m benchmarks.heads_together [identities] [starts]. Needs ../shared/data and the face models. Distances are along the
normal over the whole true scalp after one similarity; times are of the processor, fit and networks apart.
"""

import resource
import sys
import time
from dataclasses import replace

import numpy as np

from scalp.base import BadInput
from scalp.capture.several import together
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.fitting import fit_together
from scalp.capture.shape.prior import read_head_prior
from scalp.capture.shape.residuals import rotation_of
from scalp.io.assets import models_folder
from tests.known_heads import SCAN_EAR_TOP_MM, SCAN_GLABELLA_MM, Identities, identities, scan_camera, scan_mesh
from tests.known_views import (
    above_ears_mm,
    gap_of,
    identity_places,
    identity_sightings,
    scalp_vertices,
    scan_sightings,
    seam_gaps_mm,
)

FIVE = ("front", "left", "right", "back", "top")
SEVEN = (*FIVE, "q_left", "front_top")
FOUR, THREE = ("front", "left", "right", "top"), ("front", "q_left", "front_top")


def scan_views() -> None:
    """Print the errors on photos of the scan, and how far impressions lie apart in two photos."""
    mesh = scan_mesh()
    scalp, above = scalp_vertices(mesh, SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM), above_ears_mm(mesh, SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM)
    for views in (FIVE, FOUR, ("front", "left", "right"), THREE, SEVEN):
        start = time.process_time()
        sightings = scan_sightings(views, models_folder(fetch=True))
        looked = time.process_time()
        head = reconstruct_together(sightings)
        done = time.process_time()
        cameras = [scan_camera(view) for view in views]
        seams = [seam_gaps_mm(head, mesh, cameras, (a, b), above) for a in range(len(views)) for b in range(a + 1, len(views))]
        seams = [gaps for gaps in seams if len(gaps) > 8]
        told = np.concatenate(seams)
        print(f"scan {'+'.join(views)}\n  {gap_of(head, cameras[0], scalp).line()}")
        print(
            f"  seams median {np.median(told):.2f} p95 {np.percentile(told, 95):.2f} mm, worst pair median {max(map(np.median, seams)):.2f};"
            f" networks {looked - start:.1f} s, fit {done - looked:.1f} s of the processor",
            flush=True,
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def random_starts(count: int) -> None:
    """Print how many of many wild starts end elsewhere: turned by 15 degrees, distance x0.7-1.4, focal length +-20 %."""
    prior, rng, sightings = read_head_prior(), np.random.default_rng(0), scan_sightings(FIVE, models_folder(fetch=True))
    evidences = together._gather(prior, sightings)
    lenses = together._lenses(sightings)
    fits = together._fit_all(prior, evidences, lenses)
    costs, reference = [], sum(fit.cost for fit in fits) + fits[0].shape_cost
    for _ in range(count):
        starts = []
        lens = rng.uniform(-0.2, 0.2)
        for fit in fits:
            turn = rng.normal(size=3)
            turn *= np.deg2rad(15.0) / np.linalg.norm(turn)
            place = fit.state.place + np.array([0.0, 0.0, np.log(rng.uniform(0.7, 1.4))])
            nothing = {"scores": 0 * fit.state.scores, "rest": 0 * fit.state.rest, "offsets": 0 * fit.state.offsets}
            starts.append(
                replace(
                    fit.state, rotation=rotation_of(turn) @ fit.state.rotation, place=place, focal_log=fit.state.focal_log + lens, **nothing
                )
            )
        again = fit_together(prior, evidences, starts, lenses=lenses, steps_count=40)
        costs.append(sum(fit.cost for fit in again) + again[0].shape_cost - reference)
    apart = int((np.array(costs) > 5.0).sum())
    print(f"{count} random starts: {apart} ended more than 5 above the usual cost; largest {max(costs):.1f}", flush=True)


def random_identities(count: int) -> None:
    """Print the errors on random identities, and how often strangers among the photos are noticed."""
    model = identities()
    for views in (FIVE, FOUR, ("front", "q_left", "q_right")):
        rows = []
        for seed in range(count):
            truths, sightings = identity_sightings(model, seed, views)
            places = identity_places(model, model.shape(seed))
            scalp = scalp_vertices(truths[0].mesh, places["glabella"], places["left_ear_top"])
            gap = gap_of(reconstruct_together(sightings), truths[0].camera, scalp)
            rows.append([np.median(gap.distance_mm), np.percentile(gap.distance_mm, 95), gap.inside_fraction])
        table = np.array(rows)
        print(f"{count} identities {'+'.join(views)}: median {np.median(table[:, 0]):.2f} (worst {table[:, 0].max():.2f}), ", end="")
        print(
            f"p95 {np.median(table[:, 1]):.2f} (worst {table[:, 1].max():.2f}) mm, inside 90 % interval {100 * table[:, 2].mean():.0f} %",
            flush=True,
        )
    for swapped in (None, 0, 1, 3, 4):
        told = [_told(model, seed, swapped) for seed in range(min(count, 10))]
        which = "all of one identity" if swapped is None else f"{FIVE[swapped]} of another identity"
        print(f"{which}: refused {told.count('refused')}, doubted {told.count('doubted')} of {len(told)}", flush=True)


def _told(model: Identities, seed: int, swapped: int | None) -> str:
    """Tell whether five photos, one perhaps of another identity, are refused or doubted."""
    photos = list(identity_sightings(model, seed, FIVE)[1])
    if swapped is not None:
        photos[swapped] = identity_sightings(model, seed + 50, FIVE)[1][swapped]
    try:
        head = reconstruct_together(tuple(photos))
    except BadInput:
        return "refused"
    return "doubted" if any(doubt.kind == "person" for doubt in head.doubts) else "passed"


if __name__ == "__main__":
    scan_views()
    random_starts(int(sys.argv[2]) if len(sys.argv) > 2 else 100)
    random_identities(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
