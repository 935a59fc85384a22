"""`smp survey`: photos of a head go in; what is on its scalp comes out, for a person to check and correct."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.surveying import SurveyOrder

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for survey.json and a sheet of each photo.")]
Photos = Annotated[
    list[Path],
    typer.Argument(help="One photo of the head or several: JPEG, PNG, WebP or HEIC.", show_default=False, readable=False),
]
KeptHead = Annotated[
    Path | None,
    typer.Option(
        "--head",
        help="The head.json that smp head made of these photos; without it a head is made first.",
        show_default=False,
        readable=False,
    ),
]
PointsFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--points", help="Points by hand (JSON) with avoid, not_avoid, grey_card and white: one file for all, or one each.", readable=False
    ),
]
SkinMask = Annotated[
    Path | None, typer.Option(help="PNG of the photo's size: bare skin white, no bare skin black, grey as read.", readable=False)
]
HairMask = Annotated[Path | None, typer.Option(help="The same for hair.", readable=False)]
HeadMask = Annotated[Path | None, typer.Option(help="The same for head and no head.", readable=False)]
AvoidMask = Annotated[Path | None, typer.Option(help="The same for places to avoid.", readable=False)]


def survey(
    photos: Photos,
    out: Out = Path("survey"),
    head: KeptHead = None,
    points: PointsFiles = None,
    mask_skin: SkinMask = None,
    mask_hair: HairMask = None,
    mask_head: HeadMask = None,
    mask_avoid: AvoidMask = None,
    circumference: options.Circumference = None,
    card: options.Card = None,
    face: options.Face = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell what is on a scalp: tones, white, stubble, moles and scars to avoid, what is in the way; with its confidence, and correctable."""
    from smp.orders import read_scale, refuse_inside
    from smp.surveying import SurveyOrder
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        masks = {"skin": mask_skin, "hair": mask_hair, "head": mask_head, "avoid": mask_avoid}
        order = SurveyOrder(
            photos=tuple(photos),
            head=head,
            points=tuple(points or ()),
            masks={name: mask for name, mask in masks.items() if mask is not None},
            scale=read_scale(circumference, card),
            face_number=face,
        )
        order.check()
        for photo in photos:
            refuse_inside(photo, out)
        terminal.answer(*_run(order, out, terminal))


def _run(order: "SurveyOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Survey the photos and write all of it; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.surveying import report_survey, run_survey
    from smp.warming import warm_up

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        warm_up(stages)
        study, result = run_survey(order, folder, stages)
    return result | {"folder": str(out)}, report_survey(study, result["files"], out)
