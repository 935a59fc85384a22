"""Make `scalp/tables/head-prior.csv`: a Gaussian model of face points and cranium, of the mean size, in head space.

Source of the shapes: identities of ICT-FaceKit, (c) 2020 USC Institute for Creative Technologies, MIT licence [Li2020].
Mean proportions and spread of the cranium are brought to those of ANSUR II [Gordon2014]: the model's mean is broad. Reads the identity model and the places
of the 468 face-mesh points on it; writes only the statistics. Run: python scripts/build_head_prior.py ../shared/data/heads/ict
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from scalp.capture.shape.anthropometry import HeadMeasures, read_head_measures
from scalp.capture.shape.cranium import Ellipsoid
from scalp.geometry.alignment import align
from scalp.geometry.harmonics import degrees, harmonics

Array = npt.NDArray[np.float64]
OUT = Path(__file__).parents[1] / "scalp" / "tables" / "head-prior.csv"
DEGREE, IDENTITIES_COUNT, MODES_COUNT, SEED = 8, 800, 45, 20

# Places on the ICT mesh, found by eye; the right side is the mirror image of the left.
LEFT_TRAGION, LEFT_EAR_TOP = 7328, 8438
EAR_CENTRE_Y_MM, EAR_CENTRE_Z_MM, EAR_HALF_Y_MM, EAR_HALF_Z_MM = 7.0, 2.0, 36.0, 28.0

# fmt: off
MESH_POINTS = (
    10, 109, 67, 103, 54, 21, 162, 338, 297, 332, 284, 251, 389,             # upper rim of the mesh, on the forehead
    151, 108, 69, 104, 68, 337, 299, 333, 298, 9, 8,                         # forehead
    70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285,  # brows
    33, 133, 263, 362, 130, 359, 243, 463, 226, 446, 145, 374, 230, 450, 119, 348,                # eyes
    168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 98, 327, 129, 358, 48, 278, 64, 294, 122, 351, 193, 417, 188, 412,  # nose
    116, 345, 117, 346, 50, 280, 205, 425, 123, 352, 101, 330, 36, 266, 227, 137, 366 - 20, 376, 147, 187, 411,  # cheeks
    61, 291, 0, 17, 13, 14, 37, 267, 164, 18, 200, 199, 175, 152, 148, 377,  # mouth and chin
    93, 172, 397, 136, 365, 150, 379, 215, 435,                              # jaw
)
# fmt: on

MEASURES = ("length", "breadth", "tragion_vertex", "bizygomatic", "menton_sellion")
"""ANSUR's measures that are taken on the model too, in this order; their numbers are in `scalp/tables/head-measures.csv`."""
CONTRAST = np.hstack([np.eye(3), np.full((3, 2), -0.5)])
"""Logarithms of length, breadth and height of the cranium over the size of the face: what the widening is made for."""


@dataclass(frozen=True)
class Source:
    """The identity model in mm and the places on it."""

    mean: Array
    components: Array
    triangles: Array
    places: dict[str, tuple[npt.NDArray[np.int64], Array]]
    cranium: npt.NDArray[np.int64]
    weights: Array

    def points(self, shape: Array) -> Array:
        """Return all named places of a shape, (K, 3)."""
        return np.array([weight @ shape[corners] for corners, weight in self.places.values()])


def read_source(folder: Path) -> Source:
    """Read the identity model; choose its points and the vertices of the cranium."""
    model, embedding = np.load(folder / "facekit-head-pca.npz"), np.load(folder / "landmark468-embedding.npz")
    mean, components = model["V0"].astype(float) * 10, model["P"].astype(float) * 10
    quads = model["Q"]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    places: dict[str, tuple[npt.NDArray[np.int64], Array]] = {}
    for index in dict.fromkeys(MESH_POINTS):
        if embedding["T"][index] >= 0:
            places[f"mesh_{index}"] = (embedding["F"][embedding["T"][index]], embedding["b"][index])
    for name, vertex in _hand_places(mean).items():
        places[name] = (np.array([vertex]), np.ones(1))
    cranium, weights = _cranium_vertices(mean, triangles)
    return Source(mean, components, triangles, places, cranium, weights)


def _mirrored(mean: Array, vertex: int) -> int:
    """Return the vertex on the other side."""
    return int(np.argmin(((mean - mean[vertex] * [-1, 1, 1]) ** 2).sum(1)))


def _hand_places(mean: Array) -> dict[str, int]:
    """Return the vertices of the points that the face mesh does not have."""
    behind = np.flatnonzero((np.abs(mean[:, 0]) < 4) & (mean[:, 2] < 0))
    inion_mm = mean[LEFT_TRAGION, 1] + 8.0
    return {
        "left_tragion": LEFT_TRAGION,
        "right_tragion": _mirrored(mean, LEFT_TRAGION),
        "left_ear_top": LEFT_EAR_TOP,
        "right_ear_top": _mirrored(mean, LEFT_EAR_TOP),
        "vertex": int(np.argmax(mean[:, 1] - 10 * (np.abs(mean[:, 0]) > 6))),
        "inion": int(behind[np.argmin(np.abs(mean[behind, 1] - inion_mm))]),
    }


def _cranium_vertices(mean: Array, triangles: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Choose the vertices the radius is fitted to: full weight above brow, ears and nape, little on face and neck."""
    normals = np.zeros_like(mean)
    crosses = np.cross(mean[triangles[:, 1]] - mean[triangles[:, 0]], mean[triangles[:, 2]] - mean[triangles[:, 0]])
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], crosses)
    areas = np.linalg.norm(normals, axis=1) + 1e-9
    rays = mean - [0.0, 50.0, 8.0]
    facing = np.einsum("vd,vd->v", normals / areas[:, None], rays / np.linalg.norm(rays, axis=1, keepdims=True))
    x, y, z = mean.T
    ear = (np.abs(x) > 58) & (((y - EAR_CENTRE_Y_MM) / EAR_HALF_Y_MM) ** 2 + ((z - EAR_CENTRE_Z_MM) / EAR_HALF_Z_MM) ** 2 < 1)
    # The border falls from the brow to the nape below the occiput.
    above = y - np.interp(z, [-75.0, 0.0, 80.0, 105.0], [-30.0, -10.0, 30.0, 50.0])
    weights = np.clip((above + 8) / 8, 0.03, 1.0)
    keep = ~ear & (facing > 0.25) & (y > -75)
    return np.flatnonzero(keep), (weights * areas / areas[keep].mean())[keep]


def fit_ellipsoid(points: Array, weights: Array) -> Ellipsoid:
    """Fit the pitched ellipsoid, symmetric left to right, to the cranium of the mean head."""

    def misfit(numbers: Array) -> Array:
        shape = Ellipsoid(centre_mm=np.array([0.0, *numbers[:2]]), half_axes_mm=numbers[2:5], pitch_rad=float(numbers[5]))
        rays = points - shape.centre_mm
        lengths = np.linalg.norm(rays, axis=1)
        return np.asarray((lengths - shape.radii_mm(rays / lengths[:, None])) * np.sqrt(weights))

    found = least_squares(misfit, [40.0, 0.0, 80.0, 90.0, 95.0, 0.2], loss="soft_l1").x
    if not abs(found[5]) < np.pi / 4:
        raise SystemExit("the ellipsoid fell over: look at the weights of the cranium")
    return Ellipsoid(centre_mm=np.array([0.0, *found[:2]]), half_axes_mm=found[2:5], pitch_rad=float(found[5]))


def fit_harmonics(points: Array, weights: Array, base: Ellipsoid) -> Array:
    """Return the harmonics of the radius beyond the ellipsoid, with a light pull to smoothness where nothing is seen."""
    rays = points - base.centre_mm
    lengths = np.linalg.norm(rays, axis=1)
    directions = rays / lengths[:, None]
    basis = harmonics(directions, DEGREE)
    smooth = 0.02 * (1 + degrees(DEGREE)) ** 2
    normal = (basis * weights[:, None]).T @ basis + np.diag(smooth)
    return np.asarray(np.linalg.solve(normal, basis.T @ (weights * (lengths - base.radii_mm(directions)))))


def measured(source: Source, shape: Array) -> Array:
    """Return the logarithms of the five ANSUR measures of a shape."""
    points = dict(zip(source.places, source.points(shape), strict=True))
    cranium = shape[source.cranium[source.weights > 0.2]]
    glabella = points["mesh_9"]
    tragion = (points["left_tragion"] + points["right_tragion"]) / 2
    back = cranium[(np.abs(cranium[:, 0]) < 8) & (cranium[:, 2] < tragion[2])]
    return np.log(
        [
            np.linalg.norm(back - glabella, axis=1).max(),
            np.ptp(cranium[:, 0]),
            cranium[:, 1].max() - tragion[1],
            np.linalg.norm(points["mesh_116"] - points["mesh_345"]),
            np.linalg.norm(points["mesh_168"] - points["mesh_152"]),
        ]
    )


def stretched(source: Source, shape: Array, axis: int, fraction: float) -> Array:
    """Stretch the cranium of a shape along an axis away from the face: back (2), wide (0) or high (1)."""
    glabella = source.points(shape)[list(source.places).index("mesh_9")]
    tragion_y = shape[LEFT_TRAGION, 1]
    rise = np.clip((shape[:, 1] - tragion_y + 15) / 45, 0, 1)
    weight = rise * rise * (3 - 2 * rise)
    if axis == 2:
        # The face stays where it is: nothing in front of the ears below the brow moves back.
        front = np.clip((shape[:, 2] - 20) / 60, 0, 1) * np.clip((glabella[1] + 15 - shape[:, 1]) / 30, 0, 1)
        weight *= 1 - front
    anchor = np.array([0.0, tragion_y + 15.0, glabella[2]])[axis]
    moved = shape.copy()
    moved[:, axis] += fraction * weight * (shape[:, axis] - anchor)
    return moved


def reproportioned(source: Source, told: HeadMeasures) -> dict[int, float]:
    """Return the stretches, by axis, that bring the mean head to ANSUR's length, breadth and height over each other."""
    stretches = dict.fromkeys((2, 0, 1), 0.0)
    goal = told.mean_log(MEASURES)
    for _ in range(4):
        shape = proportioned(source, source.mean, stretches)
        length, breadth, height = measured(source, shape)[:3]
        narrow = goal[0] - goal[1] - (length - breadth)
        stretches[2] += narrow / 2
        stretches[0] -= narrow / 2
        stretches[1] += goal[2] - (goal[0] + goal[1]) / 2 - (height - (length + breadth) / 2)
    print("stretches to ANSUR's proportions, by axis:", stretches)
    return stretches


def proportioned(source: Source, shape: Array, stretches: dict[int, float]) -> Array:
    """Apply stretches to a shape."""
    for axis, fraction in stretches.items():
        shape = stretched(source, shape, axis, fraction)
    return shape


def widening(logs: Array, sides: Array, told: HeadMeasures) -> Array:
    """Return (3, 3): columns are stretches (length, breadth, height) that lift the model's proportions to ANSUR's.

    `sides` is what the stretches do to the measures.
    """
    target = CONTRAST @ told.log_covariance(MEASURES) @ CONTRAST.T
    model = CONTRAST @ np.cov(logs.T) @ CONTRAST.T
    sizes, axes = np.linalg.eigh(target - model)
    print("SD of cranium to face, %: ANSUR", 100 * np.sqrt(np.diag(target)), "ICT", 100 * np.sqrt(np.diag(model)))
    return np.asarray(np.linalg.solve(CONTRAST @ sides, axes * np.sqrt(np.maximum(sizes, 0.01**2))))


def build(folder: Path) -> tuple[list[str], Array, Array, Ellipsoid]:
    """Return row names, (rows, 1 + modes) mean and modes, (rows,) leftover SD, and the ellipsoid."""
    source = read_source(folder)
    rng = np.random.default_rng(SEED)
    tragi = source.mean[[LEFT_TRAGION, _mirrored(source.mean, LEFT_TRAGION)]].mean(0)
    told = read_head_measures()
    stretches = reproportioned(source, told)
    mean = proportioned(source, source.mean, stretches) - tragi
    every = source.cranium[source.weights > 0.5][::6]
    spot = lambda shape: np.vstack([source.points(shape), shape[every]])  # noqa: E731 - one use
    upper = source.weights > 0.3
    base = fit_ellipsoid(mean[source.cranium[upper]], source.weights[upper])
    describe = lambda shape: np.concatenate(  # noqa: E731 - one use
        [source.points(shape).ravel(), fit_harmonics(shape[source.cranium], source.weights, base)]
    )
    rows, logs = [], []
    for _ in range(IDENTITIES_COUNT):
        shape = source.mean + np.tensordot(rng.standard_normal(len(source.components)), source.components, 1)
        shape = proportioned(source, shape, stretches)
        logs.append(measured(source, shape))
        laid = align(spot(shape), spot(mean))
        rows.append(describe(laid.apply(shape)))
    names, table, leftover, scores = reduce_rows(list(source.places), np.array(rows))
    middle = describe(mean)
    bend = np.array([describe(stretched(source, mean, axis, 0.02)) - middle for axis in (2, 0, 1)]).T / 0.02
    sides = np.array([measured(source, stretched(source, mean, axis, 0.02)) - measured(source, mean) for axis in (2, 0, 1)]).T / 0.02
    wide = widening(np.array(logs), sides, told)
    contrasts = np.hstack([CONTRAST @ (np.array(logs) - np.mean(logs, axis=0)).T @ scores / len(rows), CONTRAST @ sides @ wide])
    lines = np.column_stack([np.zeros(3), contrasts])
    names += [f"contrast {name}" for name in MEASURES[:3]]
    return names, np.vstack([np.hstack([table, bend @ wide]), lines]), np.append(leftover, np.zeros(3)), base


def reduce_rows(points: list[str], rows: Array) -> tuple[list[str], Array, Array, Array]:
    """Return names, mean with principal modes, what the modes leave out, and the scores, of (N, rows) samples."""
    balance = np.concatenate([np.full(3 * len(points), len(points) ** -0.5), np.full((DEGREE + 1) ** 2, (4 * np.pi) ** -0.5)])
    middle = rows.mean(0)
    _, sizes, axes = np.linalg.svd((rows - middle) * balance, full_matrices=False)
    modes = (axes[:MODES_COUNT] * sizes[:MODES_COUNT, None] / np.sqrt(len(rows) - 1)).T / balance[:, None]
    rest = (rows - middle) - ((rows - middle) * balance) @ axes[:MODES_COUNT].T @ axes[:MODES_COUNT] / balance
    names = [f"{name} {axis}" for name in points for axis in "xyz"]
    names += [f"harmonic {degree} {order}" for degree in range(DEGREE + 1) for order in range(-degree, degree + 1)]
    scores = ((rows - middle) * balance) @ axes[:MODES_COUNT].T / sizes[:MODES_COUNT] * np.sqrt(len(rows) - 1)
    return names, np.column_stack([middle, modes]), rest.std(0), scores


def _short(number: float, digits_count: int) -> str:
    """Write a number without idle zeros."""
    return f"{number + 0.0:.{digits_count}f}".rstrip("0").rstrip(".").replace("-0.", "-.").strip() or "0"


def write(names: list[str], table: Array, leftover: Array, base: Ellipsoid) -> None:
    """Write the table with its credit."""
    with OUT.open("w", newline="", encoding="utf-8") as file:
        file.write("# Face points and cranium of adults as a Gaussian model, mm in head space, at the size of the mean ICT head.\n")
        file.write("# Computed by scripts/build_head_prior.py from ICT-FaceKit identities, (c) 2020 USC Institute for Creative\n")
        file.write(
            "# Technologies, MIT licence; mean proportions and their spread brought to ANSUR II, with what each mode does to the logarithm of cranium over face (contrast). Columns: mean, SD left out by the modes, modes (1 SD each).\n"
        )
        numbers = [*base.centre_mm, *base.half_axes_mm, base.pitch_rad]
        file.write("# ellipsoid centre_mm (3), half_axes_mm (3), pitch_rad: " + " ".join(f"{number:.4f}" for number in numbers) + "\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["row", "mean_mm", "leftover_sd_mm", *[f"mode_{index}" for index in range(table.shape[1] - 1)]])
        for name, numbers_of_row, rest in zip(names, table, leftover, strict=True):
            digits = 6 if name.startswith("contrast") else 3
            out.writerow([name, *[_short(number, digits) for number in (numbers_of_row[0], rest, *numbers_of_row[1:])]])


if __name__ == "__main__":
    write(*build(Path(sys.argv[1])))
