"""The loop closed on a head whose photo is known exactly: points and outline from truth, head recovered, impressions placed,
rendered, and found again where they were planned.
"""

import dataclasses
from datetime import date

import cv2
import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading, FadingFactors
from scalp.domain.look import Moment
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.sighting import FaceSighting, Outline
from scalp.geometry.raster import rasterise
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.looks import LookMaker, render_look
from scalp.rendering.projection import project_impressions
from scalp.skin.tone import fit_skin
from scalp.treatment.courses import banded, doubts_of_ageing, impressions_at, moments_of, plan_course
from scalp.treatment.looks import doubts_of, render_course
from scalp.treatment.sittings import Sitting, choose_face, skin_colour

NEAR_PX = 5.0
"""Half the window in which an impression is looked for."""


@pytest.fixture(scope="module")
def person():
    return make_analytic_head(view=DemoView(width_px=1512, height_px=2016), noise_levels=0.0)


def true_outline(person):
    """Return the silhouette of the head above the ears, from its exact mask."""
    contours, _ = cv2.findContours((person.regions.head > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points_px = max(contours, key=len)[:, 0].astype(float) + 0.5
    glabella_y = dict(zip(person.marked_points.names, person.marked_points.points_px, strict=True))["glabella"][1]
    return Outline(points_px=points_px[points_px[:, 1] < glabella_y], sd_px=1.0)


@pytest.fixture(scope="module")
def sitting(person):
    head = reconstruct_head(person.photo, points=person.marked_points, outline=true_outline(person))
    return Sitting(photo=person.photo, head=head, regions=person.regions, skin=fit_skin(skin_colour(person.photo, person.regions)))


@pytest.fixture(scope="module")
def course(sitting):
    return plan_course(
        sitting.head,
        sitting.skin,
        Wishes(),
        start=date(2027, 1, 4),
        prices=read_price_list(),
        pigment=Pigment(),
        needle=Needle(),
        fading=Fading(),
        settings=PlanSettings(),
    )


def test_the_head_is_recovered_to_the_goal_at_the_hairline(person, sitting, course):
    camera = sitting.head.cameras[0]
    line_px = camera.project(course.design.hairline.points_mm)
    seen = rasterise(person.camera, person.surface)
    inside = (line_px > 0).all(1) & (line_px < [camera.width_px, camera.height_px]).all(1)
    col, row = line_px[inside].astype(int).T
    on_head = np.isfinite(seen.depth_mm[row, col])
    own_mm = camera.in_camera(course.design.hairline.points_mm)[inside][on_head, 2]
    true_mm = seen.depth_mm[row, col][on_head]
    assert on_head.mean() > 0.5
    scale = np.median(true_mm / own_mm)
    assert np.median(np.abs(own_mm * scale - true_mm)) <= 8.0


def test_planned_impressions_are_found_in_the_picture_within_a_third_of_a_pixel(sitting, course):
    healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
    placed = impressions_at(course, healed)
    footprints = project_impressions(placed, sitting.head, sitting.head.cameras[0])
    facing = footprints.metric_px2_per_mm2[:, [0, 2]].min(1) > 0.5 * footprints.metric_px2_per_mm2[:, [0, 2]].max()
    chosen = apart(footprints.points_px, np.flatnonzero(facing), 3 * NEAR_PX)[:200]
    few = placed.where(footprints.index[chosen])
    look = render_look(sitting.photo, sitting.head, few, sitting.regions, sitting.skin, healed)
    taken = (sitting.photo.rgb_linear() - look.photo.rgb_linear())[..., 1].astype(float)
    errors_px = [np.linalg.norm(centroid(taken, point) - point) for point in footprints.points_px[chosen] if darkest(taken, point) > 0.01]
    assert len(errors_px) > 60
    assert np.quantile(errors_px, 0.95) <= 0.3


def apart(points_px, candidates, distance_px):
    """Return candidates no two of which are closer than a distance."""
    chosen = []
    for index in candidates:
        if all(np.linalg.norm(points_px[index] - points_px[other]) > distance_px for other in chosen):
            chosen.append(index)
    return np.array(chosen)


def window(taken, point):
    col, row = (int(place - NEAR_PX) for place in point)
    size = int(2 * NEAR_PX) + 1
    rows, cols = np.mgrid[row : row + size, col : col + size]
    return taken[rows, cols], np.stack([cols + 0.5, rows + 0.5])


def darkest(taken, point):
    return window(taken, point)[0].max()


def centroid(taken, point):
    weight, places = window(taken, point)
    return (weight * places).sum(axis=(1, 2)) / weight.sum()


def test_moments_run_from_the_first_session_to_the_tenth_year(course):
    names = [moment.name for moment in moments_of(course.plan)]
    assert names == ["session-1", "session-2", "session-3", "healed", "year-5", "year-10"]
    assert [moment.name for moment in banded(moments_of(course.plan)[-1])] == ["year-10-low", "year-10", "year-10-high"]


def test_each_moment_holds_the_sessions_up_to_it(course):
    first, second = (impressions_at(course, moment) for moment in moments_of(course.plan)[:2])
    assert set(first.session_number.tolist()) == {1}
    assert set(second.session_number.tolist()) == {1, 2}
    assert first.redness_fraction.max() > 0.5
    assert second.redness_fraction[second.session_number == 1].max() < 0.1


def test_the_band_is_ordered(course):
    low, expected, high = (impressions_at(course, moment).concentration_mg_per_ml.mean() for moment in banded(moments_of(course.plan)[-1]))
    assert low < expected < high


def test_how_wide_the_years_are_is_told_with_what_drives_them(sitting, course):
    told = {doubt.where: doubt for doubt in doubts_of(sitting, course) if doubt.kind == "ageing"}
    assert "of the healed tone" in told["tone after 10 years"].size
    assert "sun" in told["tone after 10 years"].advice
    assert "years" in told["first touch-up"].size


def test_what_is_told_of_a_client_moves_the_years_and_narrows_the_band(course):
    sunny = dataclasses.replace(course, fading=Fading(factors=FadingFactors(sun="high", skin_type="oily")))
    (*_, late) = moments_of(course.plan)
    kept = [impressions_at(lived, late) for lived in (course, sunny)]
    assert len(kept[1]) < 0.85 * len(kept[0])
    assert kept[1].concentration_mg_per_ml.mean() < 0.7 * kept[0].concentration_mg_per_ml.mean()
    widths = []
    for lived in (course, sunny):
        rates = [lived.fading.rate_per_year(band) for band in ("low", "high")]
        widths.append(rates[0] / rates[1])
    assert widths[1] < widths[0]


def test_thinned_pigment_is_what_the_course_fades_by(course):
    assert course.fading.factors.dilution_ratio == course.plan.pigment.dilution_ratio


def test_deep_needles_are_warned_of_as_a_blotch_or_a_haze(course):
    deep = dataclasses.replace(
        course,
        placed=dataclasses.replace(
            course.placed,
            top_depth_mm=np.full(len(course.placed), 0.5, np.float32),
            bottom_depth_mm=np.full(len(course.placed), 0.9, np.float32),
        ),
    )
    assert not [doubt for doubt in doubts_of_ageing(course) if "mm wide" in doubt.size and doubt.where == "healed marks"]
    (doubt,) = (doubt for doubt in doubts_of_ageing(deep) if "mm wide" in doubt.size)
    assert doubt.where == "healed marks"


def test_several_faces_are_listed_and_asked_for():
    boxes = [(10.0, 0.0, 50.0, 60.0), (80.0, 0.0, 130.0, 60.0)]
    faces = tuple(FaceSighting(box_px=box, score_fraction=0.9, mesh_px=np.zeros((468, 2)), iris_px=np.zeros((2, 3))) for box in boxes)
    with pytest.raises(NotPossible, match="--face"):
        choose_face(faces, None)
    assert choose_face(faces, 2) is faces[1]
    assert choose_face((), None) is None
    with pytest.raises(NotPossible, match="2 faces"):
        choose_face(faces, 3)


def test_a_moment_is_what_its_name_says():
    assert Moment(name="healed", label="Healed", session_number=3, days=42.0) != Moment(
        name="healed", label="Healed", session_number=2, days=42.0
    )


def test_looks_made_two_at_a_time_are_those_made_one_by_one(sitting, course):
    moments = moments_of(course.plan)
    together = list(render_course(sitting, course, moments))
    maker = LookMaker(sitting.photo, sitting.head, sitting.regions, course.skin)
    assert [look.moment for look in together] == list(moments)
    for look, moment in zip(together, moments, strict=True):
        alone = maker.render(impressions_at(course, moment), moment)
        assert look.photo.pixels.tobytes() == alone.photo.pixels.tobytes()


def test_a_stopped_course_makes_no_more_looks(sitting, course):
    def stop(_stage, fraction):
        if fraction > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(render_course(sitting, course, moments_of(course.plan), stop))
