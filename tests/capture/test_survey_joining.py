"""Surveys of several photos become one: the same spot once, a person's word in all, highlights that move are not moles."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.capture.survey.joining import agreed, join_surveys
from scalp.domain.head import Head
from scalp.domain.sighting import Regions
from scalp.domain.survey import AvoidPlaces, Corrections, RegionTone, SideGrowth, Survey, WhiteBalance
from tests.makers import make_camera, make_head

FIRST = make_head(subdivisions_count=4)
HEAD: Head = dataclasses.replace(FIRST, cameras=(make_camera("front"), make_camera("top")), photo_digests=("a" * 32, "b" * 32))
FRONTAL, BETWEEN, UPPER = (
    int((HEAD.surface.vertices_mm[HEAD.surface.faces].mean(axis=1) @ np.array(way)).argmax()) for way in ((0, 0.3, 1), (0, 1, 1), (0, 1, 0))
)


def survey(number: int, faces: tuple[int, ...] = (), *, sure: float = 0.6, told: bool = False, lightness: float = 60.0) -> Survey:
    """Return a survey of one of the head's photos that proposes moles in the middle of these faces."""
    count, camera = len(faces), HEAD.cameras[number]
    mask = np.full((camera.height_px, camera.width_px), 255, np.uint8)
    middles = HEAD.surface.vertices_mm[HEAD.surface.faces[list(faces)]].mean(axis=1).reshape(-1, 3)
    tone = RegionTone(
        region="front",
        rgb_linear=np.full(3, 0.3),
        lab=np.array([lightness, 10.0, 12.0]),
        lab_sd=np.array([3.0, 2.0, 2.0]),
        melanin_fraction=0.02,
        melanin_low_fraction=0.01,
        melanin_high_fraction=0.04,
        seen_fraction=0.5 + 0.25 * number,
        shine_fraction=0.1,
    )
    growth = SideGrowth(
        region="front",
        kind="stubble" if number else "bare",
        lab=np.array([50.0, 5.0, 5.0]),
        difference_lab=np.array([-10.0, 0.0, 0.0]),
        covered_fraction=0.3,
        density_per_cm2=np.nan,
        density_sd_per_cm2=np.nan,
        confidence_fraction=0.9 if number else 0.6,
    )
    return Survey(
        photo_digest=HEAD.photo_digests[number],
        head_digest=HEAD.digest,
        regions=Regions(head=mask, skin=mask, hair=np.zeros_like(mask)),
        shine=np.zeros_like(mask),
        stubble=np.zeros_like(mask),
        balance=WhiteBalance(gain_weights=np.ones(3), hue_sd_log=0.1, brightness_sd_log=0.4, source="camera"),
        tones=(tone,),
        growths=(growth,),
        avoid=AvoidPlaces(
            face_index=np.array(faces, np.int32),
            barycentric=np.full((count, 3), 1 / 3),
            at_px=camera.project(middles).reshape(-1, 2),
            radius_mm=np.full(count, 1.5),
            kinds=("mole",) * count,
            confidence_fraction=np.full(count, 1.0 if told else sure),
            told=np.full(count, told),
        ),
        occluders=(),
    )


def test_a_spot_that_both_photos_show_is_one_place():
    joined = join_surveys(HEAD, (survey(0, (BETWEEN,), sure=0.6), survey(1, (BETWEEN,), sure=0.7)), (None, None))
    assert [(place.photo_numbers, place.confidence_fraction) for place in joined.avoid] == [((1, 2), pytest.approx(0.7))]


def test_places_of_one_photo_stay_apart_however_near():
    assert len(join_surveys(HEAD, (survey(0, (BETWEEN, BETWEEN)),), (None,)).avoid) == 2


def test_what_only_one_of_two_photos_shows_is_kept_only_where_the_other_cannot_see_it():
    """The forehead is aslant from above; between both, the other photo looks as squarely and shows nothing."""
    assert len(join_surveys(HEAD, (survey(0, (FRONTAL,)), survey(1)), (None, None)).avoid) == 1
    assert join_surveys(HEAD, (survey(0, (BETWEEN,)), survey(1)), (None, None)).avoid == ()
    assert len(join_surveys(HEAD, (survey(0, (BETWEEN,), told=True), survey(1)), (None, None)).avoid) == 1
    both = survey(0, (FRONTAL, BETWEEN))
    kept = agreed(HEAD, both, 1, join_surveys(HEAD, (both, survey(1)), (None, None)))
    assert kept.avoid.face_index.tolist() == [FRONTAL]


def test_a_word_on_one_photo_holds_in_the_others():
    at_px = survey(1, (UPPER,)).avoid.at_px
    taken_back = Corrections(not_avoid_px=at_px)
    both = (survey(0), survey(1, (UPPER,)))
    assert len(join_surveys(HEAD, both, (None, None)).avoid) == 1
    black = np.zeros((HEAD.cameras[1].height_px, HEAD.cameras[1].width_px), np.uint8)
    for said in (taken_back, Corrections(avoid=black)):
        assert join_surveys(HEAD, both, (None, said)).avoid == ()
    named = join_surveys(HEAD, (survey(0, (BETWEEN,), told=True), survey(1, (BETWEEN,), sure=0.8)), (None, taken_back)).avoid
    assert [(place.told, place.confidence_fraction) for place in named] == [(True, 1.0)]


def test_tones_are_weighed_by_what_was_seen_and_their_scatter_is_not_hidden():
    joined = join_surveys(HEAD, (survey(0, lightness=50.0), survey(1, lightness=70.0)), (None, None)).tone_of("front")
    assert joined is not None
    assert joined.lab[0] == pytest.approx((0.5 * 50 + 0.75 * 70) / 1.25)
    assert joined.lab_sd[0] == pytest.approx(10.0, abs=0.5), "20 apart is a scatter of 10, three times the SD of either"
    assert joined.lab_sd[1] == pytest.approx(2.0), "photos of one lamp share their error: two do not make it smaller"
    assert joined.melanin_fraction == pytest.approx(0.02)


def test_the_surer_kind_of_hair_is_taken_and_is_less_sure_where_photos_differ():
    growth = join_surveys(HEAD, (survey(0), survey(1)), (None, None)).growths[0]
    assert growth.kind == "stubble"
    assert growth.confidence_fraction == pytest.approx(0.9 * 0.9 / 1.5)


def test_strangers_and_nothing_at_all_are_refused():
    with pytest.raises(WrongParent):
        join_surveys(FIRST, (survey(0),), (None,))
    with pytest.raises(BadInput):
        join_surveys(HEAD, (), ())
