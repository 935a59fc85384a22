"""Find where the camera of a film stood, from what stands round the head: structure from motion by pycolmap, if installed.

The solver runs in a process of its own that can be stopped (`motion_child`); what it left behind is removed. Here is what is
asked of it, and how a failed solution is told from a good one; what a head says of it as well is `scalp.capture`'s.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import cv2
import numpy as np

from scalp.base import FloatArray, IntArray, NotPossible, Progress, Value, no_progress, value
from scalp.domain.footage import Footage, Motion
from scalp.geometry.alignment import align
from scalp.io.footage import HOW_TO_FILM

SOLVER = "pycolmap"
FEWEST_PLACED = 5
PHONE_FOCAL_FRACTION = 0.80
"""Focal length of phones' films over the longer side, where the solver starts. (D)"""
_CHILD = Path(__file__).with_name("motion_child.py")
_STAGES = {
    "features": ("finding what stands round the head", 0.0, 0.25),
    "matches": ("comparing frames", 0.25, 0.6),
    "cameras": ("placing the cameras", 0.6, 1.0),
}


@value
class MotionSettings(Value):
    """How the camera's way is solved and when a solution is refused."""

    longest_px: int = 1000
    """Longest side of the copies on which features are found."""
    features_count: int = 2000
    """Most features of a frame."""
    longest_seconds: float = 900.0
    """After so long the solver is stopped."""
    least_placed_fraction: float = 0.7
    """Least part of the frames that must get a camera."""
    largest_error_px: float = 1.6
    """Largest root mean square distance between features and where they should be, at `longest_px`."""
    least_seen_count: float = 2.7
    """Least mean number of frames that see a place."""
    least_turn_rad: float = 2.6
    """Least angle that the cameras stand apart as seen from what they look at."""
    largest_leap_ratio: float = 5.0
    """Longest step of the way between frames over the median step."""
    most_solutions_count: int = 3
    """Most solutions tried with other chances, until two place nearly all frames."""
    largest_strays_fraction: float = 0.02
    """Most by which a second solution may differ, as a part of the path's size."""


def find_motion(footage: Footage, *, seed: int = 0, settings: MotionSettings | None = None, progress: Progress = no_progress) -> Motion:
    """Return where the camera of a film stood, from features of the still scene, head included, matched between frames.

    Neighbours are matched, and frames far apart that see the same again; one lens with one radial term for all; cameras are
    placed one by one and adjusted together [Schoenberger2016]. Two solutions with
    different chances must agree; a third is tried where one placed few frames. The size of the scene is unknown. Raises
    `NotPossible` where the solver is missing or no solution is sound.
    """
    settings = settings or MotionSettings()
    if importlib.util.find_spec(SOLVER) is None:
        raise NotPossible("A head from a film without the solver of camera motion", "heads from photos", "pip install smp-mobile[video]")
    with tempfile.TemporaryDirectory(prefix="smp-film-") as made:
        folder = Path(made)
        zoom = _write_frames(footage, folder / "frames", settings)
        longest_px = zoom * max(footage.photos[0].pixels.shape[:2])
        lens = [PHONE_FOCAL_FRACTION * longest_px, zoom * footage.photos[0].width_px / 2, zoom * footage.photos[0].height_px / 2, 0.0]
        asked = {
            "lens": lens,
            "features_count": settings.features_count,
            "seed": seed,
            "most_solutions": settings.most_solutions_count,
            "whole_fraction": settings.least_placed_fraction,
        }
        _run_child(folder, asked, settings, progress)
        solutions = [_read(place) for place in sorted(folder.glob("solution-*.npz"))]
    first, astray = _sound(footage, solutions, settings)
    return Motion(
        footage_digest=footage.digest,
        photo_index=first.photo_index,
        focal_px=float(first.lens[0] / zoom),
        bend_ratio=float(first.lens[1]),
        camera_from_scene=first.pose,
        points_scene=first.points[(first.length >= 3) & (first.error < 2.0)],
        error_px=float(np.sqrt((first.error**2).mean()) / zoom),
        seen_count=float(first.length.mean()),
        strays_fraction=float(astray),
    )


class Solution(NamedTuple):
    """What the solver found: cameras (M, 4, 4), points with their track lengths and errors, lens (focal length, bend)."""

    photo_index: IntArray
    pose: FloatArray
    points: FloatArray
    length: FloatArray
    error: FloatArray
    lens: FloatArray

    @property
    def eyes(self) -> FloatArray:
        """Return where the cameras stood, (M, 3)."""
        return np.asarray(-np.einsum("mji,mj->mi", self.pose[:, :3, :3], self.pose[:, :3, 3]))


def _write_frames(footage: Footage, folder: Path, settings: MotionSettings) -> float:
    """Write the frames in grey for the solver and return by how much they were made smaller."""
    folder.mkdir()
    rows, cols = footage.photos[0].pixels.shape[:2]
    zoom = float(min(1.0, settings.longest_px / max(rows, cols)))
    for number, photo in enumerate(footage.photos):
        grey = cv2.cvtColor(photo.srgb_u8, cv2.COLOR_RGB2GRAY)
        if zoom < 1.0:
            grey = cv2.resize(grey, (round(cols * zoom), round(rows * zoom)), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"{number:04d}.png"), grey, (cv2.IMWRITE_PNG_COMPRESSION, 1))
    return zoom


def _run_child(folder: Path, asked: dict[str, object], settings: MotionSettings, progress: Progress) -> None:
    """Run the solver, passing on what it reports; stop it with all it started when the caller stops or time is over."""
    surroundings = {**os.environ, "GLOG_minloglevel": "3", "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    child = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-P", str(_CHILD), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=surroundings,
        start_new_session=True,
    )
    lines: list[bytes] = []
    assert child.stdin is not None  # noqa: S101 - asked for above
    assert child.stdout is not None  # noqa: S101 - asked for above
    reader = Thread(target=lambda stream: lines.extend(iter(stream.readline, b"")), args=(child.stdout,), daemon=True)
    reader.start()
    end, heard, most = time.monotonic() + settings.longest_seconds, 0, 0.0
    try:
        child.stdin.write(json.dumps(asked).encode())
        child.stdin.close()
        while child.poll() is None:
            if time.monotonic() > end:
                reachable = f"films solved within {settings.longest_seconds / 60:.0f} minutes"
                raise NotPossible("Finding how the camera moved in this film", reachable, "Film for a shorter time, in more light.")
            for line in lines[heard:]:
                heard += 1
                said = json.loads(line)
                name, start, stop = _STAGES[said["stage"]]
                most = max(most, start + (stop - start) * min(said["fraction"], 1.0))
                progress(name, most)
            time.sleep(0.05)
    except BrokenPipeError:
        child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        reader.join(timeout=5.0)
        child.stdout.close()


def _read(place: Path) -> Solution:
    """Return one solution that the solver wrote."""
    with np.load(place) as kept:
        pose = np.tile(np.eye(4), (len(kept["pose"]), 1, 1))
        pose[:, :3] = kept["pose"]
        return Solution(kept["photo_index"], pose, kept["points"], kept["length"], kept["error"], kept["lens"])


def _sound(footage: Footage, solutions: list[Solution], settings: MotionSettings) -> tuple[Solution, float]:
    """Return the largest solution that can be right and agrees with another, and by how much they differ."""
    refusals = [NotPossible("Finding how the camera moved in this film", "films with a room full of things behind", HOW_TO_FILM)]
    for one in sorted(solutions, key=lambda solution: -len(solution.photo_index)):
        try:
            judge(footage, one, settings)
        except NotPossible as refusal:
            refusals.append(refusal)
            continue
        astray = min((strays(one, other) for other in solutions if other is not one), default=np.inf)
        if astray <= settings.largest_strays_fraction:
            return one, astray
        size = f"{100 * astray:.0f} % of its size" if np.isfinite(astray) else "all of its size"
        refusals.append(_doubtful(f"a second solution differs by {size}"))
    raise refusals[-1 if len(refusals) == 1 else 1]


def _doubtful(why: str) -> NotPossible:
    """Return the refusal of a solution that cannot be right."""
    return NotPossible(f"Trusting how the camera moved in this film ({why})", "a film that tells it surely", HOW_TO_FILM)


def judge(footage: Footage, found: Solution, settings: MotionSettings) -> None:
    """Refuse a solution that cannot be right by what it says of itself."""
    placed = len(found.photo_index) / len(footage.photos)
    if len(found.photo_index) < FEWEST_PLACED:
        raise _doubtful("hardly a frame of it could be placed")
    if placed < settings.least_placed_fraction:
        raise _doubtful(f"only {100 * placed:.0f} % of its frames could be placed")
    error = float(np.sqrt((found.error**2).mean()))
    if error > settings.largest_error_px:
        raise _doubtful(f"places lie {error:.1f} px from where they should be seen")
    if found.length.mean() < settings.least_seen_count:
        raise _doubtful(f"most places are seen in {found.length.mean():.1f} frames only")
    steps = np.linalg.norm(np.diff(found.eyes, axis=0), axis=1) / np.maximum(np.diff(found.photo_index), 1)
    if steps.max() > settings.largest_leap_ratio * np.median(steps):
        raise _doubtful("the camera leaps")
    if _turn_rad(found) < settings.least_turn_rad:
        raise _doubtful(f"it goes only {np.degrees(_turn_rad(found)):.0f} degrees round the head")


def _turn_rad(found: Solution) -> float:
    """Return how far the camera goes round what it looks at: the range of its ways from there, along its own path."""
    ways = found.eyes - _looked_at(found)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    steps = np.arccos(np.clip((ways[1:] * ways[:-1]).sum(1), -1, 1))
    return float(steps.sum())


def _looked_at(found: Solution) -> FloatArray:
    """Return the place nearest to all the cameras' axes."""
    axes = found.pose[:, 2, :3]
    across = np.eye(3) - axes[:, :, None] * axes[:, None, :]
    return np.asarray(np.linalg.solve(across.sum(0), np.einsum("mij,mj->i", across, found.eyes)))


def strays(one: Solution, other: Solution) -> float:
    """Return by how much two solutions differ after a similarity: the largest distance of a camera over the path's RMS size."""
    both, a, b = np.intersect1d(one.photo_index, other.photo_index, return_indices=True)
    if len(both) < 0.6 * len(one.photo_index):
        return np.inf
    ours, theirs = one.eyes[a], other.eyes[b]
    turned = align(theirs, ours).apply(theirs)
    size = float(np.sqrt(((ours - ours.mean(0)) ** 2).sum(1).mean()))
    return float(np.linalg.norm(turned - ours, axis=1).max() / size)
