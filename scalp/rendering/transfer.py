"""The room's verb for paper: a design, and the impressions of its plan, laid flat at 1:1 in patches to be cut out and laid on a head.

Cutting and flattening are `scalp.geometry.patches`'; lines and marks of one patch are `transfer_lines`'; PDF and SVG are
`scalp.io.transfer`'s.
"""

import numpy as np

from scalp.base import BadInput, BoolArray, Doubt, FloatArray, IntArray, Value, WrongParent, value
from scalp.domain.design import Design
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.transfer import PAPER_MM, PaperName, RegistrationMark, TransferPatch, TransferSheet
from scalp.geometry.bands import Ways, ways_of
from scalp.geometry.curves import distance_to_curve_mm, spaced_evenly
from scalp.geometry.cutting import CutRules
from scalp.geometry.nearest import NearestFinder
from scalp.geometry.patches import Patchwork, Piece, cut_patches
from scalp.rendering.transfer_lines import Ground, draw_lines
from scalp.rendering.transfer_map import draw_assembly
from scalp.rendering.transfer_seams import seam_marks


@value
class TransferRules(Value):
    """How a sheet is made."""

    error_fraction: float = 0.02
    """Largest change of length on any patch in any direction. (the order of the sheet: 2 %)"""
    edge_mm: float = 10.0
    """Of the paper, on which no printer prints. (E)"""
    head_and_foot_mm: float = 40.0
    """Of the page, for its words and the ruler. (E)"""
    seam_step_mm: float = 20.0
    """Between crosses along a seam: 2 % of that is below 0.5 mm. (D)"""
    line_reach_mm: float = 1.5
    """How far from the treated skin the hairline may run and still be on the sheet. (E)"""


def make_transfer(
    head: Head,
    design: Design,
    impressions: Impressions | None = None,
    *,
    paper: PaperName = "a4",
    rules: TransferRules | None = None,
) -> TransferSheet:
    """Lay the treated scalp flat in patches at 1:1, with hairline, zones, grid, keep-away places and crosses to lay them by.

    No length on any patch differs by more than `rules.error_fraction` from that on the head, in any direction; detail of the
    skin finer than 4 mm is not followed. With impressions each is carried onto exactly one patch. The hairline is a stencil
    without them. What is not in it: how skin and paper give way when they are pressed together.
    """
    rules = rules or TransferRules()
    _check_parents(head, design, impressions, paper)
    surface = head.surface
    width_mm, height_mm = PAPER_MM[paper]
    room = CutRules(
        error_fraction=rules.error_fraction,
        width_mm=width_mm - 2 * rules.edge_mm,
        height_mm=height_mm - 2 * rules.edge_mm - rules.head_and_foot_mm,
    )
    line_mm = spaced_evenly(design.hairline.points_mm, 2.0)
    treated = design.density_per_cm2 > 0.0
    treated |= distance_to_curve_mm(surface.vertices_mm, line_mm) < rules.line_reach_mm
    work = cut_patches(surface, treated, line_mm, room)
    ground = Ground(head=head, design=design, line=NearestFinder(surface).find(spaced_evenly(line_mm, 0.5)))
    carried = _carried(work, surface, impressions)
    ways = [_ways(piece, surface, treated, line_mm) for piece in work.pieces]
    ground = ground._replace(length_mm=max(float(way.along_mm.max()) for way in ways))
    crosses = [[*marks] for marks in seam_marks(work, surface, rules.seam_step_mm)]
    for mark in _landmarks(head, design):
        _put(mark, work, crosses)
    patches = tuple(
        _patch(number, piece, (ways[number - 1], ground), carried, crosses[number - 1], impressions)
        for number, piece in enumerate(work.pieces, start=1)
    )
    return TransferSheet(
        head_digest=head.digest,
        design_digest=design.digest,
        paper=paper,
        patches=patches,
        assembly_srgb_u8=draw_assembly(head, patches),
        tape=_tape(head, design),
        doubts=(*design.doubts, _doubt(patches)),
    )


def _check_parents(head: Head, design: Design, impressions: Impressions | None, paper: str) -> None:
    """Refuse a design or impressions of another head, and paper nobody has."""
    if paper not in PAPER_MM:
        raise BadInput("paper", paper, ", ".join(PAPER_MM), "Choose one of these.")
    if design.head_digest != head.digest:
        raise WrongParent("design", "of another head", "a design of this head", "Give the head it was designed on.")
    if impressions is not None:
        if impressions.head_digest != head.digest:
            raise WrongParent("impressions", "on another head", "those of this head", "Place them on this head.")
        impressions.check_on(head.surface.faces)


def _carried(work: Patchwork, surface: Mesh, impressions: Impressions | None) -> list[IntArray]:
    """Return for each piece which impressions it carries; each goes to the piece it lies deepest in among those that have it."""
    if impressions is None or not len(impressions):
        return [np.zeros(0, np.int32) for _ in work.pieces]
    depth = np.einsum("nk,nkp->np", impressions.barycentric, work.membership_mm[surface.faces[impressions.face_index]])
    for number, piece in enumerate(work.pieces):
        has = np.zeros(len(surface.faces), bool)
        has[piece.face_index] = True
        depth[~has[impressions.face_index], number] = -np.inf
    owner = np.where(np.isfinite(depth.max(1)), depth.argmax(1), -1)
    if (owner < 0).any():
        raise WrongParent(
            "impressions", f"{int((owner < 0).sum()):,} outside the treated part", "those of this design", "Place this design's plan."
        )
    return [np.flatnonzero(owner == number).astype(np.int32) for number in range(len(work.pieces))]


def _ways(piece: Piece, surface: Mesh, treated: BoolArray, line_mm: FloatArray) -> Ways:
    """Return how far behind the hairline and aside of the midline the corners of a piece lie."""
    own = Mesh(vertices_mm=surface.vertices_mm[piece.vertex_index], faces=piece.faces)
    faces = surface.faces[treated[surface.faces].any(1)]
    used, inverse = np.unique(faces, return_inverse=True)
    whole = Mesh(vertices_mm=surface.vertices_mm[used], faces=inverse.reshape(-1, 3).astype(np.int32))
    return ways_of(own, line_mm, like=whole)


def _patch(
    number: int,
    piece: Piece,
    told: tuple[Ways, Ground],
    carried: list[IntArray],
    crosses: list[RegistrationMark],
    impressions: Impressions | None,
) -> TransferPatch:
    """Draw one patch."""
    ways, ground = told
    mine = carried[number - 1]
    bare = TransferPatch(
        number=number,
        name=_name(ways, ground.length_mm),
        face_index=piece.face_index,
        vertex_index=piece.vertex_index,
        faces=piece.faces,
        chart_mm=piece.flat.chart_mm,
        error_fraction=piece.flat.error_fraction,
        lines=draw_lines(piece, ways, ground),
        registration=tuple(crosses),
        impression_index=np.zeros(0, np.int32),
        marks_mm=np.zeros((0, 2)),
        mark_diameter_mm=np.zeros(0, np.float32),
        ahead_weights=_ahead(piece, ways),
    )
    if impressions is None:
        return bare
    facts = {name: getattr(bare, name) for name in bare.__dataclass_fields__}  # type: ignore[attr-defined]
    places, _ = bare.laid(impressions.face_index[mine], impressions.barycentric[mine])
    facts |= {"impression_index": mine, "marks_mm": places, "mark_diameter_mm": impressions.deposit_diameter_mm[mine]}
    return TransferPatch(**facts)


def _name(ways: Ways, length_mm: float) -> str:
    """Say where a patch goes."""
    if ways.behind_mm.min() < 3.0:
        return "hairline" if abs(np.median(ways.aside_mm)) < 30.0 else ("left temple" if np.median(ways.aside_mm) > 0 else "right temple")
    side = float(np.median(ways.aside_mm))
    aside = "" if abs(side) < 20.0 else ("left of the " if side > 0 else "right of the ")
    along = float(np.median(ways.along_mm)) / length_mm
    return aside + ("front of the top" if along < 0.35 else "top" if along < 0.6 else "crown" if along < 0.85 else "back")


def _ahead(piece: Piece, ways: Ways) -> FloatArray:
    """Return the direction to the front of the head on the paper, (2,)."""
    chart = piece.flat.chart_mm
    slope = np.linalg.lstsq(np.column_stack([chart, np.ones(len(chart))]), -ways.along_mm, rcond=None)[0][:2]
    return np.asarray(slope / max(float(np.linalg.norm(slope)), 1e-9))


def _landmarks(head: Head, design: Design) -> list[RegistrationMark]:
    """Return crosses at the anchors of the hairline and at the vertex, lettered, not yet on any paper."""
    places = [("vertex of the head", head.landmark("vertex"))]
    if design.hairline.anchors_mm is not None:
        places += [(name.replace("_", " "), design.hairline.anchor_mm(name)) for name in design.hairline.anchor_names]
    else:
        line = design.hairline.points_mm
        places.append(("middle of the hairline", line[np.argmin(np.abs(line[:, 0]))]))
    found = NearestFinder(head.surface).find(np.array([place for _, place in places]))
    return [
        RegistrationMark(
            label=chr(ord("A") + k),
            kind="landmark",
            what=what,
            face_index=int(found.face_index[k]),
            barycentric=found.barycentric[k],
            chart_mm=np.zeros(2),
        )
        for k, (what, _) in enumerate(places)
    ]


def _put(mark: RegistrationMark, work: Patchwork, crosses: list[list[RegistrationMark]]) -> None:
    """Put a cross on every patch that has its place."""
    for piece, marks in zip(work.pieces, crosses, strict=True):
        at = np.flatnonzero(piece.face_index == mark.face_index)
        if len(at):
            place = mark.barycentric @ piece.flat.chart_mm[piece.faces[at[0]]]
            marks.append(
                RegistrationMark(
                    label=mark.label,
                    kind=mark.kind,
                    what=mark.what,
                    face_index=mark.face_index,
                    barycentric=mark.barycentric,
                    chart_mm=place,
                )
            )


def _tape(head: Head, design: Design) -> tuple[str, ...]:
    """Say in words where the lettered crosses lie, in lengths that a caliper takes."""
    said = []
    for mark in _landmarks(head, design):
        place = mark.barycentric @ head.surface.vertices_mm[head.surface.faces[mark.face_index]]
        lengths = [
            f"{np.linalg.norm(place - head.landmark(landmark)):.0f} mm from the {landmark.replace('_', ' ')}"
            for landmark in ("glabella", "left_tragion", "right_tragion")
        ]
        said.append(f"{mark.label}, {mark.what}: straight {', '.join(lengths)}")
    middle = f"The middle of the hairline lies {design.hairline.height_mm:.0f} mm over the skin above the glabella."
    return (middle, *said)


def _doubt(patches: tuple[TransferPatch, ...]) -> Doubt:
    """Say how far lengths on the paper are from those on the head."""
    worst = max(patch.worst_fraction for patch in patches)
    return Doubt(
        kind="design",
        where="lengths on the transfer sheet",
        size=f"up to {worst:.1%}, in {len(patches)} patches",
        advice="Lay each patch by the crosses nearest to the place, not by one edge.",
    )
