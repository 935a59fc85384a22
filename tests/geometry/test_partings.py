"""A tape over the scalp: measured one way and laid the other way, it comes to the same place."""

import numpy as np
import pytest

from scalp.base import BadInput
from scalp.geometry.partings import measure_partings, places_at_mm
from tests.makers import make_head

HEAD = make_head(subdivisions_count=5)


def test_a_tape_laid_where_it_was_measured_comes_back_to_the_place():
    partings = measure_partings(HEAD)
    above = (HEAD.surface.vertices_mm[:, 1] > 40.0) & np.isfinite(partings.along_mm) & (np.abs(partings.aside_mm) < 110.0)
    chosen = np.flatnonzero(above)[::40]
    measured = np.column_stack([partings.along_mm, partings.aside_mm])[chosen]
    assert len(chosen) > 40
    np.testing.assert_allclose(places_at_mm(HEAD, measured), HEAD.surface.vertices_mm[chosen], atol=1e-6)


def test_the_start_of_the_tape_is_the_glabella_and_left_is_plus_x():
    start, left = places_at_mm(HEAD, np.array([[0.0, 0.0], [100.0, 30.0]]))
    assert np.linalg.norm(start - HEAD.landmark("glabella")) < 1.5
    assert left[0] > 20.0


@pytest.mark.parametrize("measured", [[2000.0, 0.0], [100.0, 900.0], [-300.0, 0.0]])
def test_a_tape_longer_than_the_head_is_refused(measured):
    with pytest.raises(BadInput, match="above the ears"):
        places_at_mm(HEAD, np.array([measured]))
