"""Crosses of a transfer sheet: along seams the same place of the head, numbered, on both patches; and along the outer edge."""

from itertools import combinations

import numpy as np

from scalp.base import BoolArray, FloatArray, IntArray
from scalp.domain.head import Mesh
from scalp.domain.transfer import RegistrationMark
from scalp.geometry.contours import Contour, contours
from scalp.geometry.curves import lengths_along_mm
from scalp.geometry.patches import Patchwork, Piece

_SHORTEST_MM = 6.0
_FROM_END_MM = 4.0
_EDGE_AT_MM = -0.8


def seam_marks(work: Patchwork, surface: Mesh, step_mm: float) -> list[list[RegistrationMark]]:
    """Return for each patch its crosses on seams and on its outer edge, so far apart at most; numbers run over the whole sheet."""
    marks: list[list[RegistrationMark]] = [[] for _ in work.pieces]
    count = 0
    for pair in combinations(range(len(work.pieces)), 2):
        for face, weights in _shared(work, surface, pair, step_mm):
            count += 1
            for number in pair:
                marks[number].append(_mark(work.pieces[number], (f"seam of {pair[0] + 1} and {pair[1] + 1}", str(count)), face, weights))
    for number, piece in enumerate(work.pieces):
        for face, weights in _edge(piece, surface, step_mm):
            count += 1
            marks[number].append(_mark(piece, (f"edge of {number + 1}", str(count)), face, weights))
    return marks


def _edge(piece: Piece, surface: Mesh, step_mm: float) -> list[tuple[int, FloatArray]]:
    """Return places of the head along the edge of the treated part that a piece has to itself."""
    places = []
    for line in contours(piece.faces, piece.inside_mm, _EDGE_AT_MM):
        own = np.asarray(line.over(piece.faces, piece.membership_mm) > 1.0)
        places_mm = surface.vertices_mm[piece.vertex_index]
        places += [(int(piece.face_index[face]), weights) for face, weights in _stepped(line, piece.faces, places_mm, own, step_mm)]
    return places


def _mark(piece: Piece, words: tuple[str, str], face: int, weights: FloatArray) -> RegistrationMark:
    """Return one cross on one patch; the words say what it is and its label."""
    local = int(np.flatnonzero(piece.face_index == face)[0])
    return RegistrationMark(
        label=words[1],
        kind="seam" if words[0].startswith("seam") else "edge",
        what=words[0],
        face_index=face,
        barycentric=weights,
        chart_mm=weights @ piece.flat.chart_mm[piece.faces[local]],
    )


def _shared(work: Patchwork, surface: Mesh, pair: tuple[int, int], step_mm: float) -> list[tuple[int, FloatArray]]:
    """Return places of the head, a face and its weights, along the seam of two pieces."""
    first, second = (work.pieces[number] for number in pair)
    face_index = np.intersect1d(first.face_index, second.face_index)
    if not len(face_index):
        return []
    used, inverse = np.unique(surface.faces[face_index], return_inverse=True)
    faces = inverse.reshape(-1, 3).astype(np.int32)
    depth = work.membership_mm[used]
    others = np.delete(depth, pair, axis=1).max(1, initial=-np.inf)
    inside = np.full(len(surface.vertices_mm), -np.inf)
    inside[first.vertex_index] = first.inside_mm
    places = []
    for line in contours(faces, depth[:, pair[0]] - depth[:, pair[1]], 0.0):
        own = np.asarray((line.over(faces, depth[:, pair[0]]) >= line.over(faces, others) - 0.5) & (line.over(faces, inside[used]) > -1.0))
        places += [(int(face_index[face]), weights) for face, weights in _stepped(line, faces, surface.vertices_mm[used], own, step_mm)]
    return places


def _stepped(line: Contour, faces: IntArray, places_mm: FloatArray, own: BoolArray, step_mm: float) -> list[tuple[int, FloatArray]]:
    """Return points along the stretches of a line that are a seam, evenly, from near one end to near the other."""
    chosen = []
    for part in np.split(np.arange(len(own)), np.flatnonzero(np.diff(own.astype(int))) + 1):
        if not own[part[0]]:
            continue
        stretch = line.part(slice(int(part[0]), int(part[-1]) + 1))
        along = lengths_along_mm(stretch.over(faces, places_mm))
        if along[-1] < _SHORTEST_MM:
            continue
        margin = min(_FROM_END_MM, along[-1] / 4)
        count = 2 + int((along[-1] - 2 * margin) // step_mm)
        at = np.searchsorted(along, np.linspace(margin, along[-1] - margin, count))
        chosen += [(int(stretch.face_index[k]), stretch.barycentric[k]) for k in np.unique(at)]
    return chosen
