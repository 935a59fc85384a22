"""The line that a client's wishes and a person's changes come to, whoever asks for it: the stage's one way to a hairline."""

import dataclasses

from scalp.base import BadInput, FloatArray, Value, WrongParent, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.anchors import absent_anchors, find_anchors
from scalp.designing.editing import move_anchors
from scalp.designing.hairlines import Drawing, SideAnchors, check_reachable, draw_hairline, draw_sides, grow_line, height_for, line_through
from scalp.designing.styles import STYLES, StyleShape, shape_for
from scalp.designing.tracing import lay_drawn
from scalp.domain.design import ANCHOR_NAMES, AnchorMove, HairlineEdit, Wishes


@value
class WishedLine(Value):
    """A hairline with what it was drawn from: the numbers of the style as wished, the anchors of the sides, the line.

    `sides` are what native hair is measured from: it does not move with a drawing, nor come forward with a style.
    """

    shape: StyleShape
    sides: tuple[SideAnchors, SideAnchors]
    drawing: Drawing


def draw_line(anatomy: Anatomy, wishes: Wishes, edit: HairlineEdit | None = None) -> WishedLine:
    """Return the hairline of these wishes on a head, changed as a person changed it.

    Raises `NotPossible` where the wished height falls on brow or crown or a move leaves the scalp, `BadInput` where a drawn
    line is no hairline of this head or does not reach an anchor that is moved, `WrongParent` where it was drawn on another head.
    """
    if edit is not None and edit.head_digest != anatomy.head.digest:
        raise WrongParent("hairline edit", "of another head", "an edit of this head", "Draw the line on this head.")
    shape, height_mm = shape_for(wishes), height_for(wishes)
    check_reachable(anatomy, height_mm)
    sides = draw_sides(anatomy, shape, height_mm, wishes.asymmetry_mm, wishes.seed)
    if edit is None or edit.drawn_mm is None:
        drawing = draw_hairline(anatomy, shape, sides, height_mm, wishes.asymmetry_mm, wishes.seed)
    else:
        drawing = _traced(anatomy, wishes, edit, edit.drawn_mm, sides)
    if edit is not None and edit.moves:
        drawing = _moved(anatomy, drawing, edit.moves)
    return WishedLine(shape=shape, sides=_native_sides(anatomy, shape, height_mm, wishes), drawing=drawing)


def _moved(anatomy: Anatomy, drawing: Drawing, moves: tuple[AnchorMove, ...]) -> Drawing:
    """Return a line with anchors moved, only such as it has."""
    for move in moves:
        if move.anchor in drawing.absent_anchors:
            there = ", ".join(name for name in ANCHOR_NAMES if name not in drawing.absent_anchors)
            raise BadInput("move", f"of {move.anchor}, which the drawn line does not reach", there, "Draw the line on to it first.")
    return dataclasses.replace(move_anchors(anatomy, drawing, moves), absent_anchors=drawing.absent_anchors)


def _native_sides(anatomy: Anatomy, shape: StyleShape, height_mm: float, wishes: Wishes) -> tuple[SideAnchors, SideAnchors]:
    """Return the sides as native hair has them: no temple stands further forward than a natural one."""
    natural = STYLES["natural"]
    held = dataclasses.replace(
        shape,
        temple_forward_fraction=min(shape.temple_forward_fraction, natural.temple_forward_fraction),
        temple_ahead_mm=min(shape.temple_ahead_mm, natural.temple_ahead_mm),
    )
    return draw_sides(anatomy, held, height_mm, wishes.asymmetry_mm, wishes.seed)


def _traced(anatomy: Anatomy, wishes: Wishes, edit: HairlineEdit, drawn_mm: FloatArray, sides: tuple[SideAnchors, SideAnchors]) -> Drawing:
    """Return a line drawn by hand as a drawing, with the raggedness of the style where that was asked."""
    line_mm = lay_drawn(anatomy, drawn_mm)
    corner_lateral_mm = (sides[0].corner_lateral_mm, sides[1].corner_lateral_mm)
    if edit.waver:
        plain = dataclasses.replace(shape_for(wishes), hump_mm=0.0, peak_depth_mm=0.0)
        line_mm = grow_line(anatomy, line_mm, corner_lateral_mm, plain, asymmetry_mm=wishes.asymmetry_mm, seed=wishes.seed)
    found = find_anchors(anatomy, line_mm, corner_lateral_mm)
    absent = absent_anchors(anatomy, line_mm, found, corner_lateral_mm)
    return dataclasses.replace(line_through(anatomy, line_mm, found), absent_anchors=absent)
