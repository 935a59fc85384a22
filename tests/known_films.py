"""Films whose cameras and heads are known: the scan from `../shared/data` and the demo head, filmed in a furnished room."""

from pathlib import Path

import cv2
import numpy as np

from scalp.demo.filming import Frame, OrbitPath, film_frames
from scalp.demo.surroundings import Painted, dress_sitter, furnish_room, light_of_room
from scalp.domain.head import Mesh
from tests.known_heads import HEADS, SCAN_MM

FRAMES_PER_SECOND = 10.0


def scan_sitter() -> tuple[Painted, Painted]:
    """Return the scan with its colours, and clothes, in the scan's own axes."""
    vertices, places, faces, corners = [], [], [], []
    for line in (HEADS / "lee-perry-smith" / "LeePerrySmith.obj").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["v"]:
            vertices.append([float(word) for word in words[1:4]])
        elif words[:1] == ["vt"]:
            places.append([float(word) for word in words[1:3]])
        elif words[:1] == ["f"]:
            ends = [[int(part) - 1 for part in word.split("/")[:2]] for word in words[1:]]
            for k in range(1, len(ends) - 1):
                triangle = [ends[0], ends[k], ends[k + 1]]
                faces.append([end[0] for end in triangle])
                corners.append([end[1] for end in triangle])
    mesh = Mesh(vertices_mm=np.array(vertices) * SCAN_MM, faces=np.array(faces, np.int32))
    uv = np.array(places)[np.array(corners)]
    picture = np.ascontiguousarray(cv2.imread(str(HEADS / "lee-perry-smith" / "Map-COL.jpg"))[..., ::-1])
    head = Painted(mesh=mesh, rgb_linear=light_of_room(mesh), uv_fraction=uv.astype(np.float32), srgb_u8=picture)
    return head, dress_sitter(1, top_mm=-110.0, breadth_mm=420.0)


SCAN_MIDDLE_MM = np.array([0.0, 95.0, 0.0])


def scan_film(path: OrbitPath, times: np.ndarray, *, room_seed: int = 1, plain: bool = False) -> list[Frame]:
    """Return frames of the scan in a room."""
    return list(film_frames(scan_sitter(), (furnish_room(room_seed, plain=plain),), path, times))


def write_mp4(frames: list[Frame], place: Path, *, rate: float = FRAMES_PER_SECOND) -> Path:
    """Write frames as a film."""
    rows, cols = frames[0].srgb_u8.shape[:2]
    writer = cv2.VideoWriter(str(place), cv2.VideoWriter_fourcc(*"mp4v"), rate, (cols, rows))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame.srgb_u8[..., ::-1])
    writer.release()
    return place
