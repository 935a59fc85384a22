"""How much of the light that enters bare skin comes out again, looked up.

What lives here: the table's axes, its file and its reader. It is solved without noise by `scalp.skin.doubling`;
`scripts/build_skin_reflectance.py` writes it. Which skin has which absorption is `scalp.skin.tissue`'s.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files

import numpy as np
from scipy.interpolate import NdBSpline, make_interp_spline

from scalp.base import BadTable, FloatArray

EPIDERMIS_MM = 0.08
"""Thickness of the epidermis in the table. Another thickness counts by its optical depth alone."""

SCATTERING_NODES_PER_MM: tuple[float, ...] = tuple(float(f"{node:.4g}") for node in np.geomspace(0.7, 18.0, 9))
"""Reduced scattering, the same in all layers."""
EPIDERMAL_NODES: tuple[float, ...] = tuple(float(f"{node:.4g}") for node in 0.1 * np.expm1(np.linspace(0.0, np.log1p(60.0), 11)))
"""Optical depth of the epidermis by absorption."""
PAPILLARY_NODES: tuple[float, ...] = tuple(float(f"{node:.4g}") for node in 0.02 * np.expm1(np.linspace(0.0, 3.155, 13)) ** 2)
"""Absorption of the papillary dermis against the scattering."""
RETICULAR_NODES: tuple[float, ...] = tuple(float(f"{node:.4g}") for node in 0.02 * np.expm1(np.linspace(0.13, 3.155, 13)) ** 2)
"""Absorption of the reticular dermis against the scattering."""

TABLE = files("scalp.tables") / "skin-reflectance.csv"
REBUILD = "python scripts/build_skin_reflectance.py"


def table_digest(rows: str) -> str:
    """Name the rows of a table by their text: 32 hexadecimal digits."""
    return hashlib.blake2b(rows.encode(), digest_size=16).hexdigest()


def axis_places(asked: FloatArray) -> FloatArray:
    """Return where (N, 4) scattering, epidermal depth and the two absorption ratios lie on axes on which the light bends evenly."""
    scattering_per_mm, epidermal, papillary, reticular = asked.T
    logs = [np.log(scattering_per_mm), np.log1p(epidermal / 0.1)]
    return np.column_stack([*logs, *(np.log1p(np.sqrt(ratio / 0.02)) for ratio in (papillary, reticular))])


def table_nodes() -> list[FloatArray]:
    """Return the four axes of the table: scattering per mm, epidermal depth, papillary and reticular ratio."""
    return [np.array(axis) for axis in (SCATTERING_NODES_PER_MM, EPIDERMAL_NODES, PAPILLARY_NODES, RETICULAR_NODES)]


@lru_cache(maxsize=1)
def read_table() -> FloatArray:
    """Return the shipped table (9, 11, 13, 13) of returned fractions. Raises `BadTable` where its digest is not the one it carries."""
    text = TABLE.read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    rows = text[sum(len(line) + 1 for line in comments) :]
    if f"digest {table_digest(rows)}" not in comments[-1]:
        raise BadTable("skin-reflectance.csv", "not the numbers its digest names", "the shipped table", f"Rebuild it: {REBUILD}.")
    numbers = np.loadtxt(rows.splitlines()[1:], delimiter=",")
    return np.asarray(numbers[:, 3:].reshape([len(axis) for axis in table_nodes()]))


@lru_cache(maxsize=1)
def _spline() -> tuple[NdBSpline, FloatArray, FloatArray]:
    """Return the logarithm of the table as a cubic spline over its four axes, and the corners of what it knows."""
    nodes = table_nodes()
    values = np.log(read_table())
    knots = []
    for index, axis in enumerate(nodes):
        column = np.full((len(axis), 4), 1.0)
        column[:, index] = axis
        along = make_interp_spline(axis_places(column)[:, index], np.moveaxis(values, index, 0), k=3)
        knots.append(along.t)
        values = np.moveaxis(along.c, 0, index)
    corners = [axis_places(np.array([[axis[end] for axis in nodes]]))[0] for end in (0, -1)]
    return NdBSpline(tuple(knots), np.ascontiguousarray(values), 3), *corners


def returned_fractions(
    scattering_per_mm: FloatArray, epidermal_depth_ratio: FloatArray, papillary_per_mm: FloatArray, reticular_per_mm: FloatArray
) -> FloatArray:
    """Return the part (N,) of the light that has entered straight in that leaves again through the surface.

    Three layers of one scattering and index 1.4: epidermis of this optical depth by absorption, papillary dermis of
    0.2 mm, endless reticular dermis of these absorptions. Beyond the table its nearest values are given.
    """
    ratios = (papillary_per_mm / scattering_per_mm, reticular_per_mm / scattering_per_mm)
    spline, low, high = _spline()
    places = axis_places(np.column_stack([scattering_per_mm, epidermal_depth_ratio, *ratios]))
    return np.asarray(np.exp(spline(np.clip(places, low, high))))
