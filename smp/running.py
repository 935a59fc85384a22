"""Running an order on a sitting and writing all that comes out: pictures, sheet, film, plan. Atomic: all or nothing."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from scalp.ageing.hair import grey_at
from scalp.base import ByteArray, Progress
from scalp.domain.hair import NativeHair, Stubble
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.films import write_film
from scalp.io.pictures import write_picture
from scalp.io.treatments import record_treatment, write_treatment
from scalp.rendering.films import compose_film
from scalp.treatment.courses import Course, banded, moments_of, plan_course
from scalp.treatment.looks import doubts_of, render_course, show_before
from scalp.treatment.own_hair import mismatch_at
from scalp.treatment.planning import course_on
from scalp.treatment.sittings import Sitting, shave_sitting
from smp.orders import Order
from smp.presenting import crop_head, present_comparison, present_course

BEFORE = Moment(name="before", label="Before", session_number=0, days=0.0)


def run_order(sitting: Sitting, order: Order, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write everything an order asks for into a folder and return what a program wants to know of it."""
    if order.shaved:
        progress("shaving the preview", 0.0)
        sitting = shave_sitting(sitting)
    sitting = _with_stubble(sitting, order)
    courses = {name: plan_order(sitting, order, number, progress) for number, name in enumerate(order.names)}
    if order.compared:
        files = _write_comparison(sitting, courses, order, folder, progress)
    else:
        files = _write_course(sitting, courses[order.names[0]], order, folder, progress)
    return {"files": files, "courses": {name: _summary(sitting, course) for name, course in courses.items()}}


def _with_stubble(sitting: Sitting, order: Order) -> Sitting:
    """Return the sitting with the own hair worn as asked; grey as people of that age are where nothing else is said."""
    asked, worn = order.native, sitting.stubble
    if asked is None or (worn is None and asked.stubble_days is None):
        return sitting
    grey = asked.grey_fraction if asked.grey_fraction is not None else grey_at(order.wishes[0].age_years)
    hair = dataclasses.replace(worn.hair if worn else NativeHair(), grey_fraction=grey)
    days = 1.0 if asked.stubble_days is None else asked.stubble_days
    return dataclasses.replace(sitting, stubble=Stubble(hair=hair, days=days, later_norwood=asked.later_norwood))


def plan_order(sitting: Sitting, order: Order, number: int, progress: Progress) -> Course:
    """Return the course of one of an order's wishes, or that of the plan it is to show."""
    if order.planned is not None:
        progress("placing impressions", 0.4)
        return course_on(sitting.head, sitting.skin, *order.planned, order.fading)
    return plan_course(
        sitting.head,
        sitting.skin,
        order.wishes[number],
        start=order.start,
        prices=order.prices,
        pigment=order.pigment,
        needle=order.needle,
        fading=order.fading,
        settings=order.settings,
        progress=progress,
    )


def course_of_sitting(order: Order, sit: Callable[..., Sitting]) -> Callable[[Progress], Course]:
    """Return what plans an order on a sitting, given only a progress."""
    return lambda progress: plan_order(sit(progress=progress), order, 0, progress)


def _write_course(sitting: Sitting, course: Course, order: Order, folder: Path, progress: Progress) -> list[str]:
    """Write the looks of one course, its sheet, its film and its plan."""
    moments = moments_of(course.plan)
    shown = (*moments[:-1], *banded(moments[-1]))
    names = {moment.name: f"{moment.name}.{order.picture_format}" for moment in (BEFORE, *shown)}
    with ThreadPoolExecutor(1) as writer:
        before = show_before(sitting, course)
        looks = {BEFORE.name: _untouched(before, sitting)}
        files = _write_preview(sitting, before, order, folder) + list(names.values())
        writing: list[Future[None]] = [writer.submit(write_picture, before, folder / names[BEFORE.name])]
        for look in render_course(sitting, course, shown, progress):
            looks[look.moment.name] = look
            writing.append(writer.submit(write_picture, look.photo, folder / names[look.moment.name]))
        for written in writing:
            written.result()
    progress("laying out the sheet", 0.85)
    _write_sheet(present_course(sitting, course, looks, before), folder / "sheet.png")
    files.append("sheet.png")
    if order.film != "none":
        progress("making the film", 0.9)
        files.append(f"film.{order.film}")
        _write_film(sitting, before, [looks[moment.name] for moment in moments if moment.name != "year-5"], folder / files[-1])
    _write_plan(sitting, course, {names[name]: look for name, look in looks.items()}, folder)
    return [*files, "treatment.json"]


def _untouched(before: Photo, sitting: Sitting) -> Look:
    """Return the photo before any treatment as a look: nothing in it is touched."""
    return Look(photo_digest=sitting.photo.digest, moment=BEFORE, photo=before, touched=np.zeros(before.pixels.shape[:2], np.uint8))


def _write_preview(sitting: Sitting, before: Photo, order: Order, folder: Path) -> list[str]:
    """Write the shaved head without any treatment, where a shaved preview was asked for and there was hair to shave."""
    if sitting.unshaved is None:
        return []
    write_picture(before, folder / f"shaved-preview.{order.picture_format}")
    return [f"shaved-preview.{order.picture_format}"]


def _write_comparison(sitting: Sitting, courses: dict[str, Course], order: Order, folder: Path, progress: Progress) -> list[str]:
    """Write the healed look and the plan of several courses, each in a folder of its own, and one sheet of all."""
    looks: dict[str, Look] = {}
    files = []
    for name, course in courses.items():
        healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
        looks[name] = next(iter(render_course(sitting, course, (healed,), progress)))
        own = name.replace(" ", "-")
        (folder / own).mkdir()
        files += [f"{own}/healed.{order.picture_format}", f"{own}/treatment.json"]
        write_picture(looks[name].photo, folder / files[-2])
        _write_plan(sitting, course, {Path(files[-2]).name: looks[name]}, folder / own)
    before = show_before(sitting, next(iter(courses.values())))
    _write_sheet(present_comparison(sitting, courses, looks, before), folder / "sheet.png")
    return [*files, "sheet.png"]


def _write_plan(sitting: Sitting, course: Course, pictures: dict[str, Look], folder: Path) -> None:
    """Write the plan as data, with the names of its pictures and what was told of the client."""
    named = tuple((look, name) for name, look in pictures.items())
    record = record_treatment(course.head, course.design, course.plan, course.placed, course.skin, named)
    write_treatment(dataclasses.replace(record, fading=course.fading, stubble=sitting.stubble), folder)


def _write_sheet(srgb_u8: ByteArray, path: Path) -> None:
    write_picture(Photo(pixels=srgb_u8, encoding=srgb_encoding()), path)


def _write_film(sitting: Sitting, before: Photo, looks: list[Look], path: Path) -> None:
    pictures = (crop_head(before, sitting), *(crop_head(look.photo, sitting) for look in looks))
    frames, seconds = compose_film(pictures, ("Before", *(look.moment.label for look in looks)))
    write_film(frames, seconds, path)


def _summary(sitting: Sitting, course: Course) -> dict[str, Any]:
    """Return the numbers of a course that a person asks for first."""
    plan = course.plan
    low, high = (sum(getattr(session.price, end) for session in plan.sessions) for end in ("low", "high"))
    return {
        "style": course.design.wishes.style,
        "hairline_height_mm": round(course.design.hairline.height_mm, 1),
        "area_cm2": round(course.design.area_cm2, 1),
        "impressions_count": plan.impressions_count,
        "sessions": [
            {
                "number": s.number,
                "day": s.day.isoformat(),
                "impressions_count": s.impressions_count,
                "hours": [s.hours.low, s.hours.expected, s.hours.high],
            }
            for s in plan.sessions
        ],
        "mismatch": _mismatch(sitting, course),
        "price": {"low": str(low), "high": str(high), "currency": plan.sessions[0].price.currency},
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in doubts_of(sitting, course)],
    }


def _mismatch(sitting: Sitting, course: Course) -> dict[str, Any] | None:
    """Return how far the treated top differs from the own hair shown at the sides, healed and late; None where none is shown."""
    if sitting.stubble is None:
        return None
    shown = [moment for moment in moments_of(course.plan) if moment.name == "healed" or moment.years]
    found = {moment.name: mismatch_at(sitting, course, moment) for moment in shown}
    return {
        "stubble_days": sitting.stubble.days,
        "top_minus_sides_lightness": {name: round(each.difference_lightness, 1) for name, each in found.items() if each is not None},
    }
