"""What the tests of faces, outline and regions share: the networks' folder, real photos, and the scan's true outlines."""

import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from scalp.base import Float32Array, NotPossible
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.assets import models_folder

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SCAN_MM_PER_UNIT = 48.0


@pytest.fixture(scope="session")
def models() -> Path:
    """Return the folder of the four networks, or skip."""
    try:
        return models_folder(fetch=False)
    except NotPossible:
        pytest.skip("the face networks are not fetched: run `smp assets --fetch`")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of photos and scans beside the repository, or skip."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside the repository")
    return SHARED


@cache
def load(path: Path) -> Photo:
    """Read a photo by OpenCV, independent of `scalp.io`."""
    return Photo(pixels=np.ascontiguousarray(cv2.imread(str(path))[..., ::-1]), encoding=srgb_encoding())


@cache
def scan_outline_mask(folder: Path, view: str) -> Float32Array:
    """Return how much of each pixel of a scan's photo the scan covers, from its mesh and exact camera."""
    rows = [line.split() for line in (folder / "LeePerrySmith.obj").read_text().splitlines() if line[:2] in ("v ", "f ")]
    vertices_mm = np.array([row[1:4] for row in rows if row[0] == "v"], float) * SCAN_MM_PER_UNIT
    faces = [[int(corner.split("/")[0]) - 1 for corner in row[1:]] for row in rows if row[0] == "f"]
    known = json.loads((folder / "cameras.json").read_text())["views"][view]
    placed = np.eye(4)
    placed[:3, :3], placed[:3, 3] = known["R"], known["t"]
    camera = Camera(
        focal_px=known["f"], centre_px=(known["W"] / 2, known["H"] / 2), width_px=known["W"], height_px=known["H"], camera_from_head=placed
    )
    fine = 3
    corners = np.round((camera.project(vertices_mm) * fine - 0.5) * 16).astype(np.int32)
    mask = np.zeros((camera.height_px * fine, camera.width_px * fine), np.uint8)
    for face in faces:
        cv2.fillPoly(mask, [corners[face]], 255, cv2.LINE_8, 4)
    return np.asarray(cv2.resize(mask, (camera.width_px, camera.height_px), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255.0)
