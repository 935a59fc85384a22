"""A course made visible: in the client's own photo, and from sides that no photo shows; with every doubt of the chain."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from scalp.base import Doubt, Progress, no_progress
from scalp.capture.survey.covering import doubt_burnt, doubt_hair
from scalp.demo.exposure import expose
from scalp.demo.lamps import choose_rig
from scalp.demo.sitters import light_sitter, portray, seat_likeness
from scalp.designing.fringe import native_cover
from scalp.designing.futures import overlay_loss
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo
from scalp.domain.scene import View
from scalp.rendering.hairs import render_with_hairs
from scalp.rendering.looks import LookMaker
from scalp.rendering.views import Stand, doubt_view, hang_from, render_scene, stand_camera
from scalp.treatment.courses import Course, doubts_of_ageing, impressions_at
from scalp.treatment.own_hair import between_hairs, doubts_of_stubble, hairs_at, native_density, native_hairs
from scalp.treatment.sittings import Sitting, doubts_of_photo


def doubts_of(sitting: Sitting, course: Course) -> tuple[Doubt, ...]:
    """Return every doubt of the chain once, in the order of the stages."""
    hair = doubt_hair(sitting.regions, sitting.head, course.design, sitting.camera)
    burnt = doubt_burnt(sitting.photo, sitting.regions, sitting.head, course.design)
    seen = doubts_of_photo(sitting) + sitting.head.doubts + hair + burnt + sitting.skin.doubts
    against = tuple(objection.doubt() for objection in course.design.objections)
    chain = seen + against + course.design.doubts + course.plan.doubts + doubts_of_stubble(sitting, course) + doubts_of_ageing(course)
    return tuple({(doubt.kind, doubt.where): doubt for doubt in chain}.values())


def show_before(sitting: Sitting, course: Course) -> Photo:
    """Return the photo without any treatment, with the native hair that is to be shown."""
    native = native_hairs(sitting, course)
    moment = Moment(name="before", label="Before", session_number=0, days=0.0)
    maker = LookMaker(sitting.photo, sitting.head, sitting.regions, course.skin)
    return render_with_hairs(maker, course.placed.where(np.arange(0)), hairs_at(native, sitting, course, moment), moment).photo


def render_course(sitting: Sitting, course: Course, moments: tuple[Moment, ...], progress: Progress = no_progress) -> Iterator[Look]:
    """Yield the look of each moment, in order."""
    maker = LookMaker(sitting.photo, sitting.head, sitting.regions, course.skin)
    doubts, native = doubts_of(sitting, course), native_hairs(sitting, course)
    if native is not None:
        course = dataclasses.replace(course, placed=between_hairs(course, native_density(sitting, course)))

    def render(moment: Moment) -> Look:
        hairs = hairs_at(native, sitting, course, moment)
        return dataclasses.replace(render_with_hairs(maker, impressions_at(course, moment), hairs, moment), doubts=doubts)

    # The first look prepares what all share; the others are made two at a time.
    with ThreadPoolExecutor(2) as beside:
        try:
            coming: list[Future[Look]] = []
            for number, moment in enumerate(moments):
                progress(f"rendering: {moment.label.lower()}", number / len(moments))
                if number == 0:
                    yield render(moment)
                    coming = [beside.submit(render, later) for later in moments[1:]]
                else:
                    yield coming[number - 1].result()
        finally:
            beside.shutdown(wait=False, cancel_futures=True)


def render_views(
    course: Course,
    moment: Moment,
    stands: tuple[Stand, ...],
    *,
    light: str,
    makehuman: Path,
    lamps_stay: bool = False,
    later_norwood: str | None = None,
    progress: Progress = no_progress,
) -> Iterator[View]:
    """Yield what is seen of a head from each stand at one moment, also from where no photo was taken.

    The head's own surface and skin in the body of a neutral man (`makehuman`), in the light of that name; the impressions by
    the same functions as in a photo. Lamps turn with whoever looks, in steps of 30 degrees, unless they stay where the first
    stand has them, as for a turntable; a flash goes along always. `later_norwood` shows the native hair receded to that stage
    around the same treatment.
    """
    rig, seed = choose_rig(light), course.seed
    progress("seating the likeness", 0.0)
    cover = native_cover(course.head, course.design.wishes, course.design.wishes.norwood, marks=course.design.marks)
    if later_norwood is not None:
        cover = overlay_loss(course.head, course.design, later_norwood).native_later_fraction
    sitter = seat_likeness(makehuman, course.head, course.skin, hair_fraction=cover, film_fraction=rig.film_fraction)
    impressions = impressions_at(course, moment) if moment.session_number else course.placed.where(np.arange(0))
    doubts, lit, hung = course.head.doubts + course.skin.doubts, None, None
    for number, stand in enumerate(stands):
        progress("lighting the head" if lit is None else "looking from all sides", 0.1 + 0.9 * number / len(stands))
        towards = hang_from(stand, stands[0] if lamps_stay else None)
        if lit is None or rig.follows_camera or towards != hung:
            lit, hung = light_sitter(sitter, rig, stand.towards if rig.follows_camera else np.array(towards)), towards
        scene = portray(lit, stand_camera(course.head, stand))
        rgb_linear = render_scene(scene, course.head, impressions, course.skin, moment)
        photo = expose(rgb_linear, scene.camera, scene.skin_level, seed)
        told = doubt_view(course.head, scene.camera, stand.label)
        yield View(photo=photo, camera=scene.camera, light=light, moment=moment, doubts=(*told, *doubts))
