"""Error and time of heads from films whose truth is known, and how surely failed solutions are recognised.

Run: python -m benchmarks.films_to_heads [films [part of a name]|drifts|solver]. `films` renders half a minute round the scan (where
../shared/data is there) and round the demo head, at two sizes and with heads that nod, and goes the whole way: film, frames,
motion, head. `drifts` bends exact cameras more and more and tells how many wrong heads were refused, and how many sound ones.
`solver` solves one film again and again with other chances and fewer frames. Gaps are those of the true scalp after turn,
shift and scale, mm. Each film takes some minutes of two cores.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from scalp.base import ScalpError
from scalp.capture.film.orbits import Filmed, Trust, film_head, judge_film
from scalp.demo.filming import OrbitPath
from scalp.demo.surroundings import Painted
from scalp.domain.camera import Camera
from scalp.domain.footage import Footage, Motion
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.footage import read_footage
from scalp.io.motion import MotionSettings, find_motion
from tests.capture.test_orbits import CAMERAS, MOTION, Drawn, bent
from tests.known_films import (
    DEMO_MIDDLE_MM,
    SCAN_MIDDLE_MM,
    demo_sitter,
    eyes_gap_mm,
    film,
    scalp_gaps_mm,
    scan_scalp,
    scan_sitter,
    write_mp4,
)
from tests.known_heads import HEADS

RATE = 6.0
WRONG_MM = 2.0
"""A head whose scalp is further off than this in the median is wrong."""
FILMS = (
    ("1080p, still", {}),
    ("720p, still", {"width_px": 720, "height_px": 1280, "focal_px": 1000.0, "distance_mm": 480.0, "seed": 3}),
    ("1080p, nods 0.5 degrees", {"nod_rad": 0.009, "seed": 4}),
    ("1080p, nods 1.5 degrees", {"nod_rad": 0.026, "seed": 2}),
)
Sitter = tuple[str, tuple[Painted, ...], np.ndarray, np.ndarray]


def sitters() -> list[Sitter]:
    """Return who is filmed: name, surfaces, true scalp, middle."""
    found: list[Sitter] = []
    if HEADS.is_dir():
        scan = scan_sitter()
        found.append(("scan", scan, scan_scalp(scan), SCAN_MIDDLE_MM))
    demo, scalp_mm = demo_sitter(makehuman_folder(fetch=True))
    return [*found, ("demo head", demo, scalp_mm, DEMO_MIDDLE_MM)]


def spent() -> float:
    """Return the processor time of this process and its children, s."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def filmed_footage(sitter: Sitter, asked: dict[str, float], folder: Path) -> tuple[Footage, list[Camera]]:
    """Return the frames taken from a rendered film, and their true cameras."""
    path = OrbitPath(middle_mm=sitter[3], **asked)  # type: ignore[arg-type]
    place = folder / "film.mp4"
    known = write_mp4(film(sitter[1], path, np.arange(0.0, path.seconds, 1 / RATE), room_seed=path.seed), place, RATE)
    footage = read_footage(place)
    return footage, [known[index][1] for index in footage.frame_index]


def films(wanted: str) -> None:
    """Print the errors of whole courses from film to head, those whose name holds what is wanted."""
    models = models_folder(fetch=True)
    for sitter in sitters():
        for name, asked in (one for one in FILMS if wanted in f"{sitter[0]}, {one[0]}"):
            with tempfile.TemporaryDirectory() as folder:
                footage, cameras = filmed_footage(sitter, asked, Path(folder))
            say = f"{sitter[0]:10s} {name:26s} {len(footage.photos)} frames"
            try:
                start = spent()
                motion = find_motion(footage)
                middle = spent()
                filmed = film_head(footage, motion, models)
                print(
                    say,
                    line(filmed, motion, footage, cameras, sitter[2]),
                    f"cpu s {middle - start:.0f} + {spent() - middle:.0f}",
                    flush=True,
                )
            except ScalpError as refusal:
                print(say, "refused:", str(refusal)[:120], flush=True)


def line(filmed: Filmed, motion: Motion, footage: Footage, cameras: list[Camera], scalp_mm: np.ndarray) -> str:
    """Say the errors of cameras and scalp."""
    head = filmed.head
    eyes = eyes_gap_mm(motion, cameras)
    true = [cameras[_nearest(footage, motion, head.camera_of(digest), digest)] for digest in head.photo_digests]
    gaps, scale = scalp_gaps_mm(head, scalp_mm, true)
    return (
        f"cameras mm {np.median(eyes):.2f} max {eyes.max():.2f}  scalp mm {np.median(np.abs(gaps)):.2f} "
        f"p95 {np.percentile(np.abs(gaps), 95):.2f}  mean {gaps.mean():+.2f} sd {gaps.std():.2f}  size {100 * (scale - 1):+.1f} %  "
        f"stated sd {np.median(head.surface_sd_mm):.2f}"
    )


def _nearest(footage: Footage, motion: Motion, camera: Camera, digest: str) -> int:
    """Return which frame of the footage a key photo is."""
    lens = [replace(footage.photos[index], focal_px=camera.focal_px).digest for index in motion.photo_index]
    return int(motion.photo_index[lens.index(digest)])


def drifts(heads_count: int = 12) -> None:
    """Print how many heads from drifted cameras or nodding heads were wrong, and how many of them were refused."""
    rng, counts = np.random.default_rng(7), np.zeros((2, 2), int)
    for seed in range(heads_count):
        for drift, nod in (
            (0.0, 0.0),
            (float(rng.uniform(0.005, 0.05)), 0.0),
            (float(rng.uniform(0.05, 0.4)), 0.0),
            (0.0, float(rng.uniform(0, 0.1))),
        ):
            drawn = Drawn(seed + 50, nod)
            try:
                placed, circled = drawn.fitted(bent(MOTION, drift))
                gap_mm = float(np.median(np.abs(drawn.gaps_mm(circled)[0])))
                refused = False
                judge_film(placed, circled, Trust())
            except ScalpError:
                refused = True
            except np.linalg.LinAlgError:
                gap_mm, refused = np.inf, True
            counts[int(gap_mm > WRONG_MM), int(refused)] += 1
            print(
                f"drift {drift:.3f} nod {np.degrees(nod):.1f} degrees: scalp {gap_mm:.2f} mm, {'refused' if refused else 'kept'}",
                flush=True,
            )
    print(
        f"wrong (> {WRONG_MM} mm): {counts[1].sum()}, of them refused {counts[1, 1]}; right: {counts[0].sum()}, of them refused {counts[0, 1]}"
    )
    print(f"cameras stand {np.linalg.norm(CAMERAS[0].eye_mm):.0f} mm from the head's origin")


def solver(runs_count: int = 4) -> None:
    """Print how often the solver failed on one film with other chances and fewer frames, and how often that was recognised."""
    with tempfile.TemporaryDirectory() as folder:
        footage, cameras = filmed_footage(sitters()[0], dict(FILMS[1][1]), Path(folder))
    for step in (1, 2, 3):
        some = Footage(photos=footage.photos[::step], frame_index=footage.frame_index[::step], at_seconds=footage.at_seconds[::step])
        for seed in range(runs_count):
            start = time.process_time() + spent()
            try:
                motion = find_motion(some, seed=seed, settings=MotionSettings())
                gap = eyes_gap_mm(motion, cameras[::step])
                said = f"{len(motion.photo_index)} placed, cameras {np.median(gap):.2f} mm, max {gap.max():.2f}, two solutions {motion.strays_fraction:.4f}"
            except ScalpError as refusal:
                said = f"refused: {str(refusal)[:110]}"
            print(f"{len(some.photos)} frames, seed {seed}: {said}, cpu s {time.process_time() + spent() - start:.0f}", flush=True)


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    if which in {"drifts", "all"}:
        drifts()
    if which in {"films", "all"}:
        films(sys.argv[2] if len(sys.argv) > 2 else "")
    if which in {"solver", "all"}:
        solver()
