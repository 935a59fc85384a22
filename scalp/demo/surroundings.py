"""A furnished room round a sitter: walls of brick, boards and posters, shelves in front of them, a chest below the head.

For films of a head, whose camera is found again from what stands behind it. What the camera does is `filming`'s.
"""

import cv2
import numpy as np

from scalp.base import ByteArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere, vertex_normals

ROOM_LOW_MM, ROOM_HIGH_MM = (-1900.0, -1250.0, -1800.0), (1700.0, 1400.0, 2100.0)
TILE_MM = 300.0
SHEET_PX = 1024
"""Side of the picture of one wall."""
SHELVES_COUNT = 14
LAMPS = (((0.5, 0.75, 0.45), (0.72, 0.70, 0.66)), ((-0.8, 0.3, 0.2), (0.30, 0.32, 0.36)), ((0.0, 0.4, -0.9), (0.26, 0.25, 0.24)))
"""Ways towards the lamps of the room and their light; they stay where they are while the camera moves."""
FILL_LEVEL = 0.30


@value
class Painted(Value):
    """A surface with its light: at each vertex (V, 3) linear, times a picture laid on its faces by `uv_fraction` (F, 3, 2)."""

    mesh: Mesh
    rgb_linear: Float32Array
    uv_fraction: Float32Array
    srgb_u8: ByteArray


def light_of_room(mesh: Mesh) -> Float32Array:
    """Return the light on each vertex of a matte surface from the lamps of the room, (V, 3); nothing throws a shadow."""
    normals = vertex_normals(mesh)
    light = np.full(normals.shape, FILL_LEVEL)
    for way, colour in LAMPS:
        facing = normals @ (np.array(way) / np.linalg.norm(way))
        light += np.clip((facing + 0.25) / 1.25, 0.0, None)[:, None] * np.array(colour)
    return light.astype(np.float32)


def furnish_room(seed: int, *, plain: bool = False) -> Painted:
    """Return the room: six walls and boxes before them, each with its own part of one picture; `plain` leaves bare paint."""
    rng = np.random.default_rng((seed, 41))
    sheets = [_bare(rng) for _ in range(6)] if plain else [_sheet(rng, kind) for kind in range(6)]
    picture = np.vstack([np.hstack(sheets[:3]), np.hstack(sheets[3:])])
    low, high = np.array(ROOM_LOW_MM), np.array(ROOM_HIGH_MM)
    parts = [_panel(low, high, axis, end, (2 * axis + end)) for axis in range(3) for end in (0, 1)]
    for _ in range(0 if plain else SHELVES_COUNT):
        parts += _shelf(rng, low, high)
    starts = np.cumsum([0, *(len(corners) for corners, _, _ in parts)])
    mesh = Mesh(
        vertices_mm=np.vstack([corners for corners, _, _ in parts]),
        faces=np.vstack([faces + start for (_, faces, _), start in zip(parts, starts, strict=False)]).astype(np.int32),
    )
    light = np.full((len(mesh.vertices_mm), 3), 0.8, np.float32)
    uv = np.concatenate([places[faces] for _, faces, places in parts]).astype(np.float32)
    return Painted(mesh=mesh, rgb_linear=light, uv_fraction=uv, srgb_u8=picture)


_Part = tuple[FloatArray, IntArray, FloatArray]


def _panel(low: FloatArray, high: FloatArray, axis: int, end: int, sheet: int) -> _Part:
    """Return one side of a box as tiles, with places in the picture's part number `sheet`."""
    across, along = (other for other in range(3) if other != axis)
    counts = [max(1, int(np.ceil((high[other] - low[other]) / TILE_MM))) for other in (across, along)]
    u, v = (grid.ravel() for grid in np.meshgrid(*(np.linspace(0, 1, count + 1) for count in counts), indexing="ij"))
    corners = np.empty((len(u), 3))
    corners[:, axis] = (low, high)[end][axis]
    corners[:, across], corners[:, along] = low[across] + u * (high - low)[across], low[along] + v * (high - low)[along]
    first = (np.arange(counts[0])[:, None] * (counts[1] + 1) + np.arange(counts[1])).ravel()
    below, beside = first + 1, first + counts[1] + 1
    faces = np.vstack([np.column_stack([first, below, beside]), np.column_stack([beside, below, beside + 1])])
    places = np.column_stack([(sheet % 3 + 0.01 + 0.98 * u) / 3, (sheet // 3 + 0.01 + 0.98 * (1 - v)) / 2])
    return corners, faces.astype(np.int32), places


def _shelf(rng: np.random.Generator, low: FloatArray, high: FloatArray) -> list[_Part]:
    """Return a box that stands or hangs before one of the walls, its six sides with parts of the picture."""
    size = rng.uniform([120, 150, 120], [420, 700, 320])
    middle = rng.uniform(low + size / 2, high - size / 2)
    axis = rng.choice([0, 2])
    end = rng.integers(2)
    middle[axis] = (low, high)[end][axis] + (1, -1)[end] * (size[axis] / 2 + rng.uniform(0, 250))
    sides = [_panel(middle - size / 2, middle + size / 2, side, edge, int(rng.integers(6))) for side in range(3) for edge in (0, 1)]
    shrunk = []
    for corners, faces, places in sides:
        corner, zoom = places.min(axis=0), 0.25
        shrunk.append((corners, faces, corner + zoom * (places - corner) + rng.uniform(0, 0.7, 2) * np.array([1 / 3, 1 / 2]) * 0.98))
    return shrunk


def _grain(rng: np.random.Generator, finest_px: int) -> Float32Array:
    """Return noise of many scales about 0, (SHEET_PX, SHEET_PX), SD about 1."""
    out = np.zeros((SHEET_PX, SHEET_PX), np.float32)
    size = finest_px
    while size < SHEET_PX:
        cells = rng.standard_normal((SHEET_PX // size + 2, SHEET_PX // size + 2)).astype(np.float32)
        out += cv2.resize(cells, (SHEET_PX, SHEET_PX), interpolation=cv2.INTER_CUBIC) * np.float32(size**0.25)
        size *= 2
    return np.asarray(out / out.std(), np.float32)


def _bare(rng: np.random.Generator) -> ByteArray:
    """Return evenly painted wall."""
    tone = np.array([205, 203, 198]) + 1.2 * _grain(rng, 128)[..., None]
    return np.asarray(np.clip(tone, 0, 255), np.uint8)


def _sheet(rng: np.random.Generator, kind: int) -> ByteArray:
    """Return the picture of one wall: brick, boards or plaster, with posters hung on it."""
    base = rng.uniform(90, 190, 3)
    out = base + 16.0 * _grain(rng, 2)[..., None] * rng.uniform(0.6, 1.2, 3)
    rows, cols = np.mgrid[:SHEET_PX, :SHEET_PX]
    if kind % 3 == 0:
        course = rows // 26
        joint = (rows % 26 < 3) | ((cols + 32 * (course % 2)) % 64 < 3)
        own = rng.normal(0, 22, (SHEET_PX // 26 + 1, SHEET_PX // 64 + 2))
        out += own[course, (cols + 32 * (course % 2)) // 64][..., None]
        out[joint] = 195 + 8 * rng.standard_normal((int(joint.sum()), 1))
    elif kind % 3 == 1:
        boards = rng.normal(0, 18, SHEET_PX // 80 + 1)
        out += boards[cols // 80][..., None] - 60 * (cols % 80 < 3)[..., None]
    for _ in range(16):
        _hang(rng, out)
    return np.clip(out, 0, 255).astype(np.uint8)


def _hang(rng: np.random.Generator, sheet: FloatArray) -> None:
    """Hang a poster on a wall, in place: paper of one colour with blots, rings and lines."""
    wide, high = rng.integers(50, 170, 2)
    left, top = rng.integers(0, SHEET_PX - wide), rng.integers(0, SHEET_PX - high)
    paper = np.empty((high, wide, 3), np.float32)
    paper[:] = rng.uniform(60, 220) + rng.uniform(-40, 40, 3)
    for _ in range(14):
        colour = tuple(float(level) for level in rng.uniform(20, 230) + rng.uniform(-50, 50, 3))
        start, stop = (tuple(int(number) for number in rng.integers(0, [wide, high])) for _ in range(2))
        match rng.integers(3):
            case 0:
                cv2.circle(paper, start, int(rng.integers(3, 24)), colour, int(rng.choice([-1, 2])))
            case 1:
                cv2.line(paper, start, stop, colour, int(rng.integers(1, 5)))
            case _:
                cv2.rectangle(paper, start, stop, colour, int(rng.choice([-1, 2])))
    sheet[top : top + high, left : left + wide] = paper + rng.normal(0, 4, paper.shape)


def dress_sitter(seed: int, *, top_mm: float, breadth_mm: float = 400.0) -> Painted:
    """Return shoulders and chest in woven cloth below a head whose neck ends at the height `top_mm`."""
    rng = np.random.default_rng((seed, 43))
    ball = icosphere(5)
    vertices = ball.vertices_mm * np.array([breadth_mm / 2, 330.0, 130.0]) + np.array([0.0, top_mm - 300.0, -15.0])
    mesh = Mesh(vertices_mm=vertices, faces=ball.faces)
    cloth = np.clip(np.array([52, 60, 74]) + 7.0 * _grain(rng, 2)[..., None], 0, 255).astype(np.uint8)
    places = (vertices[ball.faces][..., :2] - vertices.min(0)[:2]) / np.ptp(vertices, axis=0)[:2]
    uv = np.clip(0.02 + 0.96 * places, 0, 1).astype(np.float32)
    return Painted(mesh=mesh, rgb_linear=light_of_room(mesh), uv_fraction=uv, srgb_u8=cloth)
