"""Read a film of a head: MP4, MOV or WebM in, its best frames out, through a process of its own with limits.

Which frames are chosen, and decoding, is `footage_child`'s; here are the limits and the sentence of every refusal. Messages
name a file only by its own name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

from scalp.base import BadInput, ByteArray, NotPossible, Progress, Value, no_progress, value
from scalp.domain.footage import FEWEST_FRAMES, Footage
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.ordinary import demand_ordinary, reason

LARGEST_FILM_BYTES = 3_000_000_000
MEMORY_BYTES, CPU_SECONDS = 6_000_000_000, 600
SMALLEST_PX, LARGEST_PX = 360, 8192
ALLOWED = "an MP4, MOV or WebM film of a phone"
HOW_TO_FILM = (
    "Film for half a minute: the client sits still, the phone is carried once round the head at arm's length, slowly, with a room "
    "full of things behind, without zooming."
)
_CHILD = Path(__file__).with_name("footage_child.py")


@value
class FilmSettings(Value):
    """Which films are read and which of their frames are taken."""

    most_count: int = 60
    """Most frames taken."""
    longest_px: int = 1600
    """Longest side of the frames taken; larger ones are made smaller."""
    spacing_fraction: float = 0.065
    """How far most of the picture moves between two frames taken, as a part of its longest side: some 7 degrees of a way
    round a head."""
    shortest_way_fraction: float = 1.2
    """Least such movement over the whole film: a third of a way round."""
    shortest_seconds: float = 4.0
    longest_seconds: float = 180.0


def read_footage(path: str | os.PathLike[str], *, settings: FilmSettings | None = None, progress: Progress = no_progress) -> Footage:
    """Return the best frames of a film: sharp, some 7 degrees of the camera's way apart, upright, at most 1600 px.

    Movement is tracked on small copies ten times a second; the frames stand evenly along that way, each the sharpest near
    its place. The decoder runs in another process with limits of memory and time; turning marks of phones are followed.
    Raises `BadInput` for what is no film, and `NotPossible` where it does not show a head from all sides.
    """
    settings = settings or FilmSettings()
    place = Path(path)
    _demand_film(place)
    asked = {
        "most_count": settings.most_count,
        "fewest_count": FEWEST_FRAMES,
        "longest_px": settings.longest_px,
        "spacing": settings.spacing_fraction,
        "shortest_way": settings.shortest_way_fraction,
        "shortest_seconds": settings.shortest_seconds,
        "longest_seconds": settings.longest_seconds,
        "largest_px": LARGEST_PX,
        "smallest_px": SMALLEST_PX,
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": CPU_SECONDS,
    }
    told, frames = _asked_child(place, asked, progress)
    if len(frames) < FEWEST_FRAMES:
        raise _refusal(place.name, told, settings)
    index = np.array([number for number, _ in frames], np.int32)
    photos = tuple(Photo(pixels=pixels, encoding=srgb_encoding()) for _, pixels in frames)
    return Footage(photos=photos, frame_index=index, at_seconds=index / float(told["rate"]))


def _demand_film(place: Path) -> None:
    """Refuse what is no film by its size and first bytes."""
    try:
        size = demand_ordinary(place)
        with place.open("rb") as opened:
            head = opened.read(64)
    except (OSError, ValueError) as fault:
        why = reason(fault, LARGEST_FILM_BYTES)
        raise BadInput(place.name[:80] or "the film", why, ALLOWED, "Check the name and that you may read it.") from fault
    if size > LARGEST_FILM_BYTES:
        most = f"at most {LARGEST_FILM_BYTES / 1e9:.0f} GB"
        raise BadInput(place.name, f"{size / 1e9:.1f} GB", most, "Film half a minute at 1080p; that is some 60 MB.")
    box = head[4:12]
    still = box[4:8] in {b"heic", b"heix", b"mif1", b"avif", b"hevc", b"heim", b"heis"}
    if not (box[:4] in {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"} or head[:4] == b"\x1aE\xdf\xa3") or still:
        raise BadInput(place.name, "no film" if head else "an empty file", ALLOWED, "Give the film as the phone saved it.")


def _asked_child(place: Path, asked: dict[str, Any], progress: Progress) -> tuple[dict[str, Any], list[tuple[int, ByteArray]]]:
    """Return what the child told of the film, and the frames it sent."""
    command = [sys.executable, "-P", str(_CHILD), str(place.absolute()), json.dumps(asked)]
    surroundings = {**os.environ, "OPENCV_FFMPEG_CAPTURE_OPTIONS": "protocol_whitelist;file", "OPENCV_LOG_LEVEL": "SILENT"}
    told: dict[str, Any] = {}
    frames: list[tuple[int, ByteArray]] = []
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=surroundings
    ) as child:
        try:
            for line in iter(_stream(child).readline, b""):
                heard = json.loads(line)
                if "frame" in heard:
                    frames.append((heard["frame"], _pixels(_stream(child), heard["rows"], heard["cols"])))
                if "stage" in heard:
                    progress(_STAGES[heard["stage"]], heard["fraction"])
                else:
                    told |= heard
        except (ValueError, KeyError):
            child.kill()
        except BaseException:
            child.kill()
            raise
    return told, frames


_STAGES = {"look": "looking through the film", "frames": "taking frames"}


def _stream(child: subprocess.Popen[bytes]) -> IO[bytes]:
    """Return what a child writes."""
    assert child.stdout is not None  # noqa: S101 - asked for above
    return child.stdout


def _pixels(stream: IO[bytes], rows: int, cols: int) -> ByteArray:
    """Return the raw pixels that follow."""
    pixels = np.frombuffer(stream.read(rows * cols * 3), np.uint8).reshape(rows, cols, 3)
    return pixels.copy()


def _refusal(name: str, told: dict[str, Any], settings: FilmSettings) -> BadInput | NotPossible:
    """Say why a film gave no frames."""
    length = f"{settings.shortest_seconds:.0f} to {settings.longest_seconds:.0f} s"
    if not told.get("open") or (told.get("looked_count", 0) == 0 and not _is_long(told, settings)):
        return BadInput(name, "damaged, or of a kind that cannot be decoded", ALLOWED, "Save it as MP4 (H.264) and try again.")
    if _is_long(told, settings):
        return BadInput(name, f"longer than {settings.longest_seconds:.0f} s", length, "Cut out half a minute round the head.")
    width, height = told["size"]
    if max(width, height) > LARGEST_PX or min(width, height) < SMALLEST_PX:
        return BadInput(name, f"{width} x {height} px", f"{SMALLEST_PX} to {LARGEST_PX} px a side", "Film at 1080p.")
    if told["seconds"] < settings.shortest_seconds or told["looked_count"] < FEWEST_FRAMES:
        return NotPossible(f"A head from a film of {told['seconds']:.1f} s", f"films of {length}", HOW_TO_FILM)
    if told["way"] < settings.shortest_way_fraction:
        return NotPossible("A head from a film in which the camera hardly moves", "a film carried round the head", HOW_TO_FILM)
    return BadInput(name, "damaged on the way", ALLOWED, "Save it as MP4 (H.264) and try again.")


def _is_long(told: dict[str, Any], settings: FilmSettings) -> bool:
    """Tell whether a film is longer than is looked at."""
    return "too_long" in told or told["frames_count"] / told["rate"] > settings.longest_seconds
