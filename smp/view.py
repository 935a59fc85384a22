"""`smp view`: the treatment from where no photo was taken, in other lights, from a distance."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from scalp.base import Progress
    from scalp.treatment.courses import Course
    from smp.orders import Order
    from smp.terminal import Terminal
    from smp.viewing import Wanted

Photo = Annotated[Path | None, typer.Argument(help="A photo of the head, as for `smp look`; not needed with --demo.", readable=False)]
Pose = Annotated[
    str,
    typer.Option(help="Where to look from, several with commas: front, left, right, back, top, crown, quarter-left, quarter-right, hairline, "
                      "degrees to the client's left (135), or with height (135/30)."),
]  # fmt: skip
Light = Annotated[str, typer.Option(help="daylight, indoor (warm, from above), sun, flash, or wet (daylight on wet skin).")]
Moment = Annotated[str, typer.Option(help="before, session-1 to -4, healed, year-5, year-10 (-low, -high), or month-6 to -18.")]
Turntable = Annotated[bool, typer.Option("--turntable", help="Also a film once round the head, with a contact sheet.")]
Frames = Annotated[int, typer.Option(help="Frames of the turntable, 8 to 120.")]
Distance = Annotated[str | None, typer.Option(help="Also what an eye sees from so many metres: 0.3,1,3 or all.")]
Width = Annotated[int, typer.Option(help="Width of a view in px; its height is 4/3 of it.", min=240, max=3024)]
Demo = Annotated[bool, typer.Option("--demo", help="On the generated head instead of a photo.")]


def view(
    photo: Photo = None,
    out: options.Out = Path("view"),
    pose: Pose = "front,left,back,top",
    light: Light = "daylight",
    moment: Moment = "healed",
    turntable: Turntable = False,
    frames: Frames = 36,
    distance: Distance = None,
    width: Width = 1060,
    demo: Demo = False,
    style: options.Style = "natural",
    height_mm: options.HeightMm = None,
    norwood: options.Norwood = None,
    age: options.Age = None,
    density: options.Density = 130.0,
    sessions: options.Sessions = None,
    temporary: options.Temporary = False,
    sun: options.Sun = None,
    skin_type: options.SkinType = None,
    scar: options.Scar = False,
    seed: options.Seed = 1,
    face: options.Face = None,
    points: options.Points = None,
    circumference: options.Circumference = None,
    head: options.KeptHead = None,
    plan: options.KeptPlan = None,
    picture_format: options.Format = "jpg",
    film: options.Film = "webp",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the treatment from any side, also where no photo was taken, in other lights and as seen from a distance."""
    from scalp.domain.design import Wishes
    from scalp.domain.fading import FadingFactors
    from scalp.io.assets import makehuman_folder
    from scalp.rendering.views import Stand
    from smp.cases import course_of_plan
    from smp.orders import read_order, refuse_inside
    from smp.running import course_of_sitting
    from smp.sitting import choose_sitting
    from smp.terminal import Terminal
    from smp.viewing import read_wanted

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        wanted = read_wanted(pose, light, moment, distance, frames if turntable else None, Stand(width_px=width, height_px=width * 4 // 3))
        wishes = Wishes(style=style, height_mm=height_mm, norwood=norwood, age_years=age, peak_density_per_cm2=density, seed=seed)  # type: ignore[arg-type]
        told = FadingFactors(sun=sun, skin_type=skin_type, scar=scar)  # type: ignore[arg-type]
        order = read_order(
            wishes, compare=None, sessions=sessions, start=None, prices=None, temporary=temporary, factors=told,
            picture_format=picture_format, film=film,
        )  # fmt: skip
        _demand_a_head(photo, demo=demo, planned=plan is not None, points=points, face=face, head=None if plan else head)
        makehuman_folder()
        if photo is not None:
            refuse_inside(photo, out)
        idle = {"height-mm": height_mm, "norwood": norwood, "age": age, "sessions": sessions, "temporary": temporary}
        sit = choose_sitting(photo, head, points=points, face=face, circumference_mm=circumference, seed=seed)
        course = course_of_sitting(order, sit) if plan is None else course_of_plan(order, plan, head, dict(idle))
        terminal.answer(*_run(course, order, wanted, out, terminal))


def _run(
    course: "Callable[[Progress], Course]", order: "Order", wanted: "Wanted", out: Path, terminal: "Terminal"
) -> tuple[dict[str, Any], str]:
    """Draw all views into a folder; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.viewing import report_views, run_view
    from smp.warming import warm_up

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        warm_up(stages, demo=True)
        result = run_view(course(stages.part(0.0, 0.3)), order, wanted, folder, stages.part(0.3, 1.0))
    return result | {"folder": str(out)}, report_views(result, out)


def _demand_a_head(photo: Path | None, *, demo: bool, planned: bool, **of_a_photo: object) -> None:
    """Refuse a call without a head, with two, with a folder of results, or with what says of a photo where its face is beside the demo."""
    from scalp.base import BadInput

    if demo + planned + (photo is not None) != 1:
        given = "missing" if photo is None and not demo else f"given with --{'plan' if planned else 'demo'}"
        remedy = "Write smp view PHOTO, smp view --plan PLAN or smp view --demo."
        raise BadInput("photo", given, "a photo, a plan, or --demo", remedy)
    if photo is not None and photo.is_dir():
        remedy = "Give the photo the folder was made from: the same words give the same course."
        raise BadInput(photo.name, "a folder", "a photo: a folder of results keeps neither the photo nor the surface of the head", remedy)
    for name, content in of_a_photo.items():
        if (demo or planned) and content is not None:
            raise BadInput(
                name,
                f"given with --{'demo' if demo else 'plan'}",
                f"--{name} with a photo of your own",
                f"Leave out --{name} or --{'demo' if demo else 'plan'}.",
            )
