"""Time and memory of `smp head` as a person runs it: a process from start to end, warm, with all files written.

Run: python -m benchmarks.head_command [runs]. One photo and five of the scan (needs ../shared/data and the face models), and
one photo of the generated head where that folder is missing. Processor time counts all threads; wall time means something on
a quiet machine only. Also said: what the start alone takes, where the processor time of the head goes, part by part, and how
large the files are.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView
from scalp.io.assets import makehuman_folder
from scalp.io.pictures import write_picture
from tests.known_heads import HEADS, scan_camera
from tests.known_views import POINTS_OF_VIEW, SCAN_POINTS_MM, clicked

VIEWS = ("front", "left", "right", "back", "top")
COMMAND = "from smp.main import main; main()"
START = "import smp.heading, smp.terminal, smp.warming"
PARTS = """
import json, sys, time
from pathlib import Path
from smp.heading import HeadOrder, _study
begun, last, spent = time.perf_counter(), [time.process_time(), "start"], {}
def told(stage, fraction):
    now, name = time.process_time(), last[1].split(",")[0]
    spent[name] = spent.get(name, 0.0) + now - last[0]
    last[:] = [now, stage]
files, points = json.loads(sys.argv[1])
order = HeadOrder(files=tuple(map(Path, files)), points=tuple(map(Path, points)))
for turn in range(2):
    begun, last[:] = time.perf_counter(), [time.process_time(), "start"]
    spent.clear()
    _study(order, told)
    told("end", 1.0)
print(f"  the head alone, warm: {time.perf_counter() - begun:.2f} s, processor", ", ".join(f"{k} {v:.2f}" for k, v in spent.items()), flush=True)
"""


def scan_words(views: tuple[str, ...], folder: Path) -> list[str]:
    """Return the words for photos of the scan, with points as a hand clicks them where no face is seen."""
    scan, places, told = HEADS / "lee-perry-smith", {name: np.array(place) for name, place in SCAN_POINTS_MM.items()}, {}
    for number, view in enumerate(views):
        marked = clicked(places, POINTS_OF_VIEW[view], scan_camera(view), number)
        if marked is not None:
            told[f"photo-{view}.jpg"] = {"points": dict(zip(marked.names, marked.points_px.tolist(), strict=True))}
    words = [str(scan / f"photo-{view}.jpg") for view in views]
    if told:
        (folder / "points.json").write_text(json.dumps({"photos": told}))
        words += ["--points", str(folder / "points.json")]
    return words


def demo_words(folder: Path) -> list[str]:
    """Return the words for a photo of the generated head."""
    person = make_demo_head(makehuman_folder(), view=DemoView(width_px=1512, height_px=2016))
    write_picture(person.photo, folder / "demo.jpg")
    return [str(folder / "demo.jpg")]


def run(words: list[str], folder: Path) -> tuple[float, float]:
    """Run the command and return its wall and processor seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", COMMAND, "head", *words, "--out", str(folder / "head"), "--quiet"]
    subprocess.run(command, check=True)
    wall_seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_python(code: str, *words: str) -> float:
    """Run a few lines in a fresh process and return its wall seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *words], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        asked = {"one photo": scan_words(VIEWS[:1], folder), "five photos": scan_words(VIEWS, folder)} if HEADS.exists() else {}
        asked = asked or {"one photo": demo_words(folder)}
        run_python(START)
        print(f"start alone: {np.median([run_python(START) for _ in range(runs)]):.2f} s", flush=True)
        for name, words in asked.items():
            run(words, folder)
            wall, spent = np.median([run(words, folder) for _ in range(runs)], axis=0)
            peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
            sizes = ", ".join(f"{entry.name} {entry.stat().st_size / 1e6:.1f} MB" for entry in sorted((folder / "head").glob("[!.]*")))
            print(f"smp head, {name}: {wall:.2f} s, processor {spent:.2f} s, peak so far {peak_mb:.0f} MB; {sizes}", flush=True)
            at = words.index("--points") if "--points" in words else len(words)
            run_python(PARTS, json.dumps([words[:at], words[at + 1 :]]))


if __name__ == "__main__":
    main()
