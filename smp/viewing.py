"""What `smp view` makes of a course: pictures from all sides, a turntable, what the eye sees from a distance. Rendering is the engine's."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadInput, ByteArray, NotPossible, Progress, Value, value
from scalp.demo.lamps import LIGHT_NAMES
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.scene import View
from scalp.io.assets import makehuman_folder
from scalp.io.films import write_film
from scalp.io.pictures import write_picture
from scalp.rendering.seeing import SEEING_DISTANCES_MM, coarser_than_eye, px_per_degree, scale_at, see_photo_from
from scalp.rendering.sheets import Block, Tile, compose_sheet
from scalp.rendering.turntables import FRAME_SECONDS, film_frame, sheet_turntable, walk_round
from scalp.rendering.views import POSES_DEGREES, Stand
from scalp.treatment.courses import Course, banded, moments_of
from scalp.treatment.looks import render_views
from smp.orders import Order, choose

MOST_POSES, MOST_DISTANCES = 8, 4
FRAME_PX, FILM_PX = (720, 960), 540
SHEET_TITLE = "The head from where no photo was taken"
CLOSE_FRAME_MM, CLOSE_PX, CLOSE_ELEVATION_DEGREES = 64.0, (1120, 840), 30.0
BEFORE = Moment(name="before", label="Before", session_number=0, days=0.0)
MOMENT_NAMES = (
    *("before", "session-1", "session-2", "session-3", "session-4", "healed"),
    *("year-5", "year-10", "year-10-low", "year-10-high"),
    *("month-6", "month-12", "month-18", "month-18-low", "month-18-high"),
)
"""Every moment that some course has; whether this one has it is known once it is planned."""
PLACE_WORDS = {300.0: "a mirror, a barber", 1000.0: "a talk", 3000.0: "across a room"}


@value
class Wanted(Value):
    """What was asked for, checked: stands by name, the light, the word for the moment, distances of seeing, a turntable."""

    names: tuple[str, ...]
    stands: tuple[Stand, ...]
    light: str
    moment: str
    distances_mm: tuple[float, ...]
    frames_count: int
    """Frames of a turntable, 0 for none."""


def read_wanted(pose: str, light: str, moment: str, distance: str | None, frames_count: int | None, framed: Stand) -> Wanted:
    """Return what the words of a command line ask for, or refuse the first one that is wrong."""
    words = tuple(word.strip() for word in pose.split(",") if word.strip())
    if not 1 <= len(words) <= MOST_POSES or len(set(words)) != len(words):
        raise BadInput("pose", pose or "empty", f"1 to {MOST_POSES} different poses", "Separate them by commas: front,left,135,180/40.")
    stands = tuple(read_pose(word, framed) for word in words)
    if frames_count is not None:
        walk_round(stands[0], frames_count)
    names = tuple(word.replace("/", "-").replace(".", "_") for word in words)
    return Wanted(
        names=names,
        stands=stands,
        light=choose("light", light, LIGHT_NAMES),
        moment=choose("moment", moment, MOMENT_NAMES),
        distances_mm=read_distances(distance),
        frames_count=frames_count or 0,
    )


def read_pose(word: str, framed: Stand) -> Stand:
    """Return the stand of a pose, one of the names, an azimuth in degrees, or azimuth/elevation; its picture is that of `framed`."""
    framed = dataclasses.replace(framed, label=f"view {word}")
    if word in POSES_DEGREES:
        azimuth, elevation = POSES_DEGREES[word]
        return dataclasses.replace(framed, azimuth_degrees=azimuth, elevation_degrees=elevation)
    try:
        numbers = [float(part) for part in word.split("/")]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 2:
        allowed = f"{', '.join(POSES_DEGREES)}, degrees to the client's left such as 135, or 135/30 with the height"
        raise BadInput("pose", word, allowed, "Choose one of these.")
    elevation = numbers[1] if len(numbers) > 1 else framed.elevation_degrees
    return dataclasses.replace(framed, azimuth_degrees=numbers[0], elevation_degrees=elevation)


def read_distances(words: str | None) -> tuple[float, ...]:
    """Return distances of seeing in mm from metres between commas; `all` means 0.3, 1 and 3 m."""
    if words is None:
        return ()
    if words == "all":
        return SEEING_DISTANCES_MM
    try:
        metres = [float(word) for word in words.split(",") if word.strip()]
    except ValueError:
        metres = []
    if not 1 <= len(metres) <= MOST_DISTANCES:
        raise BadInput("distance", words, f"1 to {MOST_DISTANCES} distances in metres, or all", "Write 0.3,1,3 or all.")
    for one in metres:
        px_per_degree(1.0, 1000.0 * one)
    return tuple(1000.0 * one for one in metres)


def find_moment(course: Course, word: str) -> Moment:
    """Return a moment of the course by its name, `before` among them."""
    known = moments_of(course.plan)
    named = {moment.name: moment for moment in (BEFORE, *known, *banded(known[-1]))}
    if word not in named:
        raise NotPossible(f"the moment {word}", ", ".join(named), "Choose one of these with --moment.")
    return named[word]


def run_view(course: Course, order: Order, wanted: Wanted, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write the views, the sheet and what else was wanted into a folder, and return what a program wants to know."""
    moment = find_moment(course, wanted.moment)
    makehuman = makehuman_folder()
    close = _close_stand(course) if wanted.distances_mm else None
    stands = (*wanted.stands, *((close,) if close else ()))
    views = list(render_views(course, moment, stands, light=wanted.light, makehuman=makehuman, progress=progress))
    files = []
    for name, view in zip(wanted.names, views, strict=False):
        files.append(f"view-{name}.{order.picture_format}")
        write_picture(view.photo, folder / files[-1])
    files.append("sheet.png")
    _write_sheet(_present(views[: len(wanted.names)], wanted, course, moment), folder / files[-1])
    if close:
        files.append("seen.png")
        _write_sheet(_present_seen(views[0], views[-1], wanted, course), folder / files[-1])
    if wanted.frames_count:
        files += _write_turntable(course, moment, wanted, order, folder, progress)
    doubts = dict.fromkeys(doubt for view in views for doubt in view.doubts)
    return {
        "files": files,
        "light": wanted.light,
        "moment": moment.name,
        "views": [
            {"name": name, "azimuth_degrees": s.azimuth_degrees, "elevation_degrees": s.elevation_degrees} for name, s in _named(wanted)
        ],
        "impressions_count": course.plan.impressions_count,
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in doubts],
    }


def _named(wanted: Wanted) -> Iterator[tuple[str, Stand]]:
    return zip(wanted.names, wanted.stands, strict=True)


def _close_stand(course: Course) -> Stand:
    """Return the stand before the middle of the hairline, close."""
    line_mm = course.design.hairline.points_mm
    aim = line_mm[len(line_mm) // 2]
    return Stand(
        elevation_degrees=CLOSE_ELEVATION_DEGREES,
        width_px=CLOSE_PX[0],
        height_px=CLOSE_PX[1],
        distance_mm=600.0,
        frame_width_mm=CLOSE_FRAME_MM,
        label="hairline",
        aim_mm=(float(aim[0]), float(aim[1]), float(aim[2])),
    )


def _present(views: list[View], wanted: Wanted, course: Course, moment: Moment) -> ByteArray:
    """Return the sheet of all views, (rows, cols, 3) sRGB uint8."""
    across = len(views) if len(views) <= MOST_DISTANCES else -(-len(views) // 2)
    tiles = [Tile(srgb_u8=view.photo.srgb_u8, label=name.capitalize()) for name, view in zip(wanted.names, views, strict=True)]
    rows = tuple(tuple(tiles[start : start + across]) for start in range(0, len(tiles), across))
    subtitle = f"{moment.label}. {course.design.wishes.style.capitalize()} hairline, {course.plan.impressions_count:,} impressions. Light: {wanted.light}"
    doubts = tuple(dict.fromkeys(doubt.sentence() for view in views for doubt in view.doubts))
    return compose_sheet(SHEET_TITLE, subtitle, rows, (Block(heading="What is not certain", lines=doubts, wide=True),), even=True)


def _present_seen(whole: View, close: View, wanted: Wanted, course: Course) -> ByteArray:
    """Return the sheet of what an eye sees from each distance: the hairline close, and the whole head."""
    line_mm = course.design.hairline.points_mm
    middle = line_mm[len(line_mm) // 2]
    rows = []
    for view, what in ((close, f"{CLOSE_FRAME_MM:.0f} mm of the hairline"), (whole, "the head")):
        px_per_mm = scale_at(view.camera, middle if view is close else view.camera.eye_mm * 0.0)
        tiles = []
        for distance_mm in wanted.distances_mm:
            seen = see_photo_from(view.photo, px_per_mm, distance_mm)
            words = PLACE_WORDS.get(distance_mm, "")
            caption = f"{what}{': ' + words if words else ''}"
            if coarser_than_eye(px_per_mm, distance_mm):
                caption += ". The picture is coarser than the eye here"
            tiles.append(Tile(srgb_u8=seen.srgb_u8, label=f"From {distance_mm / 1000:g} m", caption=caption))
        rows.append(tuple(tiles))
    lines = (
        "All pictures are enlarged to one size. Each shows only what the optics of a good eye let through from that distance, in linear light.",
        "Look from as near as you like: your own eye and screen add no more than they do to any picture.",
        "Nerves see even less than this of faint patterns; poor light and uncorrected sight blur more.",
    )
    return compose_sheet(
        "What others see",
        f"{close.moment.label}. Light: {wanted.light}",
        tuple(rows),
        (Block(heading="How to read this", lines=lines, wide=True),),
    )


def _write_turntable(course: Course, moment: Moment, wanted: Wanted, order: Order, folder: Path, progress: Progress) -> list[str]:
    """Write the film and the contact sheet of once round the head."""
    first = Stand(elevation_degrees=wanted.stands[0].elevation_degrees, width_px=FRAME_PX[0], height_px=FRAME_PX[1])
    stands = walk_round(first, wanted.frames_count)
    makehuman = makehuman_folder()
    views = render_views(course, moment, stands, light=wanted.light, makehuman=makehuman, lamps_stay=True, progress=progress)
    frames = [film_frame(view.photo.srgb_u8, FILM_PX) for view in views]
    film = "webp" if order.film == "none" else order.film
    progress("making the film", 0.98)
    write_film(frames, FRAME_SECONDS, folder / f"turntable.{film}")
    _write_sheet(sheet_turntable(frames, "Once round the head", f"{moment.label}. Light: {wanted.light}"), folder / "turntable.png")
    return [f"turntable.{film}", "turntable.png"]


def _write_sheet(srgb_u8: ByteArray, path: Path) -> None:
    write_picture(Photo(pixels=np.asarray(srgb_u8), encoding=srgb_encoding()), path)


def report_views(result: dict[str, Any], out: Path) -> str:
    """Return the few lines that sum up a run."""
    lines = [f"{len(result['views'])} views in {result['light']} light, {result['moment']}, {result['impressions_count']:,} impressions."]
    lines += ["Not certain:"] + [f"  - {doubt['where']}: {doubt['size']}. {doubt['advice']}" for doubt in result["doubts"]]
    lines.append(f"{', '.join(result['files'])} are in {out}. A simulation, not a promise.")
    return "\n".join(lines)
