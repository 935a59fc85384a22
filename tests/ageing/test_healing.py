"""Claims about the first weeks: what is lost, what is only for a while, and that day 42 is what was placed."""

import numpy as np
import pytest
from scipy.stats import binomtest

from scalp.ageing.healing import SETTLED_DAYS, Healing, heal, surviving
from scalp.base import BadInput
from scalp.domain.impressions import Impressions
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.spread import optical_width_mm, point_spread, transmittance

COUNT = 4000
NEEDLE, DOSE_MG_PER_ML = Needle(), Pigment().deposit_mg_per_ml
SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)


def placed(sessions=(1,)):
    rng = np.random.default_rng(5)
    full = lambda number: np.full(COUNT, number, np.float32)  # noqa: E731 - one line, used six times
    return Impressions(
        head_digest="head",
        plan_digest="plan",
        face_index=np.arange(COUNT, dtype=np.int32),
        barycentric=np.full((COUNT, 3), 1 / 3),
        deposit_diameter_mm=(NEEDLE.deposit_diameter_mm * np.exp(0.2 * rng.standard_normal(COUNT))).astype(np.float32),
        top_depth_mm=full(NEEDLE.top_depth_mm),
        bottom_depth_mm=full(NEEDLE.bottom_depth_mm),
        concentration_mg_per_ml=full(DOSE_MG_PER_ML),
        session_number=np.resize(np.array(sessions, np.uint8), COUNT),
        redness_fraction=full(0.0),
    )


def darkness(impressions):
    weights = point_spread(
        SKIN,
        impressions.deposit_diameter_mm,
        impressions.top_depth_mm,
        impressions.bottom_depth_mm,
        impressions.concentration_mg_per_ml,
    )
    return float((1 - transmittance(weights, [0.0])[:, 0, 1]).sum()), float(np.median(optical_width_mm(weights[:200])[:, 1]))


def test_after_six_weeks_the_deposits_are_those_that_were_placed():
    before = placed()
    after = heal(before, days=SETTLED_DAYS, seed=3)
    kept = before.where(surviving(before, seed=3))
    for name in ("face_index", "deposit_diameter_mm", "top_depth_mm", "bottom_depth_mm", "concentration_mg_per_ml"):
        assert (getattr(after, name) == getattr(kept, name)).all()
    assert after.redness_fraction.max() < 1e-6


def test_nine_in_ten_impressions_stay_by_the_seed():
    """Two-sided binomial test at 0.1 %."""
    after = heal(placed(), days=60, seed=3)
    assert binomtest(len(after), COUNT, 0.90).pvalue > 0.001
    assert after == heal(placed(), days=60, seed=3)
    assert after != heal(placed(), days=60, seed=4)


def test_what_is_lost_once_stays_lost():
    for early, late in ((7, 10), (10, 14), (14, 42)):
        first, then = (set(heal(placed(), days=days, seed=3).face_index.tolist()) for days in (early, late))
        assert then <= first
    assert len(heal(placed(), days=0, seed=3)) == COUNT


def test_scars_keep_fewer():
    kept = [len(heal(placed(), days=42, seed=3, healing=Healing(survival_fraction=part))) for part in (0.7, 0.9)]
    assert kept[0] < 0.85 * kept[1]


def test_fresh_work_is_darker_and_wider_and_calms_down():
    tones, widths = zip(*(darkness(heal(placed(), days=days, seed=3)) for days in (0, 3, 7, 14, 28)), strict=True)
    assert list(tones[:4]) == sorted(tones[:4], reverse=True)
    assert list(widths) == sorted(widths, reverse=True)
    settled, width_mm = darkness(heal(placed(), days=42, seed=3))
    assert tones[0] > 1.2 * settled
    assert 1.15 < widths[0] / width_mm < 2.0
    assert tones[3] < 1.03 * settled


def test_the_weeks_after_the_crusts_are_lighter_than_the_end():
    pigment = [heal(placed(), days=days, seed=3).concentration_mg_per_ml.mean() for days in (14, 28, 42)]
    assert pigment == sorted(pigment)
    assert pigment[0] == pytest.approx(0.85 * DOSE_MG_PER_ML, rel=0.02)


def test_the_seventh_day_is_patchy_and_the_patches_hang_together():
    points = np.random.default_rng(2).uniform(0, 80, (COUNT, 3)) * [1, 1, 0]
    spread = {}
    for days in (0, 7, 42):
        healed = heal(placed(), days=days, seed=3, points_mm=points)
        spread[days] = np.log(healed.concentration_mg_per_ml).std()
    assert spread[7] == pytest.approx(0.25, rel=0.35)
    assert spread[0] < 1e-6
    assert spread[42] < 1e-6
    patches = np.log(heal(placed(), days=7, seed=3, points_mm=points, healing=Healing(survival_fraction=1.0)).concentration_mg_per_ml)
    near = np.argsort(points[:, 0] + 1000 * np.round(points[:, 1] / 2))
    jumps = np.diff(patches[near])[np.linalg.norm(np.diff(points[near], axis=0), axis=1) < 3]
    assert jumps.std() < 0.5 * patches.std()


def test_redness_is_gone_within_the_week():
    redness = [float(heal(placed(), days=days, seed=3).redness_fraction.mean()) for days in (0, 1, 3, 7)]
    assert redness == sorted(redness, reverse=True)
    assert redness[0] == 1.0
    assert redness[3] < 0.02


def test_each_session_heals_on_its_own():
    healed = heal(placed((1, 2, 3)), days_by_session=(42.0, 14.0, 0.0), seed=3)
    session = healed.session_number
    assert healed.redness_fraction[session == 3].min() == 1.0
    assert healed.redness_fraction[session != 3].max() < 0.01
    assert np.allclose(healed.top_depth_mm[session == 3], 0.05)
    assert (healed.concentration_mg_per_ml[session == 1] == np.float32(DOSE_MG_PER_ML)).all()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"days": -1.0}, "0 or more"),
        ({"days": np.nan}, "0 or more"),
        ({}, "one of the two"),
        ({"days": 1.0, "days_by_session": (1.0,)}, "one of the two"),
        ({"days_by_session": (14.0,)}, "days since each session"),
    ],
)
def test_days_that_cannot_be_are_refused(asked, words):
    with pytest.raises(BadInput, match=words):
        heal(placed((1, 2)), seed=1, **asked)


def test_nothing_placed_heals_to_nothing():
    assert len(heal(placed().where(np.zeros(COUNT, bool)), days=3, seed=1)) == 0
