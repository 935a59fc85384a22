"""Claims about touch-ups: nothing is lost in merging, coverage is that of discs, and the limit is where bad work begins."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.ageing.merging import Merging, MergingLimits, densest_spots, doubts_of_merging, judge_merging, merge
from scalp.ageing.shades import deposits_of, light_taken_mm2
from scalp.ageing.years import age
from scalp.base import BadInput, WrongParent
from scalp.colour.srgb import lab_from_linear
from scalp.domain.impressions import Impressions
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, inner_fraction, point_spread
from scalp.skin.tone import reflectance

SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
SIDE_MM = 40.0


def field(density_per_cm2, *, needle=None, seed=0, jitter=0.25, shift_mm=0.0):
    """Return an even field of impressions with the scatter of real work, and where they lie."""
    needle = needle or Needle()
    rng = np.random.default_rng(seed)
    spacing_mm = 10.0 / np.sqrt(density_per_cm2)
    across = int(SIDE_MM / spacing_mm)
    lattice = np.stack(np.meshgrid(np.arange(across), np.arange(across)), -1).reshape(-1, 2) + 0.5
    flat_mm = spacing_mm * (lattice + jitter * rng.standard_normal(lattice.shape)) + shift_mm
    count = len(flat_mm)
    diameter = needle.deposit_diameter_mm * np.exp(needle.deposit_diameter_cv_fraction * rng.standard_normal(count))
    full = lambda number: np.full(count, number, np.float32)  # noqa: E731 - one line, used four times
    impressions = Impressions(
        head_digest="head",
        plan_digest=f"plan {seed}",
        face_index=np.zeros(count, np.int32),
        barycentric=np.full((count, 3), 1 / 3),
        deposit_diameter_mm=diameter.astype(np.float32),
        top_depth_mm=full(needle.top_depth_mm),
        bottom_depth_mm=full(needle.bottom_depth_mm),
        concentration_mg_per_ml=full(Pigment().deposit_mg_per_ml),
        session_number=np.resize(np.array([1, 2, 3], np.uint8), count),
        redness_fraction=full(0.0),
    )
    return impressions, np.column_stack([flat_mm, np.zeros(count)])


def touched_up(density_per_cm2, years, seed=1):
    """Return a field aged for some years with a second one of the same density placed over it."""
    (old, old_mm), (new, new_mm) = field(density_per_cm2), field(density_per_cm2, seed=seed, shift_mm=0.35)
    return merge(age(old, years=years), new), np.concatenate([old_mm, new_mm])


def test_merging_keeps_every_deposit_and_counts_sessions_on():
    (old, _), (new, _) = field(100.0), field(100.0, seed=1)
    both = merge(old, new)
    assert len(both) == len(old) + len(new)
    assert both.head_digest == old.head_digest
    assert both.plan_digest == new.plan_digest
    assert set(both.session_number[len(old) :].tolist()) == {4, 5, 6}
    taken = [light_taken_mm2(SKIN, deposits_of(lying)).sum() for lying in (old, new, both)]
    assert taken[2] == pytest.approx(taken[0] + taken[1])


def test_with_nothing_new_nothing_changes():
    old, _ = field(100.0)
    nothing = old.where(np.zeros(len(old), bool))
    same = merge(old, nothing)
    assert (same.concentration_mg_per_ml == old.concentration_mg_per_ml).all()
    assert len(merge(nothing, old)) == len(old)


def test_a_touch_up_of_another_head_is_refused():
    old, _ = field(100.0)
    with pytest.raises(WrongParent, match="another head"):
        merge(old, dataclasses.replace(old, head_digest="other"))


def test_more_sessions_than_can_be_counted_are_refused():
    old, _ = field(100.0)
    many = dataclasses.replace(old, session_number=np.full(len(old), 254, np.uint8))
    with pytest.raises(BadInput, match="255"):
        merge(many, old)


def test_a_touch_up_brings_back_the_tone():
    """At five years .62 is left; a third of the impressions again makes about .95."""
    old, _ = field(130.0)
    new, _ = field(130.0 / 3, seed=1)
    tones = []
    for lying in (old, age(old, years=5.0), merge(age(old, years=5.0), new)):
        columns = (lying.deposit_diameter_mm, lying.top_depth_mm, lying.bottom_depth_mm, lying.concentration_mg_per_ml)
        share = len(lying) / len(old)
        bare = reflectance(SKIN)
        tones.append(
            float(
                (lab_from_linear(bare * field_transmittance(SKIN, point_spread(SKIN, *columns), 130.0 * share)) - lab_from_linear(bare))[0]
            )
        )
    assert tones[1] / tones[0] == pytest.approx(0.62, abs=0.03)
    assert tones[2] / tones[0] == pytest.approx(0.95, abs=0.06)


@pytest.mark.parametrize("density_per_cm2", [60.0, 130.0, 250.0])
def test_coverage_is_that_of_discs_as_wide_as_marks_are_seen(density_per_cm2):
    """On a lattice whose discs do not touch: pi / 4 (w / s)^2, all of one size."""
    impressions, points_mm = field(density_per_cm2, needle=Needle(deposit_diameter_cv_fraction=0.0), jitter=0.0)
    merging = judge_merging(impressions, points_mm, SKIN)
    assert merging.covered_fraction == pytest.approx(np.pi / 4 * merging.width_fraction**2, rel=0.15)
    assert merging.doubled_fraction == 0.0
    assert merging.touching_fraction == 0.0


def test_random_discs_overlap_as_poisson_says():
    """1 - exp(-c) covered and 1 - (1 + c) exp(-c) twice, c the discs' area a mm2."""
    rng = np.random.default_rng(3)
    impressions, points_mm = field(300.0, needle=Needle(deposit_diameter_cv_fraction=0.0))
    points_mm = np.column_stack([rng.uniform(0, SIDE_MM, (len(points_mm), 2)), np.zeros(len(points_mm))])
    merging = judge_merging(impressions, points_mm, SKIN)
    discs = np.pi / 4 * merging.width_fraction**2
    assert merging.covered_fraction == pytest.approx(1 - np.exp(-discs), rel=0.12)
    assert merging.doubled_fraction == pytest.approx(1 - (1 + discs) * np.exp(-discs), rel=0.3)


@pytest.mark.parametrize("density_per_cm2", [60.0, 130.0, 200.0])
def test_healed_work_at_usual_densities_is_no_blotch(density_per_cm2):
    merging = judge_merging(*field(density_per_cm2), SKIN)
    assert not merging.blotched
    assert not merging.hazy
    assert 0.15 < merging.width_fraction < 0.5
    assert doubts_of_merging(merging, "healed field") == ()


def test_good_healed_work_is_seen_a_third_of_its_spacing_wide():
    """Photographs of healed good work: .34 of the mean spacing."""
    assert judge_merging(*field(130.0), SKIN).width_fraction == pytest.approx(0.34, abs=0.05)


def test_the_densest_is_what_was_placed():
    assert judge_merging(*field(130.0), SKIN).density_per_cm2 == pytest.approx(130.0, rel=0.2)


def test_a_whole_second_treatment_after_five_years_merges_and_the_warning_names_numbers():
    impressions, points_mm = touched_up(130.0, 5.0)
    merging = judge_merging(impressions, points_mm, SKIN)
    assert merging.blotched
    (doubt,) = doubts_of_merging(merging, "marks after a touch-up")
    assert doubt.kind == "ageing"
    assert f"{merging.width_mm:.2f} mm wide at {merging.spacing_mm:.2f} mm" in doubt.size
    assert f"{merging.safe_density_per_cm2:.0f} per cm2" in doubt.advice
    assert 130.0 < merging.safe_density_per_cm2 < 290.0


def test_the_density_called_safe_is_safe():
    impressions, points_mm = touched_up(130.0, 5.0)
    safe = judge_merging(impressions, points_mm, SKIN).safe_density_per_cm2
    old, new = field(safe / 2 * 0.75), field(safe / 2 * 0.75, seed=1, shift_mm=0.35)
    assert not judge_merging(merge(age(old[0], years=5.0), new[0]), np.concatenate([old[1], new[1]]), SKIN).blotched


def test_coverage_rises_and_contrast_falls_with_every_touch_up():
    (impressions, points_mm), merged = field(100.0), []
    for number in range(3):
        merged.append(judge_merging(impressions, points_mm, SKIN))
        new, new_mm = field(100.0, seed=10 + number, shift_mm=0.2 + 0.2 * number)
        impressions, points_mm = merge(age(impressions, years=4.0), new), np.concatenate([points_mm, new_mm])
    covered, contrasts = [merging.covered_fraction for merging in merged], [merging.contrast_fraction for merging in merged]
    assert covered == sorted(covered)
    assert contrasts == sorted(contrasts, reverse=True)


def test_deep_work_is_a_haze_and_is_told_so():
    merging = judge_merging(*field(150.0, needle=Needle(top_depth_mm=0.4, bottom_depth_mm=0.7)), SKIN)
    assert merging.hazy
    (doubt,) = doubts_of_merging(merging, "healed field")
    assert "depth" in doubt.advice or "deep" in doubt.advice or "blotch" in doubt.advice


def test_marks_that_have_faded_are_neither_a_blotch_nor_a_haze():
    """Faded work is light, not merged: the warning is for what is seen."""
    impressions, points_mm = field(130.0)
    faded = judge_merging(age(impressions, years=20.0, band="low"), points_mm, SKIN)
    assert faded.contrast_fraction < 0.12
    assert not faded.hazy
    assert not faded.blotched
    assert doubts_of_merging(faded, "anywhere") == ()


def test_the_darkening_is_that_of_the_field():
    impressions, points_mm = field(130.0)
    columns = (impressions.deposit_diameter_mm, impressions.top_depth_mm, impressions.bottom_depth_mm, impressions.concentration_mg_per_ml)
    merging = judge_merging(impressions, points_mm, SKIN)
    field_left = (field_transmittance(SKIN, point_spread(SKIN, *columns), merging.density_per_cm2)[1] - 1.0) / inner_fraction(SKIN)[1]
    assert merging.darkening_fraction == pytest.approx(-field_left, rel=0.15)


def test_too_few_marks_have_no_spacing():
    impressions, points_mm = field(130.0)
    assert judge_merging(impressions.where(np.arange(5)), points_mm[:5], SKIN) is None
    assert judge_merging(impressions.where(np.zeros(len(points_mm), bool)), points_mm[:0], SKIN) is None
    assert doubts_of_merging(None, "anywhere") == ()


def test_a_few_dense_spots_say_the_same_as_all_of_it():
    impressions, points_mm = field(130.0)
    here = densest_spots(points_mm)
    assert len(here) < len(points_mm)
    some, whole = judge_merging(impressions.where(here), points_mm[here], SKIN), judge_merging(impressions, points_mm, SKIN)
    assert some.width_fraction == pytest.approx(whole.width_fraction, rel=0.08)
    assert some.covered_fraction == pytest.approx(whole.covered_fraction, rel=0.2)


@given(density=st.floats(20.0, 400.0), width=st.floats(0.1, 1.2), limit=st.floats(0.2, 1.0))
@settings(max_examples=30)
def test_at_the_safe_density_marks_are_just_as_wide_as_allowed(density, width, limit):
    given_by = {
        "covered_fraction": 0.1,
        "doubled_fraction": 0.0,
        "touching_fraction": 0.0,
        "contrast_fraction": 0.4,
        "darkening_fraction": 0.2,
    }
    merging = Merging(density_per_cm2=density, width_mm=width, limits=MergingLimits(widest_fraction=limit), **given_by)
    safe = dataclasses.replace(merging, density_per_cm2=merging.safe_density_per_cm2)
    assert safe.width_fraction == pytest.approx(limit)
    assert merging.blotched == (density > merging.safe_density_per_cm2)


@pytest.mark.parametrize(
    "wrong", [{"widest_fraction": 0.0}, {"least_contrast_fraction": 2.0}, {"widest_fraction": np.nan}, {"faintest_fraction": -1.0}]
)
def test_limits_that_are_none_are_refused(wrong):
    with pytest.raises(BadInput):
        MergingLimits(**wrong)


@pytest.mark.parametrize("wrong", [np.full((100, 3), np.nan), np.zeros((100, 2)), np.full((100, 3), 1e200)])
def test_places_that_are_none_are_refused(wrong):
    with pytest.raises(BadInput, match="x, y, z"):
        densest_spots(wrong)
