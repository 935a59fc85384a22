"""What is known of adult heads before a photo: face points and cranium as one Gaussian model, read from its table.

The table is made by `scripts/build_head_prior.py`; fitting the model to a photo is not done here.
"""

import csv
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np

from scalp.base import BadTable, FloatArray, Value, value
from scalp.capture.shape.anthropometry import read_head_measures
from scalp.capture.shape.cranium import Ellipsoid
from scalp.domain.client import Client
from scalp.geometry.harmonics import degrees

DEGREE = 8
POINT_OF_MESH = {
    "glabella": "mesh_9",
    "sellion": "mesh_168",
    "nose_tip": "mesh_1",
    "subnasale": "mesh_2",
    "menton": "mesh_152",
    "left_outer_canthus": "mesh_263",
    "right_outer_canthus": "mesh_33",
    "left_inner_canthus": "mesh_362",
    "right_inner_canthus": "mesh_133",
    "left_cheilion": "mesh_291",
    "right_cheilion": "mesh_61",
}
"""The face-mesh point behind each named point of the face."""


@value
class HeadPrior(Value):
    """Adults' heads as a Gaussian model, mm, in head space, at the size of the mean head. [Li2020] [Gordon2014]

    A head with mode scores a (M,), standard normal, has points `points_mean_mm + points_modes_mm @ a`, with what the
    modes leave out as `points_leftover_mm`; its cranium has the radius of `base` plus harmonics with coefficients
    `harmonics_mean_mm + harmonics_modes_mm @ a + rest`, rest independent with SD `harmonics_rest_mm`. Adults of both
    sexes; ancestry is not assumed; the modes are those of ICT-FaceKit, widened to the proportions of ANSUR II.
    """

    names: tuple[str, ...]
    points_mean_mm: FloatArray
    points_modes_mm: FloatArray
    points_leftover_mm: FloatArray
    base: Ellipsoid
    harmonics_mean_mm: FloatArray
    harmonics_modes_mm: FloatArray
    harmonics_rest_mm: FloatArray
    contrasts_fraction: FloatArray
    """(3, M): what each mode does to the logarithms of length, breadth and height of the cranium over the size of the face."""

    @property
    def modes_count(self) -> int:
        """Count the modes."""
        return int(self.points_modes_mm.shape[2])

    def index(self, name: str) -> int:
        """Return the row of a named point or a mesh point."""
        return self.names.index(POINT_OF_MESH.get(name, name))


REST_MM = 2.0
"""Freedom of the cranium beyond the modes: the SD of a coefficient of degree l is REST_MM / l, 1 mm RMS in all (D)."""


CRANIUM_MEASURES, FACE_MEASURES = ("length", "breadth", "tragion_vertex"), ("bizygomatic", "menton_sellion")


def read_head_prior(client: Client | None = None) -> HeadPrior:
    """Return the head-shape prior that ships with the engine, moved and narrowed by what a client told of sex and age.

    Both move the proportions of cranium to face as ANSUR II has them, and take from their spread what they explain;
    the exact Gaussian conditional, for all points and harmonics at once. [Gordon2014]
    """
    if client is None or (client.sex is None and client.age_years is None):
        return _table()
    return _told(client)


@cache
def _told(client: Client) -> HeadPrior:
    """Return the prior given sex, age or both."""
    prior, measures = _table(), read_head_measures()
    names = (*CRANIUM_MEASURES, *FACE_MEASURES)
    over_face = np.hstack([np.eye(3), np.full((3, 2), -0.5)])
    moved = over_face @ (measures.mean_log(names, client) - measures.mean_log(names))
    taken = over_face @ (measures.log_covariance(names) - measures.log_covariance(names, client)) @ over_face.T
    gain = np.linalg.solve(prior.contrasts_fraction @ prior.contrasts_fraction.T, prior.contrasts_fraction).T
    scores, covariance = gain @ moved, np.eye(prior.modes_count) - gain @ taken @ gain.T
    sizes, axes = np.linalg.eigh(covariance)
    root = (axes * np.sqrt(np.maximum(sizes, 0.0))) @ axes.T
    return replace(
        prior,
        points_mean_mm=prior.points_mean_mm + prior.points_modes_mm @ scores,
        points_modes_mm=prior.points_modes_mm @ root,
        harmonics_mean_mm=prior.harmonics_mean_mm + prior.harmonics_modes_mm @ scores,
        harmonics_modes_mm=prior.harmonics_modes_mm @ root,
        contrasts_fraction=prior.contrasts_fraction @ root,
    )


@cache
def _table() -> HeadPrior:
    """Read the table."""
    text = resources.files("scalp.tables").joinpath("head-prior.csv").read_text(encoding="utf-8").splitlines()
    comments = [line for line in text if line.startswith("#")]
    rows = list(csv.reader(line for line in text if not line.startswith("#")))[1:]
    table, named = np.array([[float(cell) for cell in row[1:]] for row in rows]), [row[0] for row in rows]
    kinds = np.array([name.split(" ")[0] for name in named])
    shape, contrasts, points = table[kinds == "harmonic"], table[kinds == "contrast"], table[~np.isin(kinds, ("harmonic", "contrast"))]
    if len(shape) != (DEGREE + 1) ** 2 or len(contrasts) != len(CRANIUM_MEASURES) or len(points) % 3 or not comments:
        raise BadTable("head-prior.csv", f"{len(rows)} rows", "three for each point, harmonics and contrasts", "Install again.")
    numbers = [float(word) for word in comments[-1].split(":")[1].split()]
    points = points.reshape(-1, 3, table.shape[1])
    return HeadPrior(
        names=tuple(name.rsplit(" ", 1)[0] for name in named[: 3 * len(points) : 3]),
        points_mean_mm=points[:, :, 0],
        points_modes_mm=points[:, :, 2:],
        points_leftover_mm=points[:, :, 1],
        base=Ellipsoid(centre_mm=np.array(numbers[:3]), half_axes_mm=np.array(numbers[3:6]), pitch_rad=numbers[6]),
        harmonics_mean_mm=shape[:, 0],
        harmonics_modes_mm=shape[:, 2:],
        harmonics_rest_mm=np.hypot(shape[:, 1], REST_MM / np.maximum(degrees(DEGREE), 1.0)),
        contrasts_fraction=contrasts[:, 2:],
    )
