"""Measure the making of one look, ours beside OpenCV and skia: 12 MP with 30,000 impressions in sight, 48 MP with 100,000.

    python -m benchmarks.rendering [--repeat 7] [--only 12] [--json]

Each line is a fresh process. It starts from a decoded photo, prepared masks and a head of which every impression that is
counted is in sight of the camera; what is drawn does not matter to the time. Memory is the most held above what
imports and compiled code take. Looks are ours, fresh (with the wide redness) and healed, on two threads and on one;
what is prepared once a photo (glint, blur) is a column of its own. The peers draw the same marks at the same places as
flat circles of one size, anti-aliased, into 8 bit sRGB: no light in skin, no sums of density, no linear light, no
foreshortening, no blur of the photo, no mask of hair, no glint, no colour profile, no 16 bits.
"""

import argparse
import dataclasses
import gc
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

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
from scalp.rendering import looks
from scalp.rendering.looks import LookMaker
from scalp.rendering.projection import project_impressions

SIZES = {12: (3024, 30_000), 48: (6048, 100_000)}
ENTRIES = ("fresh", "healed", "healed, one thread", "OpenCV circles", "skia circles")
SMALL_PX = 378
LOWEST_MM = 45.0
"""Impressions lie on the skull above this height."""
WIDTH_MM = 0.28
STEPS = ("project_impressions", "point_spread", "lay_strokes", "sort_into_tiles", "draw_levels", "composite", "prepare_canvas")
SKIN = Skin(melanin_fraction=0.02, blood_fraction=0.02)


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
    pixels = np.empty((height_px, width_px, 3), np.uint8)
    chance = np.random.default_rng(1)
    for row in pixels:
        row[:] = np.array([172, 126, 104], np.uint8) + chance.integers(0, 13, (width_px, 3), np.uint8)
    pixels.setflags(write=False)
    photo = Photo(pixels=pixels, encoding=srgb_encoding())
    regions = Regions(**{name: cv2.resize(getattr(person.regions, name), (width_px, height_px)) for name in ("head", "skin", "hair")})
    head = Head(
        surface=person.surface,
        landmarks_mm=person.landmarks_mm,
        cameras=(camera,),
        photo_digests=(photo.digest,),
        scale_sd_fraction=0.01,
        surface_sd_mm=np.zeros(len(person.surface.vertices_mm)),
    )
    return photo, head, regions


def scattered(head: Head, seen_count: int) -> Impressions:
    """Return impressions at random on the upper skull, so many of them that `seen_count` are in sight, and only those."""
    rng = np.random.default_rng(2)
    areas = face_areas_mm2(head.surface)
    areas = areas * (head.surface.vertices_mm[head.surface.faces][:, :, 1].min(axis=1) > LOWEST_MM)
    count = 3 * seen_count
    placed = Impressions(
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
    return placed.where(project_impressions(placed, head, head.cameras[0]).index[:seen_count])


class Split:
    """Time by the clock of the steps of a look."""

    def __init__(self) -> None:
        self.ms: dict[str, list[float]] = {step: [] for step in STEPS}
        for step in STEPS:
            setattr(looks, step, self._timed(step, getattr(looks, step)))

    def _timed(self, step, verb):
        def timed(*args, **named):
            begun = time.perf_counter()
            try:
                return verb(*args, **named)
            finally:
                self.ms[step].append(1e3 * (time.perf_counter() - begun))

        return timed


def measure(entry: str, megapixels: int, repeat: int) -> dict:
    """Return one line: times in ms, memory in MB."""
    warm_photo, warm_head, warm_regions = enlarged(
        make_analytic_head(view=DemoView(width_px=SMALL_PX, height_px=SMALL_PX * 4 // 3)), SMALL_PX
    )
    LookMaker(warm_photo, warm_head, warm_regions, SKIN).render(scattered(warm_head, 50), _moment())
    draw = {"OpenCV circles": circles_by_opencv, "skia circles": circles_by_skia}.get(entry)
    if entry.startswith("skia"):
        import skia  # noqa: F401
    gc.collect()
    forget_peak()
    imports_mb = peak_mb()
    width_px, count = SIZES[megapixels]
    photo, head, regions = enlarged(make_analytic_head(view=DemoView(width_px=SMALL_PX, height_px=SMALL_PX * 4 // 3)), width_px)
    placed = scattered(head, count)
    days = 0.0 if entry == "fresh" else 42.0
    settled = heal(placed, days=days, seed=1)
    gc.collect()
    forget_peak()
    given_mb = peak_mb() - imports_mb
    split = Split()
    begun = time.perf_counter()
    if draw is None:
        maker = LookMaker(photo, head, regions, SKIN, threads_count=1 if "one" in entry else 2)
        make = lambda: maker.render(settled, _moment())  # noqa: E731
    else:
        make = draw(photo, head, settled)
    make()
    first_ms = 1e3 * (time.perf_counter() - begun)
    walls, busy = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        made = make()
        walls.append(1e3 * (time.perf_counter() - wall))
        busy.append(1e3 * (time.process_time() - cpu))
        del made
    photo_mb = photo.pixels.nbytes / 2**20
    above_mb = peak_mb() - imports_mb
    return {
        "megapixels": megapixels,
        "entry": entry,
        "impressions": len(settled),
        "wall_best_ms": min(walls),
        "wall_middle_ms": float(np.median(walls)),
        "processor_best_ms": min(busy),
        "first_ms": first_ms,
        "photo_mb": photo_mb,
        "given_mb": given_mb,
        "peak_above_imports_mb": above_mb,
        "peak_over_photo": above_mb / photo_mb,
        "peak_over_photo_without_masks": above_mb / photo_mb - 1.0,
        "split_ms": {step: min(times) for step, times in split.ms.items() if times},
    }


def _moment() -> Moment:
    return Moment(name="look", label="Look", session_number=1, days=42.0)


def places(head, impressions):
    """Return centres and radii in px of the marks in sight."""
    seen = project_impressions(impressions, head, head.cameras[0])
    metric = seen.metric_px2_per_mm2
    return seen.points_px, 0.5 * WIDTH_MM * np.sqrt(0.5 * (metric[:, 0] + metric[:, 2]))


def circles_by_opencv(photo, head, impressions):
    """Return a verb that draws flat anti-aliased circles at sixteenths of a pixel into a copy of the photo."""

    def make():
        points_px, radii_px = places(head, impressions)
        pixels = photo.pixels.copy()
        centres = np.round((points_px - 0.5) * 16).astype(int)
        radii = np.maximum(np.round(radii_px * 16), 1).astype(int)
        for (x, y), radius in zip(centres.tolist(), radii.tolist(), strict=True):
            cv2.circle(pixels, (x, y), radius, (96, 74, 66), -1, cv2.LINE_AA, 4)
        return pixels

    return make


def circles_by_skia(photo, head, impressions):
    """Return a verb that multiplies anti-aliased circles onto a copy of the photo; its own four bytes a pixel are made outside the time."""
    import skia

    rgba = np.dstack([photo.pixels, np.full(photo.pixels.shape[:2], 255, np.uint8)])

    def make():
        points_px, radii_px = places(head, impressions)
        pixels = rgba.copy()
        canvas = skia.Canvas(pixels, colorType=skia.kRGBA_8888_ColorType)
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(150, 140, 140), BlendMode=skia.BlendMode.kMultiply)
        for (x, y), radius in zip(points_px.tolist(), radii_px.tolist(), strict=True):
            canvas.drawCircle(x, y, radius, paint)
        return pixels

    return make


def in_fresh_process(entry: str, megapixels: int, repeat: int) -> dict:
    """Return one line measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rendering", "--entry", entry, "--only", str(megapixels), "--repeat", str(repeat)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent)
    if ran.returncode:
        sys.exit(f"{entry}, {megapixels} MP: {ran.stderr}")
    return json.loads(ran.stdout)


def told(line: dict) -> str:
    """Return one line as text."""
    split = ", ".join(f"{step.replace('_', ' ')} {ms:.0f}" for step, ms in line["split_ms"].items())
    return (
        f"{line['megapixels']} MP, {line['impressions']:,}: {line['entry']:<20} best {line['wall_best_ms']:6.0f} ms, "
        f"middle {line['wall_middle_ms']:6.0f} ms, processor {line['processor_best_ms']:6.0f} ms, first {line['first_ms']:6.0f} ms; "
        f"memory {line['peak_above_imports_mb']:5.0f} MB = {line['peak_over_photo']:.2f} x the photo, "
        f"{line['peak_over_photo_without_masks']:.2f} x without its three masks (photo and masks {line['given_mb']:.0f} MB)"
        + (f"\n    {split}" if split else "")
    )


def main() -> None:
    """Print a line for each way of drawing and each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--only", type=int, choices=sorted(SIZES))
    parser.add_argument("--entry", choices=ENTRIES, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.entry:
        sys.stdout.write(json.dumps(measure(asked.entry, asked.only, asked.repeat)))
        return
    lines = []
    for megapixels in SIZES if asked.only is None else (asked.only,):
        for entry in ENTRIES:
            if entry.startswith("skia") and importlib.util.find_spec("skia") is None:
                sys.stderr.write("skia-python is not installed here: left out\n")
                continue
            lines.append(in_fresh_process(entry, megapixels, asked.repeat))
            if not asked.json:
                sys.stdout.write(told(lines[-1]) + "\n")
                sys.stdout.flush()
    if asked.json:
        sys.stdout.write(json.dumps(lines, indent=2) + "\n")


if __name__ == "__main__":
    main()
