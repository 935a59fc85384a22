"""`smp transfer`: a plan goes in; sheets at 1:1 come out that are laid on the head: a trial look, a stencil, a template."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from scalp.domain.transfer import TransferSheet

PlanFolder = Annotated[Path, typer.Argument(help="The folder of `smp plan`, or its plan.json.", show_default=False, readable=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the PDFs and the SVG of every page.")]
Stencil = Annotated[bool, typer.Option("--stencil", help="Only the lines: stencil and template, without the trial look. Faster.")]
Letter = Annotated[bool, typer.Option("--letter", help="US Letter paper instead of A4.")]


def transfer(
    plan: PlanFolder,
    out: Out = Path("transfer"),
    head: options.DesignedHead = None,
    stencil: Stencil = False,
    letter: Letter = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Lay the treated scalp on paper at 1:1: a trial look to print on transfer paper, and a stencil of the hairline."""
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        terminal.answer(*_run(plan, head, out, (stencil, letter), terminal))


def _run(
    plan: Path,
    head: Path | None,
    out: Path,
    wanted: tuple[bool, bool],
    terminal: Any,  # noqa: ANN401 - the terminal is imported late
) -> tuple[dict[str, Any], str]:
    """Make the sheet and write it; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from scalp.io.transfer import write_transfer
    from scalp.placement import place_impressions
    from scalp.rendering.transfer import make_transfer
    from smp.cases import read_case

    stencil_only, letter = wanted
    with output_folder(out, private=True) as folder, terminal.working() as stages:
        stages("reading the plan", 0.0)
        case = read_case(plan, head=head)
        surface_head, design = case.head.head, case.design
        stages("placing impressions", 0.1)
        placed = None if stencil_only else place_impressions(case.plan, design, surface_head, seed=design.wishes.seed)
        stages("laying the scalp flat", 0.4)
        sheet = make_transfer(surface_head, design, placed, paper="letter" if letter else "a4")
        stages("drawing the pages", 0.9)
        files = [place.relative_to(folder).as_posix() for place in write_transfer(sheet, folder)]
    return _told(sheet, files, out), _said(sheet, files, out)


def _told(sheet: "TransferSheet", files: list[str], out: Path) -> dict[str, Any]:
    """Return the sheet as plain values."""
    patches = [
        {
            "number": patch.number,
            "name": patch.name,
            "impressions_count": len(patch.marks_mm),
            "worst_length_error_fraction": round(patch.worst_fraction, 5),
            "mean_length_error_fraction": round(patch.mean_fraction, 5),
        }
        for patch in sheet.patches
    ]
    doubts = [doubt.sentence() for doubt in sheet.doubts]
    return {"paper": sheet.paper, "patches": patches, "impressions_count": sheet.impressions_count, "files": files, "doubts": doubts} | {
        "folder": str(out)
    }


def _said(sheet: "TransferSheet", files: list[str], out: Path) -> str:
    """Return the few lines that a person reads."""
    printed = ", ".join(name for name in files if name.endswith(".pdf"))
    counted = f"{len(sheet.patches)} patches, {sheet.impressions_count:,} impressions"
    return (
        f"{printed} in {out}: {counted}, lengths within {sheet.worst_fraction:.1%} of the head's.\n"
        "Print at 100 %, no fit to page, and measure a ruler before cutting."
    )
