"""Measure the whole course, stage by stage: a 12 MP photo, about 30,000 impressions, every look as JPEG, no film.

    python benchmarks/course.py [--json] [--repeat 3] [--width 3024] [--density 99] [--profile STATS]

Each run is a fresh process, as a person starts one; the first warms the compiler's cache and is not counted. A stage's
line has its time by the clock, the processor time of all threads while it ran, and the most memory held by then. Stages
that run side by side each have their own line, so that lines may add up to more than the whole.
"""

import argparse
import contextlib
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

STAGES = (
    ("smp.sitting", "read_photo", "read"),
    ("scalp.treatment", "find_faces", "faces"),
    ("scalp.treatment", "segment_person", "person"),
    ("scalp.treatment", "trace_outline", "outline"),
    ("scalp.treatment", "reconstruct_head", "head"),
    ("scalp.treatment", "read_regions", "regions"),
    ("scalp.treatment", "skin_colour", "skin colour"),
    ("scalp.treatment", "fit_skin", "skin"),
    ("scalp.treatment", "propose_design", "design"),
    ("scalp.treatment", "match_pigment", "shade"),
    ("scalp.treatment", "plan_treatment", "plan"),
    ("scalp.treatment", "place_impressions", "placement"),
    ("scalp.rendering.looks", "prepare_canvas", "canvas"),
    ("scalp.treatment", "impressions_at", "heal and age"),
    ("scalp.rendering.looks", "LookMaker.render", "render"),
    ("smp.running", "write_picture", "write"),
    ("smp.running", "present_course", "sheet"),
    ("smp.running", "_write_plan", "write plan"),
)
"""Every verb that is timed: the module that calls it, its name there, the line it is shown on."""
SOUGHT_COUNT = 30_000


class Watch:
    """Time and memory of named stages, nested and side by side."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    @contextlib.contextmanager
    def stage(self, name: str):
        forget_peak()
        row = {"stage": name, "thread": threading.current_thread().name}
        self.rows.append(row)
        wall, busy = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            row |= {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - busy, "peak_mb": peak_mb()}

    def over(self, module_name: str, dotted: str, name: str) -> None:
        """Time every call of a function under its name in a module, with the moment it is for."""
        holder = importlib.import_module(module_name)
        *way, last = dotted.split(".")
        for part in way:
            holder = getattr(holder, part)
        inner = getattr(holder, last)

        def timed(*args, **named):
            with self.stage(f"{name}{moment_in(args)}"):
                return inner(*args, **named)

        setattr(holder, last, timed)


def moment_in(args) -> str:
    """Return which picture a call is for, as far as its arguments tell."""
    for one in args:
        if hasattr(one, "label"):
            return f": {one.name}"
        if isinstance(one, Path):
            return f": {one.name}" if one.suffix else ""
    return ""


def forget_peak() -> None:
    """Let the peak start again from what is held now, where the system allows it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> float:
    """Return the most memory held since the peak was last forgotten; of the whole process where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def benchmark_photo(width_px: int) -> tuple[Path, Path]:
    """Return the files of the generated photo and its points, made once and kept in the user's cache."""
    from scalp.io.cache import cache_root, made_folder

    folder = made_folder(cache_root() / "benchmarks")
    photo, points = folder / f"course-{width_px}.jpg", folder / f"course-{width_px}.json"
    if not (photo.exists() and points.exists()):
        from scalp.io.pictures import write_picture, write_whole

        sys.stderr.write("making the photo, once\n")
        person = generated_person(width_px)
        write_picture(person.photo, photo)
        marked = person.marked_points
        told = {name: [float(x), float(y)] for name, (x, y) in zip(marked.names, marked.points_px, strict=True)}
        write_whole(points, json.dumps({"points": told}).encode())
    return photo, points


def generated_person(width_px: int):
    """Return the demo head, or an analytic one where MakeHuman's mesh is not here."""
    from scalp.base import NotPossible
    from scalp.demo.portrait import MEDIUM_SKIN, make_demo_head
    from scalp.demo.truth import DemoView
    from scalp.io.assets import makehuman_folder

    view = DemoView(name="front", width_px=width_px, height_px=width_px * 4 // 3)
    try:
        return make_demo_head(makehuman_folder(), skin=MEDIUM_SKIN, seed=1, view=view)
    except NotPossible:
        from scalp.demo.analytic import make_analytic_head

        return make_analytic_head(seed=1, view=view)


def run_once(photo: Path, points: Path, density_per_cm2: float, *, by_points: bool) -> dict:
    """Run the command's own course on a photo file and return its stages."""
    watch = Watch()
    with watch.stage("imports"):
        for module_name in ("smp.sitting", "smp.running", "smp.orders"):
            importlib.import_module(module_name)
    from scalp.capture.size.scale import ScaleWish
    from scalp.domain.design import Wishes
    from scalp.io.cache import forget_photo
    from scalp.io.photos import read_photo
    from smp.orders import read_order
    from smp.running import run_order
    from smp.sitting import sit_for_file
    from smp.warming import warm_up

    # What an earlier run saw of this photo is forgotten, so that seeing is part of what is measured.
    forget_photo(read_photo(photo).digest)
    for stage in STAGES:
        watch.over(*stage)
    most = Most()
    wall, busy = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        wishes = Wishes(peak_density_per_cm2=density_per_cm2, seed=1)
        start = {"compare": None, "sessions": 3, "start": None, "prices": None, "temporary": False}
        order = read_order(wishes, **start, picture_format="jpg", film="none")
        chosen = points if by_points else None
        warm_up(lambda _stage, _part: None)
        sitting = sit_for_file(photo, points=chosen, face_number=None, scale=ScaleWish(), progress=lambda _stage, _part: None)
        result = run_order(sitting, order, Path(folder), lambda _stage, _part: None)
    total = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - busy, "peak_mb": most.end()}
    count = next(iter(result["courses"].values()))["impressions_count"]
    return {"stages": watch.rows, "total": total, "impressions_count": count, "pictures": len(result["files"])}


class Most:
    """The most memory held over a whole run, watched beside it since each stage forgets the peak."""

    def __init__(self) -> None:
        self.mb, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.mb = max(self.mb, peak_mb())

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return max(self.mb, peak_mb())


def run_apart(asked, photo: Path, points: Path) -> dict:
    """Run the course in a process of its own."""
    command = [sys.executable, __file__, "--once", str(photo), str(points), "--density", str(asked.density)]
    command += ["--by-points"] if asked.by_points else []
    command += ["--profile", asked.profile] if asked.profile else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def print_run(run: dict) -> None:
    """Print one run as a table."""
    write = sys.stdout.write
    write(f"{run['impressions_count']:,} impressions, {run['pictures'] - 2} pictures, sheet and plan; load {run['load']:.1f}\n")
    write(f"{'stage':<30}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}\n")
    for row in run["stages"]:
        write(f"{row['stage']:<30}{row['wall_s']:8.2f}{row['cpu_s']:8.2f}{row['peak_mb']:9.0f}\n")
    total = run["total"]
    write(f"{'photo read to files written':<30}{total['wall_s']:8.2f}{total['cpu_s']:8.2f}{total['peak_mb']:9.0f}\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--width", type=int, default=3024)
    parser.add_argument("--density", type=float, default=99.0)
    parser.add_argument("--by-points", action="store_true", help="use the generated points, not the face networks")
    parser.add_argument("--profile", help="also write cProfile statistics of the main thread here")
    parser.add_argument("--once", nargs=2, metavar=("PHOTO", "POINTS"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        run = profiled(asked) if asked.profile else run_once(*map(Path, asked.once), asked.density, by_points=asked.by_points)
        sys.stdout.write(json.dumps(run))
        return
    photo, points = benchmark_photo(asked.width)
    run_apart(asked, photo, points)
    runs = []
    for _ in range(asked.repeat):
        load = os.getloadavg()[0]
        runs.append(run_apart(asked, photo, points) | {"load": load, "day": date.today().isoformat()})  # noqa: DTZ011 - the reader's own day
    best = min(runs, key=lambda run: run["total"]["wall_s"])
    if asked.json:
        sys.stdout.write(json.dumps({"best": best, "runs": runs}, indent=2) + "\n")
    else:
        print_run(best)


def profiled(asked) -> dict:
    """Run once under the profiler."""
    import cProfile

    profile = cProfile.Profile()
    run = profile.runcall(run_once, *map(Path, asked.once), asked.density, by_points=asked.by_points)
    profile.dump_stats(asked.profile)
    return run


if __name__ == "__main__":
    main()
