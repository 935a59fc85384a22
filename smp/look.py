"""`smp look`: one photo in, the whole course on it out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smp import options

if TYPE_CHECKING:
    from scalp.treatment.sittings import Sitting
    from smp.orders import Order
    from smp.terminal import Terminal


def look(
    photo: options.Photo,
    out: options.Out = Path("look"),
    style: options.Style = "natural",
    height_mm: options.HeightMm = None,
    norwood: options.Norwood = None,
    age: options.Age = None,
    density: options.Density = 130.0,
    compare: options.Compare = None,
    sessions: options.Sessions = None,
    start: options.Start = None,
    prices: options.Prices = None,
    temporary: options.Temporary = False,
    sun: options.Sun = None,
    skin_type: options.SkinType = None,
    scar: options.Scar = False,
    shaved: options.Shaved = False,
    stubble_days: options.StubbleDays = None,
    grey: options.Grey = None,
    later_norwood: options.LaterNorwood = None,
    seed: options.Seed = 1,
    face: options.Face = None,
    points: options.Points = None,
    circumference: options.Circumference = None,
    card: options.Card = None,
    head: options.KeptHead = None,
    plan: options.KeptPlan = None,
    picture_format: options.Format = "jpg",
    film: options.Film = "webp",
    forget: options.Forget = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show a photo of a head with the treatment on it: after each session, healed, and years later, with the plan."""
    from scalp.domain.design import Wishes
    from scalp.domain.fading import FadingFactors
    from smp.cases import follow_folder
    from smp.orders import read_hair_wish, read_order, refuse_inside
    from smp.sitting import choose_sitting
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        if forget:
            terminal.answer(*_forgotten(photo))
            return
        wishes = Wishes(style=style, height_mm=height_mm, norwood=norwood, age_years=age, peak_density_per_cm2=density, seed=seed)  # type: ignore[arg-type]
        order = read_order(
            wishes, compare=compare, sessions=sessions, start=start, prices=prices, temporary=temporary,
            factors=FadingFactors(sun=sun, skin_type=skin_type, scar=scar),  # type: ignore[arg-type]
            picture_format=picture_format, film=film, shaved=shaved,
            native=read_hair_wish(stubble_days, None if grey is None else grey / 100.0, (norwood, later_norwood), shaved=shaved),
        )  # fmt: skip
        refuse_inside(photo, out)
        idle = {"compare": compare, "sessions": sessions, "start": start, "prices": prices, "temporary": temporary, "shaved": shaved}
        order, head = follow_folder(order, plan, head, idle | {"height-mm": height_mm, "norwood": norwood, "age": age})
        sit = choose_sitting(photo, head, points=points, face=face, circumference_mm=circumference, card=card)
        terminal.answer(*_run(order, out, terminal, sit))


def _run(order: "Order", out: Path, terminal: "Terminal", sit: Callable[..., "Sitting"]) -> tuple[dict[str, Any], str]:
    """Do all of an order into a folder; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.reporting import report_text
    from smp.running import run_order
    from smp.warming import warm_up

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        warm_up(stages)
        result = run_order(sit(progress=stages.part(0.0, 0.35)), order, folder, stages.part(0.35, 1.0))
    return result | {"folder": str(out)}, report_text(result, out)


def _forgotten(photo: Path) -> tuple[dict[str, bool], str]:
    """Remove what is kept about a photo; return whether there was anything, for a program and in words."""
    from scalp.io.cache import forget_photo
    from scalp.io.photos import read_photo

    known = forget_photo(read_photo(photo).digest)
    return {"forgotten": known}, "Everything kept about this photo is removed." if known else "Nothing was kept about this photo."
