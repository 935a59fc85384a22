"""Measure the making of one look from a prepared canvas: 12 MP with 30,000 impressions, 48 MP with 100,000.

    python -m benchmarks.rendering [--repeat 5] [--only 12]

The head is the analytic one before an even grey-brown picture: what is drawn does not matter to the time. A line has the
first look, which prepares the canvas, then the best and the middle of the later ones, fresh (with redness) and healed.
"""

import argparse
import dataclasses
import sys
import time

import cv2
import numpy as np

from benchmarks.course import forget_peak, peak_mb
from scalp.ageing.healing import heal
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoHead, DemoView
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.geometry.meshes import face_areas_mm2
from scalp.rendering.looks import LookMaker

SIZES = {12: (3024, 30_000), 48: (6048, 100_000)}
SMALL_PX = 378
LOWEST_MM = 45.0
"""Impressions lie on the skull above this height."""


def enlarged(person: DemoHead, width_px: int) -> tuple[Photo, Head, Regions]:
    """Return a large even picture of a small head's scene, with its camera and regions enlarged."""
    times = width_px / SMALL_PX
    height_px = width_px * 4 // 3
    camera = dataclasses.replace(
        person.camera,
        focal_px=person.camera.focal_px * times,
        centre_px=tuple(place * times for place in person.camera.centre_px),
        width_px=width_px,
        height_px=height_px,
    )
    noise = np.random.default_rng(1).integers(-6, 7, (height_px, width_px, 3), np.int16)
    photo = Photo(pixels=(np.array([178, 132, 110], np.int16) + noise).astype(np.uint8), encoding=srgb_encoding())
    size = (width_px, height_px)
    regions = Regions(**{name: cv2.resize(getattr(person.regions, name), size) for name in ("head", "skin", "hair")})
    head = Head(
        surface=person.surface,
        landmarks_mm=person.landmarks_mm,
        cameras=(camera,),
        photo_digests=(photo.digest,),
        scale_sd_fraction=0.01,
        surface_sd_mm=np.zeros(len(person.surface.vertices_mm)),
    )
    return photo, head, regions


def scattered(head: Head, count: int) -> Impressions:
    """Return impressions at random on the upper skull."""
    rng = np.random.default_rng(2)
    areas = face_areas_mm2(head.surface)
    areas = areas * (head.surface.vertices_mm[head.surface.faces][:, :, 1].min(axis=1) > LOWEST_MM)
    return Impressions(
        head_digest=head.digest,
        plan_digest="none",
        face_index=rng.choice(len(areas), count, p=areas / areas.sum()).astype(np.int32),
        barycentric=rng.dirichlet(np.ones(3), count),
        deposit_diameter_mm=np.full(count, 0.25, np.float32),
        top_depth_mm=np.full(count, 0.08, np.float32),
        bottom_depth_mm=np.full(count, 0.38, np.float32),
        concentration_mg_per_ml=np.full(count, 1.3, np.float32),
        session_number=np.ones(count, np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )


def measure(megapixels: int, repeat: int) -> str:
    """Return the lines of one size."""
    width_px, count = SIZES[megapixels]
    photo, head, regions = enlarged(make_analytic_head(view=DemoView(width_px=SMALL_PX, height_px=SMALL_PX * 4 // 3)), width_px)
    placed = scattered(head, count)
    forget_peak()
    begun = time.perf_counter()
    maker = LookMaker(photo, head, regions, Skin(melanin_fraction=0.02, blood_fraction=0.02))
    maker.render(placed, Moment(name="first", label="First", session_number=1, days=42.0))
    lines = [f"{megapixels} MP, {count:,} impressions: the first look with its canvas {time.perf_counter() - begun:.2f} s"]
    for name, days in (("fresh", 0.0), ("healed", 42.0)):
        settled = heal(placed, days=days, seed=1)
        walls, busy = [], []
        for _ in range(repeat):
            wall, cpu = time.perf_counter(), time.process_time()
            look = maker.render(settled, Moment(name=name, label=name, session_number=1, days=days))
            walls.append(time.perf_counter() - wall)
            busy.append(time.process_time() - cpu)
        changed = float((look.touched > 0).mean())
        lines.append(
            f"  {name}: best {1e3 * min(walls):.0f} ms, middle {1e3 * np.median(walls):.0f} ms by the clock; "
            f"best {1e3 * min(busy):.0f} ms of processor; {changed:.0%} of the picture changes"
        )
    return "\n".join([*lines, f"  peak memory {peak_mb():.0f} MB"])


def main() -> None:
    """Print one block for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", type=int, choices=sorted(SIZES))
    asked = parser.parse_args()
    for megapixels in SIZES if asked.only is None else (asked.only,):
        sys.stdout.write(measure(megapixels, asked.repeat) + "\n")


if __name__ == "__main__":
    main()
