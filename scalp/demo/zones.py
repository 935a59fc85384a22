"""Where on the bust skin is redder, darker, oilier or hairier, where hair grows and which way: one number a vertex.

Anatomy and its habits only; colours are `complexion`'s and light `lighting`'s.
"""

from typing import NamedTuple

import numpy as np

from scalp.base import FloatArray
from scalp.demo.person import Person
from scalp.domain.sighting import POINT_NAMES

FRINGE_PER_CM2 = 190.0
"""Hairs of the fringe that pattern loss leaves. [Birnbaum2017]"""
TOP_PER_CM2 = 26.0
"""Fine hairs left on top, a wide spread between men. (E)"""
BEARD_PER_CM2 = 62.0
BROW_PER_CM2 = 300.0


class Zones(NamedTuple):
    """Columns (V,) of 0..1 fractions, and densities of hair (V,) in hairs a cm2."""

    red: FloatArray
    dark: FloatArray
    oil: FloatArray
    lips: FloatArray
    furrow: FloatArray
    fringe_per_cm2: FloatArray
    top_per_cm2: FloatArray
    beard_per_cm2: FloatArray
    brow_per_cm2: FloatArray
    scalp: FloatArray
    """1 on scalp and forehead, where impressions may be seen."""


def smoothstep(low: float, high: float, number: FloatArray) -> FloatArray:
    """Return 0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((number - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def _blob(places_mm: FloatArray, middle_mm: FloatArray, reach_mm: tuple[float, float, float]) -> FloatArray:
    """Return a Gaussian about a point, with its own reach along x, y and z."""
    return np.asarray(np.exp(-(((places_mm - middle_mm) / np.array(reach_mm)) ** 2).sum(axis=1)))


def brow_line(x_mm: FloatArray, glabella_y_mm: float, side: float) -> tuple[FloatArray, FloatArray]:
    """Return the height of the middle of a brow and its half-width over |x|; the left one (side 1) sits higher."""
    height = np.interp(x_mm, [8.0, 16.0, 30.0, 41.0, 50.0, 57.0], np.array([-4.6, -3.2, -1.0, -0.2, -2.6, -6.6]) + 0.5 * side)
    half = np.interp(x_mm, [8.0, 12.0, 20.0, 34.0, 46.0, 57.0], [2.4, 5.4, 6.0, 5.2, 3.6, 1.0])
    return np.asarray(glabella_y_mm + height), np.asarray(half)


def mark_zones(person: Person) -> Zones:
    """Return the zones of a man with pattern loss of about Norwood 5-6: a bare top, a shaven fringe, a shaven beard. [Norwood1975]"""
    at = dict(zip(POINT_NAMES, person.points_mm, strict=True))
    places = person.vertices_mm
    fringe, top = _scalp_hair(places, at)
    scalp = _is_scalp(places, at)
    ears = person.ears_fraction
    return Zones(
        red=_redness(places, at, ears),
        dark=_darkness(places, at, person),
        oil=_oil(places, at),
        lips=person.lips_fraction,
        furrow=_blob(places, at["glabella"] + np.array([0.0, 32.0, -8.0]), (52.0, 24.0, 40.0)),
        fringe_per_cm2=FRINGE_PER_CM2 * fringe * (1.0 - ears),
        top_per_cm2=TOP_PER_CM2 * top * (1.0 - ears),
        beard_per_cm2=BEARD_PER_CM2 * _beard(places, at, person) * (1.0 - ears),
        brow_per_cm2=BROW_PER_CM2 * _brows(places, at),
        scalp=scalp * (1.0 - smoothstep(0.2, 0.5, ears)),
    )


def _redness(places: FloatArray, at: dict[str, FloatArray], ears: FloatArray) -> FloatArray:
    """Return where skin carries more blood: nose, cheeks, ears, chin, eyelids, neck."""
    red = 0.95 * _blob(places, at["nose_tip"] + np.array([0.0, 2.0, -6.0]), (15.0, 13.0, 16.0))
    for side in ("left", "right"):
        sign = 1.0 if side == "left" else -1.0
        red += 0.55 * _blob(places, at[f"{side}_cheilion"] + np.array([16.0 * sign, 26.0, -8.0]), (19.0, 17.0, 30.0))
        red += 0.40 * _blob(places, at[f"{side}_outer_canthus"] * np.array([0.72, 1.0, 1.0]) + np.array([0.0, 3.0, 2.0]), (16.0, 6.0, 14.0))
        red += 0.35 * _blob(places, at[f"{side}_inner_canthus"] + np.array([0.0, -3.0, 2.0]), (5.0, 6.0, 8.0))
    red += 0.30 * _blob(places, at["menton"] + np.array([0.0, 16.0, 4.0]), (18.0, 12.0, 20.0))
    red += 0.40 * smoothstep(-95.0, -140.0, places[:, 1])
    return np.asarray(np.clip(red + 0.75 * ears, 0.0, 1.0))


def _darkness(places: FloatArray, at: dict[str, FloatArray], person: Person) -> FloatArray:
    """Return where skin is thinner or browner: under the eyes, the folds by the nose, the eyelids, the temples."""
    dark = np.zeros(len(places))
    for side, eye in zip(("left", "right"), person.eyes_mm, strict=True):
        sign = 1.0 if side == "left" else -1.0
        dark += 0.60 * _blob(places, eye + np.array([-5.0 * sign, -13.5, 12.0]), (13.0, 5.5, 20.0))
        dark += 0.22 * _blob(places, eye + np.array([-1.0 * sign, 7.0, 12.0]), (17.0, 5.0, 20.0))
        dark += 0.35 * _blob(places, at[f"{side}_cheilion"] + np.array([4.0 * sign, 8.0, 0.0]), (5.0, 16.0, 14.0))
    return np.asarray(np.clip(dark, 0.0, 1.0))


def _oil(places: FloatArray, at: dict[str, FloatArray]) -> FloatArray:
    """Return how oily skin is: forehead, nose and bare scalp most."""
    scalp = smoothstep(at["glabella"][1] + 12.0, at["glabella"][1] + 50.0, places[:, 1])
    oil = 0.35 + 0.35 * scalp + 0.45 * _blob(places, at["nose_tip"] + np.array([0.0, 10.0, -4.0]), (12.0, 26.0, 20.0))
    oil += 0.35 * _blob(places, at["glabella"] + np.array([0.0, 22.0, 0.0]), (38.0, 24.0, 30.0))
    return np.asarray(np.clip(oil, 0.0, 1.0))


def _scalp_hair(places: FloatArray, at: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the fractions of full density of the fringe and of fine hair on top.

    The fringe's upper edge runs from the temple over the ear to the back, low as in Norwood 5-6; its lower edge round
    the ears to the nape.
    """
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    waver = 1.6 * np.sin(0.11 * z + 0.7) + 1.8 * np.sin(0.23 * z + 0.09 * places[:, 0])
    edge_mm = np.interp(z, [-110.0, -80.0, -40.0, 0.0, 25.0, 40.0], [50.0, 66.0, 82.0, 84.0, 74.0, 52.0]) + waver
    upper = 1.0 - smoothstep(-15.0, 15.0, y - edge_mm)
    lower = smoothstep(
        -5.0, 7.0, y - np.interp(z, [-100.0, -70.0, -45.0, -28.0, -12.0, 10.0, 40.0], [-52.0, -46.0, -34.0, -6.0, 18.0, -2.0, 8.0])
    )
    front = 1.0 - smoothstep(-6.0, 8.0, z - np.interp(y, [-10.0, 5.0, 30.0, 50.0, 70.0], [8.0, 12.0, 26.0, 40.0, 34.0]))
    sides = smoothstep(30.0, 46.0, x + 0.9 * np.maximum(-z - 20.0, 0.0))
    fringe = upper * lower * front * sides
    hairline_mm = at["glabella"][1] + 62.0 + 0.004 * x**2
    top = smoothstep(0.0, 16.0, y - hairline_mm) * (1.0 - fringe)
    return fringe, top


def _beard(places: FloatArray, at: dict[str, FloatArray], person: Person) -> FloatArray:
    """Return the fraction of full density of the beard: upper lip, chin, jaw, throat, up to the ear."""
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    mouth_y, nose_y, chin_y = at["left_cheilion"][1], at["subnasale"][1], at["menton"][1]
    cheek_mm = np.interp(
        x,
        [0.0, 14.0, 26.0, 44.0, 58.0, 66.0, 73.0],
        [nose_y - 3.0, nose_y - 4.0, mouth_y + 6.0, mouth_y + 2.0, mouth_y + 18.0, mouth_y + 44.0, mouth_y + 78.0],
    )
    below = 1.0 - smoothstep(-9.0, 5.0, y - cheek_mm)
    throat = smoothstep(chin_y - 48.0, chin_y - 18.0, y)
    ahead = smoothstep(-6.0, 6.0, z + 0.25 * np.minimum(y + 40.0, 0.0))
    philtrum = 1.0 - 0.55 * _blob(places, np.array([0.0, (mouth_y + nose_y) / 2 + 2, z.max()]), (4.0, 9.0, 60.0))
    bare_lip_side = 1.0 - 0.6 * np.exp(-(((x - 13.0) / 6.0) ** 2) - ((y - mouth_y + 13.0) / 5.0) ** 2)
    return np.asarray(below * throat * ahead * philtrum * bare_lip_side * (1.0 - smoothstep(0.15, 0.5, person.lips_fraction)))


def _brows(places: FloatArray, at: dict[str, FloatArray]) -> FloatArray:
    """Return the fraction of full density of the brows."""
    out = np.zeros(len(places))
    for side in (1.0, -1.0):
        x = places[:, 0] * side
        line, half = brow_line(x, at["glabella"][1], side)
        across = np.abs(places[:, 1] - line) / np.maximum(half, 0.1)
        out += (1.0 - smoothstep(0.55, 1.2, across)) * smoothstep(8.0, 15.0, x) * (1.0 - smoothstep(50.0, 58.0, x)) * (places[:, 2] > 40.0)
    return out


def _is_scalp(places: FloatArray, at: dict[str, FloatArray]) -> FloatArray:
    """Return 1 on scalp and forehead: above the brows in front, above the nape behind, 0 below."""
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    floor_mm = np.interp(
        z, [-110.0, -70.0, -45.0, -28.0, -12.0, 15.0, 45.0, 80.0], [-52.0, -46.0, -34.0, -6.0, 22.0, 14.0, 26.0, at["glabella"][1] + 6.0]
    )
    return np.asarray(smoothstep(-2.0, 2.0, y - np.where(z > 0.0, np.maximum(floor_mm, 0.2 * x), floor_mm)))
