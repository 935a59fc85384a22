"""Claims about scars, patches, thin hair and places to keep free in a design."""

import functools

import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.designing import propose_design
from scalp.designing.markings import keep_away_of, marks_of
from scalp.designing.thinning import LUDWIG, BetweenHairs, between_hairs_per_cm2
from scalp.domain.design import LUDWIG_STAGES, ZONE_NAMES, Design, Wishes
from scalp.domain.marks import KeepAway, Patch, ScalpMarks, Scar
from scalp.domain.survey import AvoidPlace, ScalpSurvey
from scalp.geometry.curves import distance_to_curve_mm
from scalp.geometry.meshes import vertex_areas_mm2
from tests.makers import make_head

HEAD = make_head()
WOMAN = make_head(length_mm=189.8, breadth_mm=147.8, height_mm=126.5)
VERTICES_MM, AREAS_MM2 = HEAD.surface.vertices_mm, vertex_areas_mm2(HEAD.surface)
proposed = functools.cache(functools.partial(propose_design, HEAD))


def on_skin(*ways: tuple[float, float, float]) -> np.ndarray:
    """The vertices that lie farthest along directions, (N, 3)."""
    return np.array([VERTICES_MM[np.argmax((VERTICES_MM - [0.0, 45.0, 0.0]) @ way / np.linalg.norm(VERTICES_MM, axis=1))] for way in ways])


def strip_scar(width_mm: float = 4.0) -> Scar:
    """A scar of a strip harvest across the back, about 160 mm long at the level of the tragi's upper ear."""
    turns = np.linspace(-0.9, 0.9, 60)
    return Scar(kind="fut", path_mm=on_skin(*((np.sin(turn), -0.15, -np.cos(turn)) for turn in turns)), width_mm=width_mm)


def circle(way: tuple[float, float, float], radius_mm: float) -> np.ndarray:
    """An outline on the skin about that far round a place."""
    middle = on_skin(way)[0]
    ring = np.abs(np.linalg.norm(VERTICES_MM - middle, axis=1) - radius_mm) < 1.0
    places = VERTICES_MM[ring]
    across = np.cross(np.array(way), [0.3, 0.7, 0.6])
    up = np.cross(np.array(way), across)
    return places[np.argsort(np.arctan2((places - middle) @ across, (places - middle) @ up))][::6]


def within(design: Design, name: str) -> np.ndarray:
    """Which vertices a zone holds."""
    return design.zone_index == ZONE_NAMES.index(name)


def test_a_strip_scar_is_treated_with_a_wide_zone_round_it_and_nothing_else_where_nothing_is_lost() -> None:
    """The wide blend hides the edge (C, smp 1.18): full level in the scar, the low end of 30 to 80 per cm2 beside it, nothing 20 mm away."""
    scar = strip_scar()
    design = propose_design(HEAD, Wishes(norwood="1"), marks=ScalpMarks(head_digest=HEAD.digest, scars=(scar,)))
    away_mm = distance_to_curve_mm(VERTICES_MM, scar.path_mm) - scar.width_mm / 2
    assert [zone.name for zone in design.zones] == ["scar"]
    assert 95.0 < design.density_per_cm2[away_mm < 0.0].mean() < 115.0
    beside = (away_mm > 3.0) & (away_mm < 6.0) & (np.abs(VERTICES_MM[:, 0]) < 40.0)
    assert 22.0 < design.density_per_cm2[beside].mean() < 40.0
    assert design.density_per_cm2[away_mm > 20.0].max() == 0.0
    order = np.argsort(away_mm)[: int((away_mm < 20.0).sum())]
    rings = np.array_split(design.density_per_cm2[order], 12)
    assert (np.diff([ring.mean() for ring in rings]) < 2.0).all(), "it falls all the way"


def test_white_marks_of_single_grafts_are_one_field_without_holes() -> None:
    rng = np.random.default_rng(3)
    back = np.flatnonzero((VERTICES_MM[:, 2] < -80.0) & (VERTICES_MM[:, 1] > 0.0) & (VERTICES_MM[:, 1] < 45.0))
    grafts = Scar(kind="fue", path_mm=VERTICES_MM[rng.choice(back, 300, replace=False)], width_mm=0.9)
    design = propose_design(HEAD, Wishes(norwood="1"), marks=ScalpMarks(head_digest=HEAD.digest, scars=(grafts,)))
    inner = (VERTICES_MM[:, 2] < -82.0) & (VERTICES_MM[:, 1] > 5.0) & (VERTICES_MM[:, 1] < 40.0)
    assert design.density_per_cm2[inner].min() > 30.0
    assert within(design, "scar")[inner].all()


def test_a_scar_marked_with_few_places_runs_over_the_skin_between_them() -> None:
    """Three places 80 mm apart cut up to 14 mm under the skin; what is treated is the way over it."""
    dense, sparse = strip_scar(), Scar(kind="fut", path_mm=strip_scar().path_mm[[0, 30, 59]], width_mm=4.0)
    design = propose_design(HEAD, Wishes(norwood="1"), marks=ScalpMarks(head_digest=HEAD.digest, scars=(sparse,)))
    inner = distance_to_curve_mm(VERTICES_MM, dense.path_mm[8:-8]) < 2.0
    assert design.density_per_cm2[inner].mean() > 50.0


def test_a_bald_patch_is_filled_whole_and_blends_into_the_hair_around() -> None:
    outline_mm = circle((0.9, 0.5, -0.5), 20.0)
    marks = ScalpMarks(head_digest=HEAD.digest, patches=(Patch(outline_mm=outline_mm, stable=True),))
    design = propose_design(HEAD, Wishes(norwood="1"), marks=marks)
    away_mm = np.linalg.norm(VERTICES_MM - on_skin((0.9, 0.5, -0.5))[0], axis=1)
    assert design.density_per_cm2[away_mm < 18.0].min() > 105.0
    assert design.density_per_cm2[away_mm > 35.0].max() == 0.0
    assert 12.5 < design.area_cm2 < np.pi * 3.2**2
    assert [zone.name for zone in design.zones] == ["patch"]


def test_marks_add_to_what_a_stage_treats_and_take_nothing_from_it() -> None:
    plain = proposed(Wishes(norwood="6"))
    design = propose_design(HEAD, Wishes(norwood="6"), marks=ScalpMarks(head_digest=HEAD.digest, scars=(strip_scar(),)))
    assert (design.density_per_cm2 >= plain.density_per_cm2 - 1e-9).all()
    assert design.area_cm2 > plain.area_cm2 + 20.0


def test_a_mole_takes_its_own_impressions_and_the_rest_stays_as_it_was() -> None:
    plain = proposed(Wishes(norwood="6"))
    mole = KeepAway(kind="mole", place_mm=on_skin((0.2, 1.0, 0.2))[0], radius_mm=4.0)
    design = propose_design(HEAD, Wishes(norwood="6"), marks=ScalpMarks(head_digest=HEAD.digest, keep_away=(mole,)))
    taken = float(AREAS_MM2 @ (plain.density_per_cm2 - design.density_per_cm2)) / 100.0
    near = np.linalg.norm(VERTICES_MM - mole.place_mm, axis=1) < 6.0
    assert taken == pytest.approx(plain.density_per_cm2[near].mean() * np.pi * 16.0 / 100.0, rel=0.05)
    np.testing.assert_array_equal(design.density_per_cm2[~near], plain.density_per_cm2[~near])
    assert design.keep_away == (mole,)
    assert sum(zone.keep_away_count for zone in design.zones) == 1


def test_what_a_survey_found_is_kept_free() -> None:
    found = [
        AvoidPlace(kind="mole", place_mm=on_skin((0.3, 1.0, 0.0))[0], face_index=0, barycentric=np.array([1.0, 0.0, 0.0]), radius_mm=2.5,
                   confidence_fraction=0.4, told=False, photo_numbers=(1,)),
        AvoidPlace(kind="wound", place_mm=on_skin((-0.3, 1.0, 0.0))[0], face_index=0, barycentric=np.array([1.0, 0.0, 0.0]), radius_mm=6.0,
                   confidence_fraction=1.0, told=True, photo_numbers=(1,)),
    ]  # fmt: skip
    survey = ScalpSurvey(head_digest=HEAD.digest, tones=(), growths=(), avoid=tuple(found), photos=())
    design = propose_design(HEAD, Wishes(), marks=marks_of(survey))
    assert [(place.kind, place.radius_mm) for place in design.keep_away] == [("mole", 2.5), ("wound", 6.0)]
    assert [place.kind for place in keep_away_of(survey, least_confidence_fraction=0.5)] == ["wound"]


@pytest.mark.parametrize("hair_fraction", [0.3, 0.6, 0.9])
def test_between_thin_hairs_thirty_to_eighty_per_square_centimetre_are_placed(hair_fraction: float) -> None:
    """Density work in existing hair: 30 to 80 per cm2 (D, smp 1.4), fewer the more hair there is; a man's line is kept."""
    marks = ScalpMarks(head_digest=HEAD.digest, hair_fraction=hair_fraction)
    design = propose_design(HEAD, Wishes(norwood="1"), marks=marks)
    top = (VERTICES_MM[:, 1] > 118.0) & (np.abs(VERTICES_MM[:, 0]) < 30.0) & (VERTICES_MM[:, 2] < 40.0)
    assert 28.0 < design.density_per_cm2[top].mean() < 84.0
    assert [zone.name for zone in design.zones] == ["existing hair"]
    assert distance_to_curve_mm(VERTICES_MM[design.density_per_cm2 > 0.0], design.hairline.points_mm).min() > 5.0
    assert between_hairs_per_cm2(hair_fraction, 130.0, BetweenHairs()) == pytest.approx(design.density_per_cm2[top].mean(), rel=0.07)


def test_a_bare_crown_in_thin_hair_is_filled_and_the_thin_hair_worked_between() -> None:
    design = propose_design(HEAD, Wishes(norwood="3v"), marks=ScalpMarks(head_digest=HEAD.digest, hair_fraction=0.6))
    means = {zone.name: zone.mean_per_cm2 for zone in design.zones}
    assert means["existing hair"] < 80.0 < means["crown"]


@pytest.mark.parametrize("stage", LUDWIG_STAGES)
def test_a_womans_hairline_is_left_untouched_behind_a_rim(stage: str) -> None:
    """Ludwig: the top thins behind a frontal rim of 1 to 3 cm that stays [Ludwig1977]; it is not worked in (A-B, smp 1.18)."""
    design = propose_design(WOMAN, Wishes(style="female", sex="female", ludwig=stage))
    vertices_mm = WOMAN.surface.vertices_mm
    front_mm = distance_to_curve_mm(vertices_mm[(design.density_per_cm2 > 1.0) & (vertices_mm[:, 2] > 40.0)], design.hairline.points_mm)
    assert front_mm.min() > 0.9 * LUDWIG[stage].rim_mm
    assert 10.0 <= LUDWIG[stage].rim_mm <= 30.0
    assert {zone.name for zone in design.zones} == {"existing hair"}


def test_each_ludwig_stage_is_wider_and_denser_than_the_one_before_and_narrows_to_the_back() -> None:
    """The Christmas tree of a widening parting: broad in front, a tip behind [Olsen2001]."""
    designs = [propose_design(WOMAN, Wishes(style="female", sex="female", ludwig=stage)) for stage in LUDWIG_STAGES]
    assert (np.diff([design.area_cm2 for design in designs]) > 30.0).all()
    assert (np.diff([design.zones[0].mean_per_cm2 for design in designs]) > 5.0).all()
    x_mm, y_mm, z_mm = WOMAN.surface.vertices_mm.T
    for design in designs:
        half = design.density_per_cm2 > 0.5 * design.density_per_cm2.max()
        front, back = (np.abs(x_mm[half & (np.abs(z_mm - at_mm) < 4.0) & (y_mm > 60.0)]).max() for at_mm in (25.0, -5.0))
        assert front > 1.05 * back


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("middle", 0.0), ("right", -1.0)])
def test_work_between_hairs_follows_the_parting(side: str, sign: float) -> None:
    marks = ScalpMarks(head_digest=WOMAN.digest, parting=side)
    design = propose_design(WOMAN, Wishes(style="female", sex="female", ludwig="1"), marks=marks)
    front = (WOMAN.surface.vertices_mm[:, 2] > 25.0) & (WOMAN.surface.vertices_mm[:, 2] < 45.0)
    aside_mm = np.average(WOMAN.surface.vertices_mm[front, 0], weights=design.density_per_cm2[front])
    assert aside_mm == pytest.approx(30.0 * sign, abs=6.0)


def test_marks_of_another_head_are_refused() -> None:
    with pytest.raises(WrongParent):
        propose_design(HEAD, Wishes(), marks=ScalpMarks(head_digest="0" * 32))


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (
            {"keep_away": (KeepAway(kind="mole", place_mm=np.array([0.0, 163.0, 0.0]), radius_mm=2.0),)},
            "keep-away place is 3. mm off the skin",
        ),
        ({"scars": (Scar(kind="injury", path_mm=np.array([[0.0, 10.0, 140.0]]), width_mm=3.0),)}, "scar 1 is .. mm off the skin"),
        ({"scars": (Scar(kind="injury", path_mm=on_skin((0.0, -0.6, 1.0)), width_mm=3.0),)}, "scar 1 is .* mm outside the part"),
        (
            {"patches": (Patch(outline_mm=on_skin((-0.3, 1.0, 0.3), (0.3, 1.0, -0.3), (0.3, 1.0, 0.3), (-0.3, 1.0, -0.3))),)},
            "crosses itself",
        ),
    ],
)
def test_marks_off_the_scalp_are_refused_with_the_distance(marks: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        propose_design(HEAD, Wishes(), marks=ScalpMarks(head_digest=HEAD.digest, **marks))  # type: ignore[arg-type]
