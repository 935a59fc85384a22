"""`smp demo`: the whole course on a generated head, so that a fresh machine without any photo shows the main job."""

from pathlib import Path
from typing import Annotated

import typer

from smp import options

TONES = {"I": 0.012, "II": 0.02, "III": 0.045, "IV": 0.075, "V": 0.11, "VI": 0.17}
"""Melanin of the demo's skin by Fitzpatrick type, a fraction of the epidermis. (E)"""
DEMO_VIEWS = ("front", "quarter-left")

Tone = Annotated[str, typer.Option(help="Skin of the demo head, I (very light) to VI (very dark).")]
View = Annotated[str, typer.Option(help="Where the camera stands: front or quarter-left.")]
Width = Annotated[int, typer.Option(help="Width of the photo in px; its height is 4/3 of it.", min=480, max=3024)]


def demo(
    out: options.Out = Path("out/demo"),
    tone: Tone = "II",
    view: View = "front",
    width: Width = 2268,
    style: options.Style = "natural",
    height_mm: options.HeightMm = None,
    compare: options.Compare = None,
    sessions: options.Sessions = None,
    start: options.Start = None,
    temporary: options.Temporary = False,
    seed: options.Seed = 1,
    picture_format: options.Format = "jpg",
    film: options.Film = "webp",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the whole course on a generated head: nobody's photo, exact camera, the truth known."""
    from scalp.capture.size.scale import ScaleWish
    from scalp.demo.portrait import MEDIUM_SKIN, make_demo_head
    from scalp.demo.truth import DemoView
    from scalp.domain.design import Wishes
    from scalp.domain.skin import Skin
    from scalp.io.assets import makehuman_folder
    from scalp.io.folders import output_folder
    from scalp.io.pictures import write_picture
    from smp.orders import choose, read_order
    from smp.reporting import report_text
    from smp.running import run_order
    from smp.sitting import sit_for
    from smp.terminal import Terminal
    from smp.warming import warm_up

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        skin = Skin(melanin_fraction=TONES[choose("tone", tone.upper(), tuple(TONES))], blood_fraction=MEDIUM_SKIN.blood_fraction)
        stand = DemoView(name=choose("view", view, DEMO_VIEWS), width_px=width, height_px=width * 4 // 3)  # type: ignore[arg-type]
        wishes = Wishes(style=style, height_mm=height_mm, seed=seed)  # type: ignore[arg-type]
        order = read_order(
            wishes,
            compare=compare,
            sessions=sessions,
            start=start,
            prices=None,
            temporary=temporary,
            picture_format=picture_format,
            film=film,
        )
        with output_folder(out) as folder, terminal.working() as stages:
            warm_up(stages, demo=True)
            stages("photographing the demo head", 0.0)
            person = make_demo_head(makehuman_folder(), skin=skin, seed=seed, view=stand)
            write_picture(person.photo, folder / f"before.{picture_format}")
            sitting = sit_for(
                person.photo, marked=person.marked_points, face_number=None, scale=ScaleWish(), progress=stages.part(0.3, 0.5)
            )
            result = run_order(sitting, order, folder, stages.part(0.5, 1.0))
        terminal.answer(result | {"folder": str(out)}, report_text(result, out))
