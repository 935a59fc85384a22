"""Neighbour lists against every pair, and cells against the points they hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import FloatArray
from scalp.placement.cells import sort_into_cells
from scalp.placement.neighbours import Neighbours, find_neighbours, find_neighbours_in_cells


def every_pair(points_mm: FloatArray, normals: FloatArray, reach_mm: FloatArray) -> list[set[int]]:
    """Who lies within whose reach and faces the same way, the slow way."""
    gaps_mm = np.linalg.norm(points_mm[:, None] - points_mm[None], axis=2)
    near = (gaps_mm < reach_mm[:, None]) & (normals @ normals.T > 0.0)
    np.fill_diagonal(near, val=False)
    return [set(np.flatnonzero(row)) for row in near]


def listed(near: Neighbours) -> list[set[int]]:
    """The lists as sets, each without repeats."""
    lists = [near.other[first:beyond].tolist() for first, beyond in zip(near.start, near.start[1:], strict=False)]
    assert all(len(set(one)) == len(one) for one in lists)
    return [set(one) for one in lists]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 400), spread_mm=st.sampled_from([3.0, 40.0, 400.0]))
def test_lists_hold_just_those_within_reach_that_face_the_same_way(seed: int, count: int, spread_mm: float) -> None:
    rng = np.random.default_rng(seed)
    points_mm = rng.uniform(-spread_mm, spread_mm, (count, 3))
    points_mm[count // 2 :] = points_mm[: count - count // 2] + rng.normal(0.0, 1.0, (count - count // 2, 3))
    normals = rng.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    reach_mm = rng.uniform(0.5, 3.0, count)
    surely, possibly = (every_pair(points_mm, normals, reach_mm + rounding_mm) for rounding_mm in (-1e-3, 1e-3))
    for must, here, may in zip(surely, listed(find_neighbours(points_mm, normals, reach_mm)), possibly, strict=True):
        assert must <= here <= may


def test_two_sides_of_a_thin_sheet_do_not_see_each_other() -> None:
    rng = np.random.default_rng(1)
    points_mm = np.column_stack([rng.uniform(0.0, 20.0, (1200, 2)), np.repeat([0.0, 0.1], 600)])
    normals = np.repeat([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]], 600, axis=0)
    near = find_neighbours(points_mm, normals, np.full(1200, 1.5))
    assert listed(near) == every_pair(points_mm, normals, np.full(1200, 1.5))
    owner = np.repeat(np.arange(1200), np.diff(near.start))
    assert ((owner < 600) == (near.other < 600)).all()


def test_lists_in_the_order_of_cells_say_the_same() -> None:
    rng = np.random.default_rng(2)
    points_mm = np.column_stack([rng.uniform(0.0, 30.0, (1500, 2)), np.zeros(1500)])
    normals, reach_mm = np.tile([0.0, 0.0, 1.0], (1500, 1)), rng.uniform(0.8, 1.6, 1500)
    order, near = find_neighbours_in_cells(points_mm, normals, reach_mm)
    by_point = every_pair(points_mm, normals, reach_mm)
    assert sorted(order) == list(range(1500))
    assert [{int(order[j]) for j in one} for one in listed(near)] == [by_point[i] for i in order]


@pytest.mark.parametrize("cell_mm", [0.01, 0.7, 50.0])
def test_every_point_is_in_one_cell_and_its_neighbours_in_those_around(cell_mm: float) -> None:
    rng = np.random.default_rng(3)
    points_mm, normals, reach_mm = rng.normal(0.0, 3.0, (3000, 3)), np.tile([1.0, 0.0, 0.0], (3000, 1)), np.full(3000, 0.6)
    if cell_mm < 0.1:
        reach_mm[:] = 0.02
    cells = sort_into_cells(points_mm, normals, reach_mm, cell_mm)
    assert sorted(cells.order) == list(range(3000))
    for c in rng.integers(0, len(cells.first) - 1, 40):
        around = cells.around[cells.around_start[c] : cells.around_start[c + 1]]
        held = set(np.concatenate([cells.order[cells.first[m] : cells.first[m + 1]] for m in around]))
        for i in cells.order[cells.first[c] : cells.first[c + 1]]:
            assert set(np.flatnonzero(np.linalg.norm(points_mm - points_mm[i], axis=1) < reach_mm[i])) <= held
