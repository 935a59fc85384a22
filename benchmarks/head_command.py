"""Time and memory of `smp head` as a person runs it: a process from start to end, warm, with all files written.

Run: python -m benchmarks.head_command [runs]. One photo and five of the scan (needs ../shared/data and the face models), and
one photo of the generated head where that folder is missing. Processor time counts all threads; wall time means something on
a quiet machine only. Also said: where the processor time goes, and how large the files are.
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


def main() -> None:
    """Print the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        asked = {"one photo": scan_words(VIEWS[:1], folder), "five photos": scan_words(VIEWS, folder)} if HEADS.exists() else {}
        asked = asked or {"one photo": demo_words(folder)}
        for name, words in asked.items():
            run(words, folder)
            wall, spent = np.median([run(words, folder) for _ in range(runs)], axis=0)
            peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
            sizes = ", ".join(f"{entry.name} {entry.stat().st_size / 1e6:.1f} MB" for entry in sorted((folder / "head").glob("[!.]*")))
            print(f"smp head, {name}: {wall:.2f} s, processor {spent:.2f} s, peak so far {peak_mb:.0f} MB; {sizes}", flush=True)


if __name__ == "__main__":
    main()
