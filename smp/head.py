"""`smp head`: photos of a head, a film or a scan go in, the head in millimetres comes out, as files that every viewer of 3D opens."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from scalp.domain.client import Client
    from smp.heading import HeadOrder

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for head.json, head.glb and the pictures.")]
Photos = Annotated[
    list[Path],
    typer.Argument(
        help="Photos of one head from several sides, the front first; or one film; or one scan (GLB, OBJ, PLY, STL, USDZ).",
        show_default=False,
        readable=False,
    ),
]
PointsFiles = Annotated[
    list[Path] | None,
    typer.Option("--points", help="Named points by hand (JSON): one file for all photos, or one for each in their order.", readable=False),
]
Sex = Annotated[str | None, typer.Option(help="female or male: makes the unseen a little surer. May be left out.")]
AgeYears = Annotated[float | None, typer.Option("--age", help="Age in years, 18 or more. May be left out.")]
Unit = Annotated[str | None, typer.Option(help="What one unit of a scan measures, where its file does not say: mm, cm, m or in.")]
Up = Annotated[str | None, typer.Option(help="Which axis of a scan points to the top of the head: x, y, z, -x, -y or -z.")]
NoTexture = Annotated[bool, typer.Option("--no-texture", help="Write no picture of the face: shape and doubt only.")]


def head(
    photos: Photos,
    out: Out = Path("head"),
    points: PointsFiles = None,
    circumference: options.Circumference = None,
    card: options.Card = None,
    sex: Sex = None,
    age: AgeYears = None,
    face: options.Face = None,
    unit: Unit = None,
    up: Up = None,
    no_texture: NoTexture = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make the head in millimetres from one photo or several, a film round it, or a scan: head.json, head.glb, a sheet with its doubt, a turntable."""
    from smp.heading import HeadOrder
    from smp.orders import read_scale, refuse_inside
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        order = HeadOrder(
            files=tuple(photos),
            points=tuple(points or ()),
            face_number=face,
            scale=read_scale(circumference, card),
            client=_client(sex, age),
            textured=not no_texture,
            unit=unit,
            up=up,
        )
        for photo in photos:
            refuse_inside(photo, out)
        result, text = _run(order, out, terminal)
        terminal.answer(result, text)


def _client(sex: str | None, age: float | None) -> "Client | None":
    """Return what was told of the client, None where nothing was."""
    from scalp.domain.client import Client

    return None if sex is None and age is None else Client(sex=sex, age_years=age)  # type: ignore[arg-type]


def _run(order: "HeadOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Make the head and write all of it; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.head_sheet import numbers_of, report_head
    from smp.heading import run_head
    from smp.warming import warm_up

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        warm_up(stages)
        stored, files = run_head(order, folder, stages)
    return numbers_of(stored) | {"files": files, "folder": str(out)}, report_head(stored, files, out)
