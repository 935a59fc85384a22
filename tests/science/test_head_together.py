"""How far heads from several photos are from true ones: the scan no prior has seen, and identities; and what seams show."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.capture.several.together import reconstruct_together
from scalp.io.assets import FACE_MODELS, models_folder
from tests.known_heads import HEADS, SCAN_EAR_TOP_MM, SCAN_GLABELLA_MM, identities, scan_camera, scan_mesh
from tests.known_views import (
    above_ears_mm,
    gap_of,
    identity_places,
    identity_sightings,
    scalp_vertices,
    scan_sightings,
    seam_gaps_mm,
)

pytestmark = pytest.mark.skipif(not HEADS.exists(), reason="the folder ../shared/data/heads is not here")
FIVE = ("front", "left", "right", "back", "top")


@cache
def _scan():
    try:
        models = models_folder()
    except NotPossible:
        pytest.skip(f"the files of {FACE_MODELS} are not in the cache")
    return scan_sightings(FIVE, models)


def test_the_whole_scalp_of_the_scan_is_within_half_a_millimetre_and_seams_within_one():
    head = reconstruct_together(_scan())
    mesh = scan_mesh()
    gap = gap_of(head, scan_camera("front"), scalp_vertices(mesh, SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM))
    assert np.median(gap.distance_mm) < 0.5
    assert np.percentile(gap.distance_mm, 95) < 1.8
    above = above_ears_mm(mesh, SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM)
    cameras = [scan_camera(view) for view in FIVE]
    gaps = [seam_gaps_mm(head, mesh, cameras, pair, above) for pair in ((0, 1), (0, 2), (0, 4), (1, 3), (2, 3), (3, 4), (1, 4), (2, 4))]
    assert np.median(np.concatenate(gaps)) < 1.0
    assert max(np.median(pair) for pair in gaps) < 1.7


def test_the_scan_without_its_back_is_within_the_same_reach():
    chosen = (0, 1, 2, 4)
    head = reconstruct_together(tuple(_scan()[number] for number in chosen))
    gap = gap_of(head, scan_camera("front"), scalp_vertices(scan_mesh(), SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM))
    assert np.median(gap.distance_mm) < 1.0
    assert np.percentile(gap.distance_mm, 95) < 3.0


def test_the_whole_scalp_of_an_identity_is_within_a_millimetre():
    model = identities()
    for seed in (7,):
        truths, sightings = identity_sightings(model, seed, FIVE)
        places = identity_places(model, model.shape(seed))
        scalp = scalp_vertices(truths[0].mesh, places["glabella"], places["left_ear_top"])
        gap = gap_of(reconstruct_together(sightings), truths[0].camera, scalp)
        assert np.median(gap.distance_mm) < 1.0
        assert np.percentile(gap.distance_mm, 95) < 3.0
        assert gap.inside_fraction > 0.75


def test_a_lens_nobody_told_costs_little():
    sightings = tuple(replace(one, photo=replace(one.photo, focal_px=None)) for one in _scan())
    head = reconstruct_together(sightings)
    gap = gap_of(head, scan_camera("front"), scalp_vertices(scan_mesh(), SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM))
    assert np.median(gap.distance_mm) < 1.0
    assert np.percentile(gap.distance_mm, 95) < 3.0
