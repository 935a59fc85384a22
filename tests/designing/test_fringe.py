"""Where native hair grows at each stage of loss."""

from itertools import pairwise

import numpy as np
import pytest

from scalp.base import BadInput
from scalp.designing.anatomy import survey
from scalp.designing.fringe import native_cover
from scalp.designing.limits import behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.proposal import propose_design
from scalp.domain.design import NORWOOD_STAGES, Wishes
from scalp.domain.marks import ScalpMarks, Scar
from scalp.geometry.meshes import vertex_areas_mm2
from tests.makers import make_head

HEAD, WISHES = make_head(), Wishes()
AREA_CM2 = vertex_areas_mm2(HEAD.surface) / 100.0
COVERS = {stage: native_cover(HEAD, WISHES, stage) for stage in NORWOOD_STAGES}


def test_less_hair_is_left_at_each_later_stage():
    left_cm2 = [float(AREA_CM2 @ COVERS[stage]) for stage in ("2", "3", "4", "5", "6", "7")]
    assert all(later < 0.99 * earlier for earlier, later in pairwise(left_cm2))
    assert float(AREA_CM2 @ COVERS["3v"]) < left_cm2[1]


@pytest.mark.parametrize("stage", [*NORWOOD_STAGES, None])
def test_no_hair_grows_on_forehead_and_face(stage):
    cover = native_cover(HEAD, WISHES, stage)
    anatomy = survey(HEAD)
    behind_mm = behind_hairline_mm(anatomy, draw_line(anatomy, WISHES).drawing)
    assert cover[behind_mm < -5.0].max() == 0.0
    _, y_mm, z_mm = HEAD.surface.vertices_mm.T
    assert cover[(y_mm < -5.0) & (z_mm > 25.0)].max() == 0.0
    assert 0.0 <= cover.min() <= cover.max() <= 1.0


def test_sides_and_back_keep_full_hair_and_the_bare_top_none():
    _, y_mm, z_mm = HEAD.surface.vertices_mm.T
    at_back = (z_mm < -70.0) & (y_mm > 5.0) & (y_mm < 45.0)
    top = (y_mm > 115.0) & (z_mm < 40.0)
    for stage in ("6", "7", None):
        assert COVERS.get(stage, native_cover(HEAD, WISHES, stage))[at_back].min() > 0.95
        assert COVERS.get(stage, native_cover(HEAD, WISHES, stage))[top].max() < 0.1
    assert COVERS["2"][top].min() > 0.95


def test_treatment_and_hair_together_leave_no_bare_band_at_the_stage_that_is_treated():
    wishes = Wishes(norwood="6")
    design = propose_design(HEAD, wishes)
    together = design.density_per_cm2 / design.wishes.peak_density_per_cm2 + native_cover(HEAD, wishes, "6")
    _, y_mm, z_mm = HEAD.surface.vertices_mm.T
    behind = (z_mm < -20.0) & (y_mm > 60.0)
    assert together[behind].min() > 0.45
    later = design.density_per_cm2 / design.wishes.peak_density_per_cm2 + native_cover(HEAD, wishes, "7")
    assert later[behind].min() < 0.1, "further loss opens a band that nothing covers"


def test_an_unknown_stage_is_refused():
    with pytest.raises(BadInput, match="1, 2, 3, 3a, 3v"):
        native_cover(HEAD, WISHES, "8")


def test_native_hair_grows_in_no_scar_and_in_no_patch_and_as_thinly_as_was_told() -> None:
    head = make_head(subdivisions_count=5)
    behind = np.array([[x, 30.0, -np.sqrt(max(0.0, 1.0 - (x / 77.0) ** 2)) * 95.0] for x in np.linspace(-40.0, 40.0, 30)])
    nearest = np.argmin(np.linalg.norm(head.surface.vertices_mm[:, None] - behind[None], axis=2), axis=0)
    scar = Scar(kind="fut", path_mm=head.surface.vertices_mm[nearest], width_mm=6.0)
    whole = native_cover(head, Wishes(), "6")
    marked = native_cover(head, Wishes(), "6", marks=ScalpMarks(head_digest=head.digest, scars=(scar,), hair_fraction=0.5))
    away_mm = np.linalg.norm(head.surface.vertices_mm[:, None] - scar.path_mm[None], axis=2).min(axis=1)
    assert whole[away_mm < 1.0].min() > 0.9
    assert marked[away_mm < 1.0].max() < 0.02
    np.testing.assert_allclose(marked[away_mm > 8.0], 0.5 * whole[away_mm > 8.0])
