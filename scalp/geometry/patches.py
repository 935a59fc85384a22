"""Cut a part of a head into the fewest pieces that each lie flat within a limit and fit a sheet of paper.

The search runs on a coarse copy; every piece is then laid flat on the surface itself and must keep the limit there. A piece is
told by a membership in mm on the corners: how deep within it a corner lies, below 0 outside. A place belongs to the piece of
the greatest membership, and a seam is where two are equal, so no place is owned twice. What is drawn on pieces is
`scalp.rendering`'s.
"""

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BadInput, BadMesh, BoolArray, FloatArray, IntArray, NotPossible, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.bands import ways_of
from scalp.geometry.cleaning import kept_faces, pieces, rims
from scalp.geometry.cutting import MARGIN_MM, CutRules, CutSearch, turn_to_fit, turn_upright
from scalp.geometry.decimation import decimate
from scalp.geometry.flattening import Flat, crosses_itself, flatten
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.smoothing import smooth

_GROUND_MM = 15.0
_COARSE_FACES_COUNT = 1_000
_COARSE_SHARES = (0.9, 0.83, 0.75, 0.65)
_OUTSIDE_MM = -1e3


@value
class Piece(Value):
    """One piece laid flat: the head's faces in it, its corners as rows of the head's, its own faces, how it lies.

    `membership_mm` (v,) tells how deep each corner lies within it, `inside_mm` (v,) how deep within the treated part.
    """

    face_index: IntArray
    vertex_index: IntArray
    faces: IntArray
    flat: Flat
    membership_mm: FloatArray
    inside_mm: FloatArray


@value
class Patchwork(Value):
    """All pieces of a part. `membership_mm` (V, P) on the corners of the head, `_OUTSIDE` far from the part."""

    pieces: tuple[Piece, ...]
    membership_mm: FloatArray

    def owner_of(self, corners: IntArray, barycentric: FloatArray) -> IntArray:
        """Return which piece places belong to, (N,), from their faces' corners (N, 3) and weights (N, 3)."""
        return np.asarray(np.einsum("nk,nkp->np", barycentric, self.membership_mm[corners]).argmax(1).astype(np.int32))


def cut_patches(surface: Mesh, treated: BoolArray, front_mm: FloatArray, rules: CutRules | None = None) -> Patchwork:
    """Cut the treated corners (V,) of a head into few pieces that lie flat within the limit.

    A strip along the front curve (N, 3), as deep as the limit lets it be, comes first, so that no seam crosses the
    hairline; the rest is cut into bands along or across the head, the fewest that keep the limit, seams off the midline
    where that costs no piece. The least number is sought in these families only.
    """
    rules = rules or CutRules()
    if treated.shape != (len(surface.vertices_mm),) or not treated.any():
        raise BadInput("treated part", "empty or of another head", "one or more corners of this head", "Design a treatment first.")
    inside_mm: FloatArray = -np.asarray(cKDTree(surface.vertices_mm[treated]).query(surface.vertices_mm)[0])
    ground = np.asarray((inside_mm[surface.faces] > -_GROUND_MM).any(1))
    even = _evened(surface, ground, rules.smooth_mm)
    near = np.flatnonzero((inside_mm[surface.faces] > -MARGIN_MM).any(1)).astype(np.int32)
    label = pieces(kept_faces(even, _mask(near, len(surface.faces))))
    found: list[Piece] = []
    columns: list[FloatArray] = []
    for part in range(int(label.max()) + 1):
        faces = near[label == part]
        if treated[surface.faces[faces]].any():
            of_part, memberships = _cut_part(even, faces, inside_mm, front_mm, rules)
            found += of_part
            columns += memberships
    return Patchwork(pieces=tuple(found), membership_mm=np.column_stack(columns))


def _mask(chosen: IntArray, count: int) -> BoolArray:
    """Return a mask of chosen rows."""
    mask = np.zeros(count, bool)
    mask[chosen] = True
    return mask


def _evened(surface: Mesh, ground: BoolArray, length_mm: float) -> Mesh:
    """Return the surface without detail finer than a length on its ground, as it was elsewhere.

    Corners move along their normals only: moved aside they would change lengths that the head does not.
    """
    part = kept_faces(surface, ground)
    normals = vertex_normals(part)
    out_mm = np.einsum("vd,vd->v", smooth(part, length_mm).vertices_mm - part.vertices_mm, normals)
    edges = rims(part)
    if not edges:
        raise BadMesh("surface", "without an edge around what is treated", "each triangle once, treated in part", "Clean the mesh first.")
    out_mm[np.concatenate(edges)] = 0.0
    places = surface.vertices_mm.copy()
    places[np.unique(surface.faces[ground])] += out_mm[:, None] * normals
    return Mesh(vertices_mm=places, faces=surface.faces)


def _cut_part(
    surface: Mesh, part: IntArray, inside_mm: FloatArray, front_mm: FloatArray, rules: CutRules
) -> tuple[list[Piece], list[FloatArray]]:
    """Cut one connected part: sought on a coarse copy, kept on the surface itself, with less room where that fails."""
    whole = kept_faces(surface, _mask(part, len(surface.faces)))
    used = np.unique(surface.faces[part])
    ways = ways_of(whole, front_mm)
    coarse = decimate(whole, faces_count=_COARSE_FACES_COUNT, change_mm=5.0).surface
    for share in _COARSE_SHARES:
        search = CutSearch(coarse, ways_of(coarse, front_mm, like=whole), share * rules.error_fraction, rules)
        cuts = search.fewest()
        if cuts is None:
            break
        laid = _lay_all(
            surface, part, used, [ways.membership_mm(cut) for cut in cuts], (inside_mm, _spread(ways.along_mm, used, len(inside_mm))), rules
        )
        if laid is not None:
            return [piece for piece, _ in laid], [_spread(one, used, len(surface.vertices_mm)) for _, one in laid]
    raise NotPossible(
        f"a sheet with at most {rules.error_fraction:.1%} error of length",
        f"not with {rules.most_count} pieces for one part of this head",
        "Allow a larger error, or smooth the head.",
    )


def _spread(membership_mm: FloatArray, used: IntArray, count: int) -> FloatArray:
    """Return a membership on all corners of the head."""
    column = np.full(count, _OUTSIDE_MM)
    column[used] = membership_mm
    return column


def _lay_all(
    surface: Mesh, part: IntArray, used: IntArray, memberships: list[FloatArray], fields_mm: tuple[FloatArray, FloatArray], rules: CutRules
) -> list[tuple[Piece, FloatArray]] | None:
    """Lay every piece flat on the surface itself; None where one does not keep the rules."""
    place = np.full(len(surface.vertices_mm), -1, np.int32)
    place[used] = np.arange(len(used))
    corners = place[surface.faces[part]]
    laid: list[tuple[Piece, FloatArray]] = []
    inside_mm = fields_mm[0]
    for membership in memberships:
        faces = part[(membership[corners] > -MARGIN_MM).any(1)]
        label = pieces(kept_faces(surface, _mask(faces, len(surface.faces)))) if len(faces) else faces
        for number in range(int(label.max(initial=-1)) + 1):
            own = np.full(len(used), _OUTSIDE_MM)
            mine = np.unique(place[surface.faces[faces[label == number]]])
            own[mine] = membership[mine]
            # A crumb of margin holds nothing of its own.
            if not ((own > 0.0) & (inside_mm[used] >= 0.0)).any():
                continue
            piece = _lay(surface, faces[label == number], (_spread(own, used, len(inside_mm)), *fields_mm), rules)
            if piece is None:
                return None
            laid.append((piece, own))
    return laid


def _lay(surface: Mesh, faces: IntArray, fields_mm: tuple[FloatArray, FloatArray, FloatArray], rules: CutRules) -> Piece | None:
    """Lay one piece flat, its front down, from membership, depth within the treated part and place along the head of corners."""
    vertex_index, inverse = np.unique(surface.faces[faces], return_inverse=True)
    own = Mesh(vertices_mm=surface.vertices_mm[vertex_index], faces=inverse.reshape(-1, 3).astype(np.int32))
    flat = flatten(own, enough_fraction=0.9 * rules.error_fraction)
    if flat.worst_fraction > rules.error_fraction or flat.folded.any() or crosses_itself(flat.chart_mm, own):
        return None
    membership_mm, inside_mm, along_mm = (field[vertex_index] for field in fields_mm)
    turned = turn_to_fit(turn_upright(flat.chart_mm, along_mm), rules)
    if turned is None:
        return None
    return Piece(
        face_index=faces.astype(np.int32),
        vertex_index=vertex_index.astype(np.int32),
        faces=own.faces,
        flat=Flat(chart_mm=turned, error_fraction=flat.error_fraction, folded=flat.folded),
        membership_mm=membership_mm,
        inside_mm=inside_mm,
    )
