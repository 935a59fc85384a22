"""The options that several subcommands share, each written once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def _styles() -> list[str]:
    """Return the words a shell completes after --style; loaded only then."""
    from scalp.domain.design import HAIRLINE_STYLES

    return list(HAIRLINE_STYLES)


def _norwood_stages() -> list[str]:
    """Return the words a shell completes after --norwood."""
    from scalp.domain.design import NORWOOD_STAGES

    return list(NORWOOD_STAGES)


Photo = Annotated[Path, typer.Argument(help="A photo of the head: JPEG, PNG, WebP or HEIC.", show_default=False, readable=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures and the plan.")]
Style = Annotated[
    str,
    typer.Option(
        help="Hairline: natural, soft, broken, medium, defined, straight, rounded, receded, widows-peak, faded, afro or female.",
        autocompletion=_styles,
    ),
]
Compare = Annotated[str | None, typer.Option(help="Several styles (natural,soft) or heights in mm (60,66,72) side by side on one sheet.")]
HeightMm = Annotated[float | None, typer.Option(help="Distance over the skin from the glabella to the middle of the hairline, mm.")]
Norwood = Annotated[str | None, typer.Option(help="Stage of loss to treat: 1 to 7, or 3a, 3v, 4a, 5a.", autocompletion=_norwood_stages)]
Age = Annotated[float | None, typer.Option(help="Age in years; moves the usual height of the hairline.")]
Density = Annotated[float, typer.Option(help="Impressions per cm2 at mid-scalp after the last session.")]
Sessions = Annotated[int | None, typer.Option(help="Number of sessions, 2 to 4. Default 3, or 2 with --temporary.")]
Start = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the first session. Default: two weeks from today.")]
Prices = Annotated[Path | None, typer.Option("--prices", help="A price list (TOML) instead of the shipped one.", readable=False)]
Temporary = Annotated[bool, typer.Option("--temporary", help="The trial treatment: pigment that leaves within 6 to 18 months.")]
Sun = Annotated[
    str | None, typer.Option(help="Sun on the scalp, which fades pigment: protected, usual or high. Unsaid, the years are less sure.")
]
SkinType = Annotated[
    str | None, typer.Option("--skin-type", help="Kind of skin, which fades pigment: dry, normal or oily. Unsaid, the years are less sure.")
]
Scar = Annotated[bool, typer.Option("--scar", help="The treated skin is scarred: fewer impressions stay, and they fade faster.")]
Seed = Annotated[int, typer.Option(help="Another number gives another, equally natural arrangement.", min=0)]
Face = Annotated[int | None, typer.Option("--face", help="Which face, counted from 1 on the left, when there are several.")]
Points = Annotated[
    Path | None, typer.Option(help="Named points by hand (JSON), where no face is found or models are missing.", readable=False)
]
KeptHead = Annotated[
    Path | None,
    typer.Option(
        "--head", help="A head.json of `smp head`: look at one of its photos on that very head.", show_default=False, readable=False
    ),
]
DesignedHead = Annotated[
    Path | None,
    typer.Option("--head", help="The head.json this was designed on, where it is not found by itself.", show_default=False, readable=False),
]
KeptPlan = Annotated[
    Path | None,
    typer.Option(
        "--plan", help="The folder of `smp plan`: show that very plan; its head is found beside it.", show_default=False, readable=False
    ),
]
Circumference = Annotated[
    float | None,
    typer.Option(
        "--circumference", help="Head circumference above the brows, mm: brings lengths to within 3 %, more with photos of the back."
    ),
]
Card = Annotated[
    str | None,
    typer.Option(
        help="A bank card held flat to the forehead: auto to look for it, or its corners x,y x,y x,y x,y in px; or a coin's name, eur-1."
    ),
]
Shaved = Annotated[bool, typer.Option("--shaved", help="Preview with long hair shaved down to stubble; a guess, and said so.")]
StubbleDays = Annotated[
    float | None,
    typer.Option("--stubble-days", help="Show the own hair at sides and back as stubble, so many days after a shave (0 to 60)."),
]
Grey = Annotated[float | None, typer.Option("--grey", help="Percent of the own hairs that are grey today; shown with stubble.")]
LaterNorwood = Annotated[
    str | None, typer.Option("--later-norwood", help="Stage of loss the own hair may reach in later years; shown with stubble.")
]
Film = Annotated[str, typer.Option(help="Short film: webp, gif or none.")]
Format = Annotated[str, typer.Option("--format", help="Pictures as jpg or png (exact).")]
Forget = Annotated[bool, typer.Option("--forget", help="Remove everything kept about this photo, and stop.")]
Json = Annotated[bool, typer.Option("--json", help="Result as JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
