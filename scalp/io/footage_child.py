"""Choose and decode frames of a film in a process of its own: lines of JSON go out for each step, raw pixels after the last.

Run as a script by `scalp.io.footage`, never imported. Decoders of films are large libraries in C; here they have limits of
memory and time, and take only this process with them. Knows nothing of the engine.
"""

import json
import os
import resource
import sys
from typing import Any

import cv2
import numpy as np

SMALL_PX = 400
"""Longest side of the copies on which movement and sharpness are measured."""
LOOKED_AT_PER_SECOND = 10.0
TRACKED_COUNT = 240
HELD_FRACTION = 0.35
"""How far from its place between its neighbours a sharper frame may be taken, as a part of their distance."""


def tell(told: dict[str, Any]) -> None:
    """Write one line of JSON."""
    os.write(1, json.dumps(told).encode() + b"\n")


def opened(path: str) -> Any:  # noqa: ANN401 - the library's own type
    """Return the film, turned upright as it asks."""
    film = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    film.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return film


def small_grey(frame: np.ndarray) -> np.ndarray:
    """Return a small grey copy."""
    zoom = SMALL_PX / max(frame.shape[:2])
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)


def moved_px(before: np.ndarray, after: np.ndarray) -> float:
    """Return by how much most of what is tracked has moved between two small frames, px; a whole width where nothing is."""
    corners = cv2.goodFeaturesToTrack(before, TRACKED_COUNT, 0.01, 7)
    if corners is None or len(corners) < 8:
        return 0.0
    found, kept, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=(15, 15), maxLevel=3)
    kept = kept.ravel() > 0
    if kept.sum() < 8:
        return float(SMALL_PX) / 4
    return float(np.percentile(np.linalg.norm((found - corners)[kept].reshape(-1, 2), axis=1), 60))


def looked_at(path: str, asked: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, tuple[int, int]]:
    """Return which frames were looked at, how far along the camera's way each is (in longest sides), how sharp, rate and size."""
    film = opened(path)
    rate = film.get(cv2.CAP_PROP_FPS)
    rate = rate if 1.0 <= rate <= 1000.0 else 30.0
    count = max(film.get(cv2.CAP_PROP_FRAME_COUNT), 0.0)
    tell({"open": film.isOpened(), "rate": rate, "frames_count": int(min(count, 1e9))})
    if not film.isOpened() or count / rate > asked["longest_seconds"]:
        sys.exit(0)
    stride = max(1, round(rate / LOOKED_AT_PER_SECOND))
    index, way, sharp, size, before, number = [], [0.0], [], (0, 0), None, 0
    while film.grab():
        if number / rate > asked["longest_seconds"]:
            tell({"too_long": number / rate})
            sys.exit(0)
        if number % stride == 0:
            decoded, frame = film.retrieve()
            if not decoded or frame is None or frame.ndim != 3:
                break
            size = (frame.shape[1], frame.shape[0])
            grey = small_grey(frame)
            sharp.append(float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean()))
            way.append(way[-1] + (0.0 if before is None else moved_px(before, grey) / SMALL_PX))
            index.append(number)
            before = grey
            tell({"stage": "look", "fraction": min(number / max(count, number + 1.0), 1.0)})
        number += 1
    return np.array(index, int), np.array(way[1:]), np.array(sharp), rate, size


def chosen(way: np.ndarray, sharp: np.ndarray, asked: dict[str, Any]) -> np.ndarray:
    """Return the places of frames evenly along the way, the sharpest near each; sharpness counts against the neighbours' own."""
    wanted = int(np.clip(round(way[-1] / asked["spacing"]) + 1, asked["fewest_count"], asked["most_count"]))
    marks = np.linspace(way[0], way[-1], wanted)
    held = HELD_FRACTION * (marks[1] - marks[0])
    kept = []
    for mark in marks:
        near = np.flatnonzero(np.abs(way - mark) <= held)
        near = near if len(near) else np.array([int(np.abs(way - mark).argmin())])
        kept.append(int(near[np.argmax(sharp[near] - 0.15 * sharp[near].mean() * np.abs(way[near] - mark) / max(held, 1e-9))]))
    return np.unique(kept)


def send(path: str, wanted: np.ndarray, size: tuple[int, int], longest_px: int) -> None:
    """Write the wanted frames as raw RGB, each announced by a line."""
    film, zoom, number = opened(path), min(1.0, longest_px / max(size)), 0
    for order, index in enumerate(wanted):
        while number <= index and film.grab():
            number += 1
        decoded, frame = film.retrieve()
        if not decoded or frame is None:
            break
        if zoom < 1.0:
            frame = cv2.resize(frame, (round(size[0] * zoom), round(size[1] * zoom)), interpolation=cv2.INTER_AREA)
        rows, cols = frame.shape[:2]
        tell({"frame": int(index), "rows": rows, "cols": cols, "stage": "frames", "fraction": (order + 1) / len(wanted)})
        with os.fdopen(os.dup(1), "wb") as out:
            out.write(np.ascontiguousarray(frame[..., ::-1]).tobytes())


def main() -> None:
    """Answer for the film of the first argument as the JSON of the second asks."""
    path, asked = sys.argv[1], json.loads(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"], asked["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"]))
    cv2.setNumThreads(2)
    index, way, sharp, rate, size = looked_at(path, asked)
    told = {"looked_count": len(index), "seconds": float(index[-1] / rate) if len(index) else 0.0, "size": size}
    tell({**told, "way": float(way[-1]) if len(way) else 0.0})
    if len(index) < asked["fewest_count"] or told["seconds"] < asked["shortest_seconds"] or way[-1] < asked["shortest_way"]:
        sys.exit(0)
    if max(size) > asked["largest_px"] or min(size) < asked["smallest_px"]:
        sys.exit(0)
    send(path, index[chosen(way, sharp, asked)], size, asked["longest_px"])


if __name__ == "__main__":
    main()
