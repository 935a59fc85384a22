"""`smp check`: is this photo good enough, and what to do better; of several photos, which one to take again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from rich.table import Table

    from scalp.capture.checking.gathering import Gathering
    from scalp.domain.sighting import Finding
    from smp.terminal import Stages, Terminal

COLOURS = {"good": "green", "usable": "yellow", "bad": "red"}
Photos = Annotated[
    list[Path],
    typer.Argument(help="One photo of the head, or several from all sides: JPEG, PNG, WebP or HEIC.", show_default=False, readable=False),
]
PointsFiles = Annotated[
    list[Path] | None,
    typer.Option("--points", help="Named points by hand (JSON): one file for all photos, or one for each in their order.", readable=False),
]


def check(
    photos: Photos,
    face: options.Face = None,
    points: PointsFiles = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell whether photos are good enough for a look, which of several to take again, and what to do better."""
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        if len(photos) == 1:
            _refuse_more_points(points)
            _check_one(terminal, photos[0], points[0] if points else None, face)
        else:
            _refuse_face(face)
            _check_several(terminal, photos, tuple(points or ()))


def _refuse_more_points(points: list[Path] | None) -> None:
    """Refuse several files of points for one photo."""
    from scalp.base import BadInput

    if points and len(points) > 1:
        raise BadInput("points", f"{len(points)} files", "one file for one photo", "Leave out --points but for one.")


def _refuse_face(face: int | None) -> None:
    """Refuse a number of a face where there are several photos: it would be another one in each."""
    from scalp.base import BadInput

    if face is not None:
        raise BadInput("face", "given with several photos", "--face with one photo", "Leave out --face, or check the photos one by one.")


def _check_one(terminal: "Terminal", photo: Path, points: Path | None, face: int | None) -> None:
    """Judge one photo."""
    from scalp.io.photos import read_photo
    from scalp.io.points import PointsFile, check_places_inside, read_points_file
    from scalp.treatment.sittings import judge_photo
    from smp.sitting import models_or_none

    with terminal.working() as stages:
        stages("reading the photo", 0.1)
        picture = read_photo(photo)
        told = read_points_file(points, photo.name) if points else PointsFile()
        check_places_inside(told, picture.width_px, picture.height_px)
        marked = told.marked
        stages("looking at face, light and hair", 0.4)
        findings = judge_photo(picture, models_or_none(needed=marked is None), points=marked, face_number=face)
    worst = _worst(findings)
    terminal.answer({"verdict": worst, "findings": _facts(findings)}, _table(findings, f"This photo is {worst}"))


def _check_several(terminal: "Terminal", photos: Sequence[Path], points: tuple[Path, ...]) -> None:
    """Judge several photos, each by itself and all together; the first line says which to take again."""
    from rich.console import Group
    from rich.markup import escape

    from smp.terminal import plain

    with terminal.working() as stages:
        gathered = _gather(photos, points, stages)
    tables = [
        _table(findings, f"Photo {number} ({escape(plain(photo.name))}) is {_worst(findings)}")
        for number, (photo, findings) in enumerate(zip(photos, gathered.photos, strict=True), start=1)
    ]
    retake = gathered.retake_index
    result: dict[str, Any] = {
        "verdict": _worst([finding for findings in (*gathered.photos, gathered.together) for finding in findings]),
        "retake": None if retake is None else photos[retake].name,
        "reason": gathered.retake_reason,
        "photos": [
            {"photo": photo.name, "verdict": _worst(findings), "findings": _facts(findings)}
            for photo, findings in zip(photos, gathered.photos, strict=True)
        ],
        "together": _facts(gathered.together),
    }
    terminal.answer(result, Group(gathered.verdict_line, _table(gathered.together, "All photos together"), *tables))


def _gather(photos: Sequence[Path], points: tuple[Path, ...], stages: "Stages") -> "Gathering":
    """Read photos and their points, and judge them."""
    from scalp.io.photos import read_photo
    from scalp.treatment.checking import judge_photos
    from smp.heading import points_of
    from smp.sitting import models_or_none

    stages("reading the photos", 0.0)
    told = [None if one is None else one.marked for one in points_of(tuple(photos), points)]
    pictures = [read_photo(photo) for photo in photos]
    models = models_or_none(needed=any(one is None for one in told))
    return judge_photos(pictures, models, points=told, progress=stages.part(0.1, 1.0))


def _worst(findings: "Sequence[Finding]") -> str:
    return next((verdict for verdict in ("bad", "usable") if any(one.verdict == verdict for one in findings)), "good")


def _facts(findings: "Sequence[Finding]") -> list[dict[str, str]]:
    return [{"kind": one.kind, "verdict": one.verdict, "size": one.size, "advice": one.advice} for one in findings]


def _table(findings: "Sequence[Finding]", title: str) -> "Table":
    """Return findings as a table."""
    from rich.table import Table

    table = Table("what", "verdict", "measured", "to do better", title=title)
    for one in findings:
        table.add_row(one.kind, f"[{COLOURS[one.verdict]}]{one.verdict}[/]", one.size, one.advice)
    return table
