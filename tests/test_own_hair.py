"""The own hair in a whole course: the same hairs at every moment, greyer and fewer with the years, and a number for the mismatch."""

import dataclasses
from datetime import date

import numpy as np
import pytest

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing.fringe import native_cover
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.hair import NativeHair, Stubble
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.treatment.courses import moments_of, plan_course
from scalp.treatment.looks import render_course, show_before
from scalp.treatment.own_hair import between_hairs, hairs_at, mismatch_at, native_hairs
from scalp.treatment.sittings import Sitting

SKIN = Skin(melanin_fraction=0.02, blood_fraction=0.012)
HAIR = NativeHair(density_per_cm2=120.0)


@pytest.fixture(scope="module")
def bald():
    shown = make_analytic_head(view=DemoView(name="back", width_px=240, height_px=320))
    head = Head(
        surface=shown.surface,
        landmarks_mm=shown.landmarks_mm,
        cameras=(shown.camera,),
        photo_digests=(shown.photo.digest,),
        scale_sd_fraction=0.0,
        surface_sd_mm=np.zeros(len(shown.surface.vertices_mm)),
    )
    return Sitting(photo=shown.photo, head=head, regions=shown.regions, skin=SKIN)


@pytest.fixture(scope="module")
def course(bald):
    return plan_course(
        bald.head,
        SKIN,
        Wishes(norwood="6", age_years=45, peak_density_per_cm2=20.0),
        start=date(2027, 3, 1),
        prices=read_price_list(),
        pigment=Pigment(),
        needle=Needle(),
        fading=Fading(),
        settings=PlanSettings(),
    )


def worn(bald, **stubble):
    return dataclasses.replace(bald, stubble=Stubble(**{"hair": HAIR, "days": 3.0, **stubble}))


def moment(course, name):
    return next(each for each in moments_of(course.plan) if each.name == name)


def test_without_stubble_there_is_no_hair_no_number_and_no_change(bald, course):
    assert native_hairs(bald, course) is None
    assert mismatch_at(bald, course, moment(course, "healed")) is None
    assert np.array_equal(show_before(bald, course).pixels, bald.photo.pixels)


def test_the_sides_are_darkened_and_the_bare_top_is_not(bald, course):
    before = show_before(worn(bald), course)
    changed = (before.pixels != bald.photo.pixels).any(axis=2)
    points_px = bald.head.cameras[0].project(bald.head.surface.vertices_mm)
    facing = bald.head.surface.vertices_mm[:, 2] < -60.0
    cover = native_cover(bald.head, course.design.wishes, "6")
    col, row = np.floor(points_px[facing & (cover > 0.9)]).astype(int).T
    light = [photo.rgb_linear()[row, col, 1].mean() for photo in (before, bald.photo)]
    assert light[0] < 0.9 * light[1]
    col, row = np.floor(points_px[facing & (cover == 0.0) & (bald.head.surface.vertices_mm[:, 1] > 105.0)]).astype(int).T
    assert changed[row, col].mean() < 0.2


def test_the_years_turn_the_same_hairs_grey_and_later_loss_takes_some_of_them(bald, course):
    greying = worn(bald, later_norwood="7")
    native = native_hairs(greying, course)
    today, later = (hairs_at(native, greying, course, moment(course, name)) for name in ("healed", "year-10"))
    assert len(later) < 0.95 * len(today)
    assert set(later.loss_rank_fraction.tolist()) <= set(today.loss_rank_fraction.tolist())
    assert (later.melanin_fraction == 0).mean() > (today.melanin_fraction == 0).mean()
    stays = worn(bald)
    assert len(hairs_at(native_hairs(stays, course), stays, course, moment(course, "year-10"))) == len(today)


def test_further_loss_opens_a_lighter_band_in_the_picture(bald, course):
    late = moment(course, "year-10")
    kept, lost = (next(iter(render_course(worn(bald, later_norwood=stage), course, (late,)))).photo for stage in (None, "7"))
    fringe, smaller = (native_cover(bald.head, course.design.wishes, stage) for stage in ("6", "7"))
    band = (fringe > 0.7) & (smaller < 0.05) & (bald.head.surface.vertices_mm[:, 2] < -60.0)
    col, row = np.floor(bald.head.cameras[0].project(bald.head.surface.vertices_mm[band])).astype(int).T
    assert band.sum() > 50
    assert lost.rgb_linear()[row, col, 1].mean() > 1.08 * kept.rgb_linear()[row, col, 1].mean()


def test_the_mismatch_is_a_number_that_grows_by_the_day_and_a_doubt_when_it_is_noticed(bald, course):
    healed = moment(course, "healed")
    found = [mismatch_at(worn(bald, days=days), course, healed) for days in (0.0, 1.0, 3.0, 7.0)]
    gaps = [each.difference_lightness for each in found]
    assert gaps == sorted(gaps)
    assert found[-1].noticed
    look = next(iter(render_course(worn(bald, days=7.0), course, (healed,))))
    assert any("lighter than the sides" in doubt.size for doubt in look.doubts)


def test_half_of_the_impressions_are_left_out_in_dense_hair_and_none_on_bare_skin(course):
    everywhere = np.ones(len(course.head.surface.vertices_mm))
    assert len(between_hairs(course, everywhere)) / len(course.placed) == pytest.approx(0.5, abs=0.03)
    assert between_hairs(course, 0.0 * everywhere) == course.placed
