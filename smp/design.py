"""`smp design`: a head and a person's wishes go in; hairline, zones and density come out, with what speaks against them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.drawing import DesignOrder

HeadFile = Annotated[Path, typer.Argument(help="The folder of `smp head`, or its head.json.", show_default=False, readable=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for design.json, design.npz and the map.")]
Sex = Annotated[str | None, typer.Option(help="female or male: women's lines are higher and rounder. May be left out.")]
Ludwig = Annotated[str | None, typer.Option(help="Stage of a woman's loss to treat: 1, 2 or 3; not together with --norwood.")]
Irregularity = Annotated[float, typer.Option(help="How ragged the line is: 0 even, 1 as its style, at most 2.")]
Asymmetry = Annotated[float, typer.Option("--asymmetry-mm", help="By how much the two sides may differ, 0 to 2 mm.")]
Transition = Annotated[float | None, typer.Option("--transition-mm", help="Depth of the soft edge, 1 to 25 mm; unsaid, as the style.")]
TempleClosure = Annotated[float | None, typer.Option("--temple-closure", help="0 leaves the temples open, 1 draws them to the sideburn.")]
SideBlend = Annotated[float | None, typer.Option("--side-blend-mm", help="Width of the fade into sides and back, 10 to 60 mm.")]
Note = Annotated[str, typer.Option(help="The client's own words for the practitioner, up to 2,000 characters.")]
Moves = Annotated[
    list[str] | None,
    typer.Option("--move", help="Move an anchor over the skin by mm left and up: left_frontotemporal=0,4. Several times for several."),
]
Line = Annotated[Path | None, typer.Option(help="A hairline drawn by hand (JSON with points_mm) in place of the style's.", readable=False)]
Marks = Annotated[Path | None, typer.Option(help="Places to keep free, scars and patches (JSON).", readable=False)]
Survey = Annotated[Path | None, typer.Option(help="A survey.json of smp survey: its places to avoid are kept free.", readable=False)]
Zones = Annotated[
    list[str] | None,
    typer.Option("--zone", help="Ask one zone otherwise: crown=80 (per cm2), or crown=80,shade=24 (ml water for 1 ml). Several times."),
]
Accept = Annotated[bool, typer.Option("--accept", help="Take the nearest design that nothing speaks against, and tell what was changed.")]
Later = Annotated[
    str | None, typer.Option("--later-norwood", help="Also show what the design looks like once the own hair has gone to this stage.")
]


def design(
    head: HeadFile,
    out: Out = Path("design"),
    style: options.Style = "natural",
    height_mm: options.HeightMm = None,
    norwood: options.Norwood = None,
    ludwig: Ludwig = None,
    age: options.Age = None,
    sex: Sex = None,
    density: options.Density = 130.0,
    irregularity: Irregularity = 1.0,
    asymmetry_mm: Asymmetry = 2.0,
    transition_mm: Transition = None,
    temple_closure: TempleClosure = None,
    side_blend_mm: SideBlend = None,
    note: Note = "",
    move: Moves = None,
    line: Line = None,
    marks: Marks = None,
    survey: Survey = None,
    zone: Zones = None,
    accept: Accept = False,
    later_norwood: Later = None,
    seed: options.Seed = 1,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Design a treatment on a head in mm: hairline, zones, density, what speaks against it, and a map with a 10 mm grid."""
    from scalp.domain.design import Wishes
    from smp.drawing import DesignOrder, read_moves, read_zones
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        wishes = Wishes(
            style=style, height_mm=height_mm, norwood=norwood, ludwig=ludwig, age_years=age, sex=sex,  # type: ignore[arg-type]
            peak_density_per_cm2=density, irregularity_fraction=irregularity, asymmetry_mm=asymmetry_mm, transition_mm=transition_mm,
            temple_closure_fraction=temple_closure, side_blend_mm=side_blend_mm, note=note, seed=seed,
        )  # fmt: skip
        order = DesignOrder(
            head=head,
            wishes=wishes,
            moves=read_moves(tuple(move or ())),
            line=line,
            marks=marks,
            survey=survey,
            zones=read_zones(tuple(zone or ())),
            accept=accept,
            later_norwood=later_norwood,
        )
        terminal.answer(*_run(order, out, terminal))


def _run(order: "DesignOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Draw the design and write all of it; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.drawing import report_design, run_design

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        result = run_design(order, folder, out, stages)
    return result | {"folder": str(out)}, report_design(result, out)
