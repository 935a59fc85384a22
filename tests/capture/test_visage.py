"""The face part of the surface: through the model's points in front, nothing at all over the scalp."""

import numpy as np
import pytest

from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.capture.shape.visage import raise_face
from scalp.geometry.meshes import icosphere


def face_of(prior: HeadPrior, seed: int) -> tuple[np.ndarray, Cranium]:
    """Return the points and the skull of a random head."""
    scores = np.random.default_rng(seed).standard_normal(prior.modes_count)
    skull = Cranium(base=prior.base, coefficients_mm=prior.harmonics_mean_mm + prior.harmonics_modes_mm @ scores)
    return prior.points_mean_mm + prior.points_modes_mm @ scores, skull


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_nose_stands_where_the_model_has_it_and_the_scalp_is_the_skull_s_own(seed):
    prior = read_head_prior()
    places, skull = face_of(prior, seed)
    tip = places[prior.index("nose_tip")] - prior.base.centre_mm
    ray = (tip / np.linalg.norm(tip))[None]
    reached_mm = skull.radii_mm(ray) + raise_face(prior, places, skull, ray)
    assert reached_mm[0] == pytest.approx(np.linalg.norm(tip), abs=1.0)
    directions = icosphere(4).vertices_mm
    raised = raise_face(prior, places, skull, directions)
    upper = skull.points_mm(directions)[:, 1] > places[prior.index("glabella")][1] + 17.0
    behind = directions[:, 2] < 0.0
    assert not raised[upper | behind].any()
    assert raised.max() > 12.0
