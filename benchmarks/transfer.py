"""Transfer sheets: processor time, patches, errors of length, and how well places come back, on heads of several sizes.

Run: python -m benchmarks.transfer. Processor time of one run after a first that compiles. Errors are the worst and the mean change
of length of faces; laying back is the measure of tests/rendering/test_transfer.py (crosses within 30 mm).
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.geometry.flattening import cap_bound_fraction, flatten
from scalp.io.transfer import write_transfer
from scalp.rendering.transfer import make_transfer
from tests.geometry.test_flattening import RADIUS_MM, cap, rolled
from tests.makers import make_head, make_impressions, make_plan
from tests.rendering.test_transfer import relaid

HEADS = {
    "mean man": {"subdivisions_count": 6},
    "small": {"subdivisions_count": 6, "length_mm": 186.0, "breadth_mm": 144.0, "height_mm": 122.0},
    "large, fine mesh": {"subdivisions_count": 7, "length_mm": 215.0, "breadth_mm": 168.0, "height_mm": 142.0},
}


def pieces() -> None:
    """Print errors on shapes whose least error is known."""
    for radius_mm in (20.0, 30.0, 40.0):
        error = flatten(cap(radius_mm)).worst_fraction
        print(
            f"cap of {radius_mm:.0f} mm on {RADIUS_MM:.0f} mm: {error:.3%}, least possible {cap_bound_fraction(radius_mm, RADIUS_MM):.3%}"
        )
    print(f"cylinder {flatten(rolled(0.0)).worst_fraction:.1e}, cone {flatten(rolled(0.4)).worst_fraction:.1e}")


def sheets() -> None:
    """Print one line for each head and stage."""
    for name, sizes in HEADS.items():
        head = make_head(**sizes)
        for stage in ("3", "6"):
            design = propose_design(head, Wishes(norwood=stage))
            impressions = make_impressions(head, design, make_plan(design, impressions_count=round(115 * design.area_cm2)))
            start = time.process_time()
            sheet = make_transfer(head, design, impressions)
            made = time.process_time()
            with TemporaryDirectory() as folder:
                files = write_transfer(sheet, Path(folder), svg=False)
                size = max(path.stat().st_size for path in files) / 2**20
            written = time.process_time()
            mean = np.average([patch.mean_fraction for patch in sheet.patches], weights=[len(patch.faces) for patch in sheet.patches])
            print(
                f"{name}, {len(head.surface.vertices_mm):,} vertices, Norwood {stage}, {design.area_cm2:.0f} cm2: {len(sheet.patches)} patches, "
                f"worst {sheet.worst_fraction:.2%}, mean {mean:.2%}, {sheet.impressions_count:,} marks, "
                f"made {made - start:.1f} s, written {written - made:.1f} s, largest PDF {size:.1f} MiB"
            )
            if name != "large, fine mesh":
                off, apart = (
                    np.concatenate(parts) for parts in zip(*(relaid(head, patch, impressions) for patch in sheet.patches), strict=True)
                )
                print(f"    laid back, {len(apart)} places: distances to crosses within {np.abs(off).max():.2f} mm, places", end=" ")
                print(f"median {np.median(apart):.2f}, 99 % {np.percentile(apart, 99):.2f}, worst {apart.max():.2f} mm")


if __name__ == "__main__":
    flatten(cap(20.0))
    pieces()
    sheets()
