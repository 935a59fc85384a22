"""What `smp design` does: the words of a command line as wishes, the design on a stored head, its files and its map."""

import dataclasses
from pathlib import Path
from typing import Any

from scalp.base import BadInput, Doubt, Progress, WrongParent
from scalp.designing.acceptance import accept_design, changes_between
from scalp.designing.markings import marks_of
from scalp.designing.proposal import propose_design
from scalp.domain.design import ANCHOR_NAMES, ZONE_NAMES, AnchorMove, Design, HairlineEdit, Wishes, ZoneWish
from scalp.domain.head import Head
from scalp.domain.marks import ScalpMarks
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.rules import Objection
from scalp.io.designs import COLUMNS_NAME, DESIGN_NAME, write_design
from scalp.io.heads import read_head
from scalp.io.marks import read_drawn_line, read_marks
from scalp.io.pictures import write_picture
from scalp.io.surveys import read_survey
from scalp.rendering.maps import MAP_SIDES, draw_map
from scalp.rendering.sheets import Block, Tile, compose_sheet
from smp.cases import place_from
from smp.receding import write_later

MAP_NAME = "map.png"
MAP_PX = 900
MOST_LINES = 16
"""Of one heading: a thousand places that were marked may each have something to say."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesignOrder:
    """What was asked for, checked as far as it can be before any file is read."""

    head: Path
    wishes: Wishes
    moves: tuple[AnchorMove, ...] = ()
    line: Path | None = None
    marks: Path | None = None
    survey: Path | None = None
    zones: tuple[ZoneWish, ...] = ()
    accept: bool = False
    later_norwood: str | None = None


def read_moves(words: tuple[str, ...]) -> tuple[AnchorMove, ...]:
    """Return moves of anchors from words such as `left_frontotemporal=0,4`."""
    moves = []
    for word in words:
        anchor, _, told = word.partition("=")
        try:
            left_mm, up_mm = (float(number) for number in told.split(","))
        except ValueError:
            allowed = f"ANCHOR=LEFT,UP in mm, ANCHOR one of {', '.join(ANCHOR_NAMES)}"
            raise BadInput("move", word, allowed, "Write --move left_frontotemporal=0,4.") from None
        moves.append(AnchorMove(anchor=anchor.strip().replace("-", "_"), left_mm=left_mm, up_mm=up_mm))
    return tuple(moves)


def read_zones(words: tuple[str, ...]) -> tuple[ZoneWish, ...]:
    """Return what is asked of zones from words such as `crown=80` or `crown=80,shade=24`."""
    wishes = []
    for word in words:
        zone, _, told = word.partition("=")
        parts = [part.strip() for part in told.split(",") if part.strip()]
        asked: dict[str, float] = {}
        for part in parts:
            name, _, number = part.rpartition("=")
            field = {"": "density_per_cm2", "density": "density_per_cm2", "shade": "shade_ratio"}.get(name.strip())
            value_of = _number(number)
            if field is None or value_of is None or field in asked:
                raise BadInput(
                    "zone", word, f"ZONE=DENSITY[,shade=RATIO], ZONE one of {', '.join(ZONE_NAMES[1:])}", "Write --zone crown=80."
                )
            asked[field] = value_of
        if not asked:
            raise BadInput("zone", word, f"ZONE=DENSITY[,shade=RATIO], ZONE one of {', '.join(ZONE_NAMES[1:])}", "Write --zone crown=80.")
        wishes.append(ZoneWish(zone=zone.strip(), density_per_cm2=asked.get("density_per_cm2"), shade_ratio=asked.get("shade_ratio")))
    named = [wish.zone for wish in wishes]
    if len(set(named)) != len(named):
        raise BadInput("zone", "named twice", "each zone once", "Join what is asked of it: crown=80,shade=24.")
    return tuple(wishes)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def run_design(order: DesignOrder, folder: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Draw the design an order asks for and write it with its map into a folder; return what a program wants to know."""
    progress("reading the head", 0.0)
    head = read_head(order.head).head
    edit, marks = _edit(order, head), _marks(order, head)
    progress("drawing the hairline", 0.15)
    asked = propose_design(head, order.wishes, edit=edit, marks=marks, zone_wishes=order.zones)
    design = accept_design(head, asked, zone_wishes=order.zones) if order.accept else asked
    changes = changes_between(asked.wishes, design.wishes) + (
        ("line: the drawn one -> the proposed one",) if asked.edit and not design.edit else ()
    )
    write_design(design, folder, place_from(out, order.head))
    progress("drawing the map", 0.4)
    _write_sheet(head, design, folder / MAP_NAME, progress)
    later = {} if order.later_norwood is None else write_later(head, design, order.later_norwood, folder, progress)
    files = [DESIGN_NAME, COLUMNS_NAME, MAP_NAME, *later.pop("files", [])]
    return summary_of(design) | {"changed": list(changes)} | later | {"files": files}


def _edit(order: DesignOrder, head: Head) -> HairlineEdit | None:
    """Return what was moved and drawn by hand, None for nothing."""
    if not order.moves and order.line is None:
        return None
    drawn = None if order.line is None else read_drawn_line(order.line, head)
    return HairlineEdit(head_digest=head.digest, moves=order.moves, drawn_mm=drawn)


def _marks(order: DesignOrder, head: Head) -> ScalpMarks | None:
    """Return what lies on the scalp, as told in a file and found by a survey; None for nothing."""
    told = None if order.marks is None else read_marks(order.marks, head)
    if order.survey is None:
        return told
    found = marks_of(read_survey(order.survey))
    if found.head_digest != head.digest:
        raise WrongParent("survey", "that of another head", "a survey on this head", "Survey again: smp survey PHOTOS --head HEAD.")
    return found if told is None else dataclasses.replace(told, keep_away=told.keep_away + found.keep_away)


def _write_sheet(head: Head, design: Design, path: Path, progress: Progress) -> None:
    """Write the map of all sides with its numbers, and what speaks against the design."""
    tiles = []
    for number, side in enumerate(MAP_SIDES):
        progress("drawing the map", 0.4 + 0.1 * number)
        tiles.append(Tile(srgb_u8=draw_map(head, design, side, height_px=MAP_PX), label=""))
    subtitle = (
        f"{_line_words(design)}, {design.hairline.height_mm:.0f} mm above the glabella, {design.area_cm2:.0f} cm2, "
        f"{sum(zone.impressions_count for zone in design.zones):,} impressions. Grid: 10 mm over the skin"
    )
    blocks = (_zones_block(design), *against_blocks(design.objections, design.doubts))
    sheet = compose_sheet("The design on this head", subtitle, (tuple(tiles[:3]), tuple(tiles[3:])), blocks)
    write_picture(Photo(pixels=sheet, encoding=srgb_encoding()), path)


def _line_words(design: Design) -> str:
    """Name a hairline: by its style, or as drawn by hand."""
    if design.edit is not None and design.edit.drawn_mm is not None:
        return "Hairline drawn by hand"
    style = "widow's peak" if design.wishes.style == "widows-peak" else design.wishes.style
    return f"{style.capitalize()} hairline"


def _zones_block(design: Design) -> Block:
    lines = [
        f"{zone.name.capitalize()}: {zone.area_cm2:.0f} cm2, {zone.mean_per_cm2:.0f} per cm2, {zone.impressions_count:,} impressions"
        for zone in design.zones
    ]
    return Block(heading="Zones", lines=tuple(lines))


def against_blocks(objections: tuple[Objection, ...], doubts: tuple[Doubt, ...]) -> tuple[Block, ...]:
    """Return what speaks against a design and what is not certain, each where there is any."""
    against = Block(heading="What speaks against it", lines=_briefly(tuple(one.sentence() for one in objections)), wide=True)
    unsure = Block(heading="What is not certain", lines=_briefly(tuple(doubt.sentence() for doubt in doubts)), wide=True)
    return tuple(block for block in (against, unsure) if block.lines)


def _briefly(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return as many lines as a sheet has room for, and where the rest are told."""
    left_out = len(lines) - MOST_LINES
    return lines if left_out <= 0 else (*lines[:MOST_LINES], f"{left_out} more: {DESIGN_NAME} lists all of them.")


def summary_of(design: Design) -> dict[str, Any]:
    """Return the numbers of a design that a program asks for."""
    line = design.hairline
    return {
        "style": design.wishes.style,
        "line": _line_words(design),
        "hairline_height_mm": round(line.height_mm, 1),
        "anchors_mm": {name: [round(float(x), 2) for x in line.anchor_mm(name)] for name in line.anchor_names},
        "area_cm2": round(design.area_cm2, 1),
        "impressions_count": sum(zone.impressions_count for zone in design.zones),
        "zones": [
            {
                "name": zone.name,
                "area_cm2": round(zone.area_cm2, 1),
                "impressions_count": zone.impressions_count,
                "mean_per_cm2": round(zone.mean_per_cm2, 1),
                "keep_away_count": zone.keep_away_count,
            }
            for zone in design.zones
        ],
        "objections": [
            {"rule": one.rule.name, "severity": one.rule.severity, "found": one.found, "allowed": one.allowed, "nearest": one.nearest}
            for one in design.objections
        ],
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in design.doubts],
        "digest": design.digest,
    }


def report_design(result: dict[str, Any], out: Path) -> str:
    """Return the lines that sum up a design."""
    lines = [
        (
            f"{result['line']} at {result['hairline_height_mm']:.0f} mm, "
            f"{result['area_cm2']:.0f} cm2, {result['impressions_count']:,} impressions:"
        )
    ]
    lines += [
        f"  {zone['name']:<14}{zone['area_cm2']:>7.1f} cm2{zone['mean_per_cm2']:>7.0f} per cm2{zone['impressions_count']:>8,}"
        for zone in result["zones"]
    ]
    if result["changed"]:
        lines += ["Changed to what nothing speaks against:"] + [f"  - {change}" for change in result["changed"]]
    if "later" in result:
        lines.append(f"With the own hair at Norwood {result['later']['norwood']}: {result['later']['said']}")
    if result["objections"]:
        lines.append("Speaks against it:")
        lines += [f"  - [{one['severity']}] {one['found']}; {one['allowed']}. {one['nearest']}" for one in result["objections"]]
    lines += ["Not certain:"] + [f"  - {doubt['where']}: {doubt['size']}. {doubt['advice']}" for doubt in result["doubts"]]
    lines.append(f"{', '.join(result['files'])} are in {out}. Next: smp plan {out}")
    return "\n".join(lines)
