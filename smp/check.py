"""`smp check`: is this photo good enough, and what to do better."""

from smp import options

COLOURS = {"good": "green", "usable": "yellow", "bad": "red"}


def check(
    photo: options.Photo,
    face: options.Face = None,
    points: options.Points = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell whether a photo is good enough for a look, and what to do better."""
    from rich.table import Table

    from scalp.io.photos import read_photo
    from scalp.io.points import check_points_inside, read_points
    from scalp.treatment import judge_photo
    from smp.sitting import models_or_none
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        with terminal.working() as stages:
            stages("reading the photo", 0.1)
            picture = read_photo(photo)
            marked = read_points(points, photo.name) if points else None
            if marked:
                check_points_inside(marked, picture.width_px, picture.height_px)
            stages("looking at face, light and hair", 0.4)
            findings = judge_photo(picture, models_or_none(needed=marked is None), points=marked, face_number=face)
        worst = next((verdict for verdict in ("bad", "usable") if any(one.verdict == verdict for one in findings)), "good")
        table = Table("what", "verdict", "measured", "to do better", title=f"This photo is {worst}")
        for one in findings:
            table.add_row(one.kind, f"[{COLOURS[one.verdict]}]{one.verdict}[/]", one.size, one.advice)
        facts = [{"kind": one.kind, "verdict": one.verdict, "size": one.size, "advice": one.advice} for one in findings]
        terminal.answer({"verdict": worst, "findings": facts}, table)
