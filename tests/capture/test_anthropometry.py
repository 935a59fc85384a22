"""What is expected of a client's head before a photo: published numbers, and what sex and age do to them."""

import numpy as np
import pytest

from scalp.capture.shape.anthropometry import expect_circumference, read_head_measures
from scalp.capture.shape.prior import CRANIUM_MEASURES, FACE_MEASURES, read_head_prior
from scalp.domain.client import Client

NAMES = (*CRANIUM_MEASURES, *FACE_MEASURES)
OVER_FACE = np.hstack([np.eye(3), np.full((3, 2), -0.5)])


def test_measures_are_the_published_ones_of_ansur_2():
    told = read_head_measures()
    men = dict(zip(told.names, told.men_mm, strict=True))
    # Medians of the published percentiles, whole mm. [Gordon2014]
    assert [round(men[name]) for name in ("circumference", "breadth", "bizygomatic")] == [574, 154, 143]
    assert np.allclose(told.correlation_fraction, told.correlation_fraction.T)
    assert np.linalg.eigvalsh(told.correlation_fraction).min() > 0.0


def test_women_men_and_anybody_differ_as_measured():
    (women_mm, woman), (men_mm, man), (any_mm, anybody) = (
        expect_circumference(client) for client in (Client(sex="female"), Client(sex="male"), None)
    )
    assert women_mm == pytest.approx(561.1)
    assert men_mm == pytest.approx(574.4)
    assert women_mm < any_mm < men_mm
    assert woman == man < anybody


@pytest.mark.parametrize("client", [Client(sex="female"), Client(sex="male"), Client(age_years=50.0), Client(sex="male", age_years=22.0)])
def test_what_is_told_moves_the_proportions_as_measured_and_narrows_them(client):
    anybody, told, measures = read_head_prior(), read_head_prior(client), read_head_measures()
    wanted = OVER_FACE @ (measures.mean_log(NAMES, client) - measures.mean_log(NAMES))
    scores = np.linalg.lstsq(
        np.vstack([anybody.points_modes_mm.reshape(-1, anybody.modes_count), anybody.harmonics_modes_mm]),
        np.concatenate([(told.points_mean_mm - anybody.points_mean_mm).ravel(), told.harmonics_mean_mm - anybody.harmonics_mean_mm]),
        rcond=None,
    )[0]
    assert anybody.contrasts_fraction @ scores == pytest.approx(wanted, abs=1e-6)
    variances = [np.diag(one.contrasts_fraction @ one.contrasts_fraction.T) for one in (anybody, told)]
    explained = OVER_FACE @ (measures.log_covariance(NAMES) - measures.log_covariance(NAMES, client)) @ OVER_FACE.T
    assert variances[0] - variances[1] == pytest.approx(np.diag(explained), abs=1e-9)


def test_a_client_who_tells_nothing_is_anybody():
    assert read_head_prior(Client()) == read_head_prior()


def test_beyond_the_ages_measured_nothing_changes():
    assert read_head_prior(Client(age_years=90.0)).points_mean_mm == pytest.approx(read_head_prior(Client(age_years=58.0)).points_mean_mm)
