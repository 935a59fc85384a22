"""Claims about the placed edge of a drawn hairline: no row, no mirror image, full-size marks, single ones ahead, undulation.

Marks are looked at in a flat strip: along the line and behind it, both in mm, by angles around the middle of the cranium.
"""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.designing import propose_design
from scalp.domain.design import Design, Wishes
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.geometry.sections import polar_of
from scalp.placement import place_impressions
from tests.makers import CENTRE_MM, make_head
from tests.placement.scenes import count_meant, places, plan_of

SEEDS = (1, 2)
HALF_MM = 48.0
"""How far from the middle the strip reaches: the frontal line, without the temples."""
BIN_MM = 2.4
"""About one and a half spacings at the edge."""


@cache
def treated(seed: int) -> tuple[Head, Design, Impressions]:
    """A natural treatment of the whole analytic head."""
    head = make_head()
    design = propose_design(head, Wishes(seed=seed))
    return head, design, place_impressions(plan_of(design, count_meant(head, design)), design, head, seed=seed)


def strip(seed: int, chosen: np.ndarray | None = None) -> tuple[FloatArray, FloatArray]:
    """Marks within the strip: along the drawn line from the middle, and behind it (below 0: ahead), mm."""
    head, design, impressions = treated(seed)
    points_mm = places(head, impressions if chosen is None else impressions.where(chosen))
    azimuth_rad, polar_rad = polar_of(points_mm, CENTRE_MM)
    line_azimuth_rad, line_polar_rad = polar_of(design.hairline.points_mm, CENTRE_MM)
    order = np.argsort(line_azimuth_rad)
    line_mm = np.linalg.norm(design.hairline.points_mm - CENTRE_MM, axis=1)
    radius_mm = np.interp(azimuth_rad, line_azimuth_rad[order], line_mm[order])
    edge_rad = np.interp(azimuth_rad, line_azimuth_rad[order], line_polar_rad[order])
    along_mm, behind_mm = azimuth_rad * radius_mm * np.sin(edge_rad), (edge_rad - polar_rad) * radius_mm
    within = (np.abs(along_mm) < HALF_MM) & (behind_mm > -8.0) & (behind_mm < 25.0)
    return along_mm[within], behind_mm[within]


def foremost_mm(along_mm: FloatArray, behind_mm: FloatArray) -> FloatArray:
    """How far behind the drawn line the foremost mark of each bin lies."""
    number = ((along_mm + HALF_MM) / BIN_MM).astype(int)
    return np.array([behind_mm[number == each].min() for each in range(int(2 * HALF_MM / BIN_MM))])


def edge_spacing_mm(behind_mm: FloatArray) -> float:
    """The mean spacing in the first two millimetres behind the line."""
    first = ((behind_mm > 0) & (behind_mm < 2)).sum()
    return float(np.sqrt(2 * HALF_MM * 2 / first))


def row_power(behind_mm: FloatArray, spacing_mm: float) -> float:
    """The strongest periodicity of depths behind the line, at half to one and a half spacings apart: 1 on average by chance."""
    near_mm = behind_mm[(behind_mm > -1) & (behind_mm < 5)]
    cycles_per_mm = np.linspace(0.6, 1.6, 41) / spacing_mm
    return float((np.abs(np.exp(2j * np.pi * cycles_per_mm[:, None] * near_mm).sum(1)) ** 2 / len(near_mm)).max())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_edge_shows_no_row(seed: int) -> None:
    """Depths behind the drawn line have no period (41 periods, one in ten thousand: 13), and the foremost marks scatter.

    They stand half a spacing or more (one standard deviation, told by quartiles) off the line; a row would stand within a
    fifth. Where every second mark of the first two spacings is moved onto three rows, the same measure finds them.
    """
    along_mm, behind_mm = strip(seed)
    spacing_mm = edge_spacing_mm(behind_mm)
    assert row_power(behind_mm, spacing_mm) < 13
    quartiles_mm = np.quantile(foremost_mm(along_mm, behind_mm), [0.25, 0.75])
    assert (quartiles_mm[1] - quartiles_mm[0]) / 1.35 >= 0.5 * spacing_mm
    rowed_mm = behind_mm.copy()
    moved = np.flatnonzero((behind_mm > -1) & (behind_mm < 5))[::2]
    rowed_mm[moved] = spacing_mm * np.round(rowed_mm[moved] / spacing_mm)
    assert row_power(rowed_mm, spacing_mm) > 26


@pytest.mark.parametrize("seed", SEEDS)
def test_left_and_right_are_no_mirror_images(seed: int) -> None:
    """Mirrored marks of one side meet marks of the other as often as chance has it, and the sides' edges differ.

    Chance of a mark within 0.3 mm is 1 - exp(-pi 0.09 density); four standard errors are allowed. The edges, smoothed over
    12 mm, differ by 0.4 mm or more (root mean square).
    """
    along_mm, behind_mm = strip(seed)
    front = (behind_mm > 0) & (behind_mm < 10)
    left = np.column_stack([along_mm, behind_mm])[front & (along_mm > 0)]
    right = np.column_stack([-along_mm, behind_mm])[front & (along_mm < 0)]
    chance = 1 - np.exp(-np.pi * 0.3**2 * len(right) / (HALF_MM * 10))
    met = (cKDTree(right).query(left)[0] < 0.3).mean()
    assert met <= chance + 4 * np.sqrt(chance * (1 - chance) / len(left))
    profile_mm = edge_level_mm(seed)
    assert np.sqrt(np.mean((profile_mm - profile_mm[::-1]) ** 2)) >= 0.4


def edge_level_mm(seed: int) -> FloatArray:
    """How high the placed edge stands over the smooth arch of the forehead, by bins, smoothed over 12 mm."""
    head, design, impressions = treated(seed)
    azimuth_rad, polar_rad = polar_of(places(head, impressions), CENTRE_MM)
    middle_mm = float(np.linalg.norm(design.hairline.points_mm - CENTRE_MM, axis=1).mean())
    edges_rad = np.linspace(-0.55, 0.55, 47)
    number = np.digitize(azimuth_rad, edges_rad)
    level_mm = np.array([np.sort(-polar_rad[number == each])[:3][-1] for each in range(1, len(edges_rad))]) * middle_mm
    middles = (edges_rad[1:] + edges_rad[:-1]) / 2
    arch_mm = np.polynomial.Polynomial.fit(middles, level_mm, 4)(middles)
    return np.convolve(level_mm - arch_mm, np.ones(5) / 5, mode="valid")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_edge_undulates_by_millimetres_over_centimetres(seed: int) -> None:
    """Smoothed over 12 mm the placed edge still rises and falls about its arch, by 1 to 8 mm from crest to trough. (D, smp 2.2)"""
    profile_mm = edge_level_mm(seed)
    assert 1.0 <= np.ptp(profile_mm) <= 8.0


@pytest.mark.parametrize("seed", SEEDS)
def test_single_marks_of_full_size_stand_ahead(seed: int) -> None:
    """3 to 25 marks stand 1 to 5 mm ahead of the line over 96 mm, singly, most without another within a millimetre."""
    along_mm, behind_mm = strip(seed)
    ahead = (behind_mm < -1) & (behind_mm > -5)
    assert 3 <= ahead.sum() <= 25
    flat = np.column_stack([along_mm, behind_mm])
    assert (cKDTree(flat).query(flat[ahead], 2)[0][:, 1] > 1.0).mean() >= 0.6


def test_marks_at_the_very_edge_are_of_full_size_and_shade() -> None:
    """Within 2 mm of the line, and ahead of it, both seeds together: width and pigment as elsewhere, within 3.5 standard errors."""
    for column, cv in (("deposit_diameter_mm", 0.20), ("concentration_mg_per_ml", 0.12)):
        edge, everywhere = [], []
        for seed in SEEDS:
            head, design, impressions = treated(seed)
            line = cKDTree(design.hairline.points_mm)
            near = line.query(places(head, impressions))[0] < 2.0
            edge.append(getattr(impressions, column)[near])
            everywhere.append(getattr(impressions, column)[~near])
        own, rest = np.concatenate(edge), np.concatenate(everywhere)
        assert len(own) > 300
        assert own.mean() == pytest.approx(rest.mean(), rel=3.5 * cv / np.sqrt(len(own)))
