"""How far heads from several photos are from true ones: the scan no prior has seen, and identities; and what seams show."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scalp.base import BadInput, NotPossible
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.marks import exchange_sides
from scalp.domain.sighting import Sighting
from scalp.io.assets import FACE_MODELS, models_folder
from tests.known_heads import HEADS, SCAN_EAR_TOP_MM, SCAN_GLABELLA_MM, identities, scan_camera, scan_mesh
from tests.known_views import (
    SCAN_POINTS_MM,
    above_ears_mm,
    clicked,
    gap_of,
    identity_places,
    identity_sightings,
    scalp_vertices,
    scan_sightings,
    seam_gaps_mm,
)

pytestmark = pytest.mark.skipif(not HEADS.exists(), reason="the folder ../shared/data/heads is not here")
BACK_NAMES = ("left_tragion", "right_tragion", "left_ear_top", "right_ear_top", "inion")
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
    sightings = tuple(replace(_scan()[number], photo=replace(_scan()[number].photo, focal_px=None)) for number in (0, 1, 2))
    head = reconstruct_together(sightings)
    gap = gap_of(head, scan_camera("front"), scalp_vertices(scan_mesh(), SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM))
    assert np.median(gap.distance_mm) < 1.0
    assert np.percentile(gap.distance_mm, 95) < 3.0


def test_a_mirrored_profile_that_passes_for_the_other_side_is_refused():
    front, left = _scan()[:2]
    wide = left.photo.width_px
    flipped = replace(left.photo, pixels=np.ascontiguousarray(left.photo.pixels[:, ::-1]))
    marks, line = (np.column_stack([wide - px[:, 0], px[:, 1]]) for px in (left.points.points_px, left.outline.points_px))
    points = exchange_sides(replace(left.points, points_px=marks))
    right = Sighting(photo=flipped, points=points, outline=replace(left.outline, points_px=line))
    with pytest.raises(BadInput, match="photo 3 that is mirrored"):
        reconstruct_together((front, left, right))


def test_the_profile_of_another_identity_is_refused_and_ones_own_is_not():
    model = identities()
    views = ("front", "left", "right")
    sightings = list(identity_sightings(model, 6, views)[1])
    assert not [doubt for doubt in reconstruct_together(tuple(sightings)).doubts if doubt.kind == "person"]
    sightings[1] = identity_sightings(model, 56, views)[1][1]
    with pytest.raises(BadInput, match="does not fit the others"):
        reconstruct_together(tuple(sightings))


def test_a_back_with_tragi_named_joins():
    points = clicked({name: np.array(at) for name, at in SCAN_POINTS_MM.items()}, BACK_NAMES, scan_camera("back"), 1)
    head = reconstruct_together((_scan()[0], replace(_scan()[3], points=points)))
    assert not [doubt for doubt in head.doubts if doubt.where.startswith("the point")]
