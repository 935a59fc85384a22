"""The transfer sheet: every impression on one patch, seams that agree, and places that come back when patches are laid.

The measure of laying back: each impression is placed by its distances on the paper to the crosses nearest to it, as a person
does who lays cross on cross, all those within 30 mm. The skin's own distances come from a witness that knows nothing of charts: shortest ways over a
graph with twelve extra points on every edge of the mesh, which is within 0.3 % of the true shortest way.
"""

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from scalp.base import BadInput, BadMesh, WrongParent
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.marks import KeepAway
from scalp.domain.transfer import TransferPatch, TransferSheet
from scalp.geometry.cleaning import kept_faces
from scalp.geometry.nearest import NearestFinder
from scalp.rendering.transfer import make_transfer
from tests.makers import make_design, make_head, make_impressions, make_plan

NEARBY_MM = 30.0
WITHIN_MM = 0.5
SURROUNDED = 0.7
"""Of crosses all in one direction, 0, a place cannot be told; three evenly round it give 1.2."""


@pytest.fixture(scope="module")
def laid() -> tuple[Head, TransferSheet, Impressions]:
    head = make_head(subdivisions_count=5)
    design = make_design(head)
    keep = KeepAway(kind="mole", place_mm=head.landmark("vertex"), radius_mm=4.0)
    design = dataclasses.replace(design, keep_away=(keep,))
    impressions = make_impressions(head, design, make_plan(design, impressions_count=2500))
    return head, make_transfer(head, design, impressions), impressions


def places_mm(head: Head, face_index: np.ndarray, barycentric: np.ndarray) -> np.ndarray:
    return np.einsum("nk,nkd->nd", barycentric, head.surface.vertices_mm[head.surface.faces[face_index]])


def skin_distances_mm(part: Mesh, sources_mm: np.ndarray, queries_mm: np.ndarray, points_count: int = 12) -> np.ndarray:
    """Shortest ways over a surface, (sources, queries): every face joins all points on its three edges by straight lines."""
    ends = np.sort(part.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, of_face = np.unique(ends, axis=0, return_inverse=True)
    share = (np.arange(points_count) + 0.5)[:, None] / points_count
    first, second = part.vertices_mm[edges[:, 0]], part.vertices_mm[edges[:, 1]]
    inner = first[:, None] * (1 - share) + second[:, None] * share
    nodes = np.vstack([inner.reshape(-1, 3), sources_mm, queries_mm])
    around = (of_face.reshape(-1, 3)[:, :, None] * points_count + np.arange(points_count)).reshape(len(part.faces), -1)
    side = np.repeat(np.arange(3), points_count)
    i, j = np.nonzero(side[:, None] < side[None, :])
    rows, cols = [around[:, i].ravel()], [around[:, j].ravel()]
    # A source or query joins the points of the face it lies in, and others that share it.
    corners = part.vertices_mm[part.faces]
    middle = corners.mean(1)
    start = len(inner) * points_count
    extra = nodes[start:]
    owner = _face_of(extra, corners, middle)
    rows.append(np.repeat(start + np.arange(len(extra)), around.shape[1]))
    cols.append(around[owner].ravel())
    row, col = np.concatenate(rows), np.concatenate(cols)
    length = np.maximum(np.linalg.norm(nodes[row] - nodes[col], axis=1), 1e-9)
    graph = sp.coo_matrix((length, (row, col)), shape=(len(nodes), len(nodes))).tocsr()
    found = dijkstra(graph, directed=False, indices=start + np.arange(len(sources_mm)), limit=NEARBY_MM + 4.0)
    return found[:, start + len(sources_mm) :]


def _face_of(points: np.ndarray, corners: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """The face each point lies in: of those with the nearest middles the one whose plane and edges hold it best."""
    flat = Mesh(vertices_mm=corners.reshape(-1, 3), faces=np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3))
    assert len(middle) == len(corners)
    return NearestFinder(flat).find(points).face_index


def relaid(head: Head, patch: TransferPatch, impressions: Impressions) -> tuple[np.ndarray, np.ndarray]:
    """For impressions with three crosses near, not all in one direction: the errors of distance to all that are near (M,), and of place (N,) mm."""
    chosen = patch.impression_index[::9]
    flat = patch.marks_mm[::9]
    true = places_mm(head, impressions.face_index[chosen], impressions.barycentric[chosen])
    crosses = np.array([mark.chart_mm for mark in patch.registration])
    on_head = np.array([mark.barycentric @ head.surface.vertices_mm[head.surface.faces[mark.face_index]] for mark in patch.registration])
    kept = np.zeros(len(head.surface.faces), bool)
    kept[patch.face_index] = True
    skin = skin_distances_mm(kept_faces(head.surface, kept), on_head, true)
    paper = np.linalg.norm(crosses[:, None] - flat[None], axis=2)
    off, apart = [], []
    for k in range(len(flat)):
        near = (paper[:, k] < NEARBY_MM) & np.isfinite(skin[:, k]) & _on_paper(patch, crosses, flat[k])
        if near.sum() < 3:
            continue
        # The place that fits the paper's distances best: one step of least squares along the ways to the crosses.
        ways = (flat[k] - crosses[near]) / np.maximum(paper[near, k], 1e-9)[:, None]
        if np.linalg.svd(ways, compute_uv=False)[-1] < SURROUNDED:
            continue
        off.append((paper - skin)[near, k])
        apart.append(float(np.linalg.norm(np.linalg.lstsq(ways, off[-1], rcond=None)[0])))
    return np.concatenate([np.zeros(0), *off]), np.array(apart)


def _on_paper(patch: TransferPatch, crosses: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Which straight lines from a place to crosses stay on the paper of the patch: no ruler lies over what is cut away."""
    share = np.linspace(0.0, 1.0, 25)[:, None, None]
    along = (place * (1.0 - share) + crosses[None] * share).reshape(-1, 2)
    paper = Mesh(vertices_mm=np.column_stack([patch.chart_mm, np.zeros(len(patch.chart_mm))]), faces=patch.faces)
    away = NearestFinder(paper).find(np.column_stack([along, np.zeros(len(along))])).distance_mm
    return away.reshape(25, -1).max(0) < 0.05


def test_every_impression_is_printed_once_and_where_its_face_lies(laid):
    _, sheet, impressions = laid
    assert np.array_equal(np.sort(np.concatenate([patch.impression_index for patch in sheet.patches])), np.arange(len(impressions)))
    for patch in sheet.patches:
        places, there = patch.laid(impressions.face_index[patch.impression_index], impressions.barycentric[patch.impression_index])
        assert there.all()
        assert places == pytest.approx(patch.marks_mm)


def test_marks_have_the_width_of_their_deposits(laid):
    _, sheet, impressions = laid
    for patch in sheet.patches:
        assert np.array_equal(patch.mark_diameter_mm, impressions.deposit_diameter_mm[patch.impression_index])


def test_places_come_back_within_half_a_millimetre_when_patches_are_laid_by_their_crosses(laid):
    head, sheet, impressions = laid
    off, apart = (np.concatenate(parts) for parts in zip(*(relaid(head, patch, impressions) for patch in sheet.patches), strict=True))
    sampled = sum(len(patch.impression_index[::9]) for patch in sheet.patches)
    assert len(apart) > 0.8 * sampled, "most places have crosses round them"
    assert np.abs(off).max() <= 0.02 * NEARBY_MM
    assert apart.max() <= WITHIN_MM


def test_seams_are_equally_long_on_both_patches(laid):
    _, sheet, _ = laid
    compared = 0
    for first in sheet.patches:
        for second in sheet.patches[first.number :]:
            shared = [mark for mark in first.registration if mark.what == f"seam of {first.number} and {second.number}"]
            there = {mark.label: mark for mark in second.registration}
            here = np.array([mark.chart_mm for mark in shared]).reshape(-1, 2)
            other = np.array([there[mark.label].chart_mm for mark in shared]).reshape(-1, 2)
            one, two = (np.linalg.norm(np.diff(places, axis=0), axis=1) for places in (here, other))
            assert np.abs(one - two).max(initial=0.0) <= WITHIN_MM
            compared += len(one)
    assert compared >= 5


def test_a_cross_stands_on_both_patches_of_its_seam_and_on_the_same_place_of_the_head(laid):
    _, sheet, _ = laid
    by_label: dict[str, list] = {}
    for patch in sheet.patches:
        for mark in patch.registration:
            by_label.setdefault(mark.label, []).append(mark)
            place, there = patch.laid(np.array([mark.face_index]), mark.barycentric[None])
            assert there.all()
            assert place[0] == pytest.approx(mark.chart_mm)
    for marks in by_label.values():
        assert len({(mark.face_index, mark.barycentric.tobytes()) for mark in marks}) == 1
        assert marks[0].kind == "landmark" or len(marks) == (2 if marks[0].kind == "seam" else 1)


def test_the_hairline_runs_over_the_first_patch_alone_and_has_its_length(laid):
    head, sheet, _ = laid
    runs = {patch.number: [line for line in patch.lines if line.kind == "hairline"] for patch in sheet.patches}
    assert [number for number, lines in runs.items() if lines] == [1]
    flat = sum(np.linalg.norm(np.diff(line.points_mm, axis=0), axis=1).sum() for line in runs[1])
    line_mm = make_design(head).hairline.points_mm
    assert flat == pytest.approx(np.linalg.norm(np.diff(line_mm, axis=0), axis=1).sum(), rel=0.03)


def test_grid_lines_are_ten_millimetres_apart(laid):
    _, sheet, _ = laid
    grid = [line.points_mm for line in sheet.patches[0].lines if line.kind == "grid"]
    directions = np.array([points[-1] - points[0] for points in grid])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    alike = np.abs(directions @ directions[0]) > 0.999
    across = np.array([-directions[0, 1], directions[0, 0]])
    place = np.sort([points.mean(0) @ across for points, same in zip(grid, alike, strict=True) if same])
    steps = np.diff(place)
    assert steps[steps > 1.0] == pytest.approx(10.0 * np.round(steps[steps > 1.0] / 10.0), abs=1e-6)


def test_a_place_to_keep_free_is_ringed_at_its_size(laid):
    _, sheet, _ = laid
    rings = [line.points_mm for patch in sheet.patches for line in patch.lines if line.kind == "keep away"]
    assert rings
    for ring in rings:
        assert np.linalg.norm(ring - ring[:-1].mean(0), axis=1) == pytest.approx(np.full(len(ring), 4.0))


def test_without_impressions_a_sheet_is_a_stencil(laid):
    head, sheet, _ = laid
    design = make_design(head)
    ahead = head.surface.vertices_mm[:, 2] > 35.0
    stencil = make_transfer(head, dataclasses.replace(design, density_per_cm2=design.density_per_cm2 * ahead), paper="letter")
    assert stencil.impressions_count == 0
    assert {line.kind for patch in stencil.patches for line in patch.lines} >= {"cut", "hairline", "grid", "midline"}
    assert stencil.paper == "letter" != sheet.paper


def test_a_design_and_impressions_of_another_head_are_refused(laid):
    head, _, impressions = laid
    other = make_head(subdivisions_count=4, breadth_mm=150.0)
    with pytest.raises(WrongParent, match="another head"):
        make_transfer(other, make_design(head))
    with pytest.raises(WrongParent, match="another head"):
        make_transfer(other, make_design(other), impressions)
    with pytest.raises(BadInput, match="paper"):
        make_transfer(head, make_design(head), paper="a3")  # type: ignore[arg-type]


def test_a_surface_that_holds_every_triangle_twice_is_refused_in_a_sentence():
    head = make_head(subdivisions_count=4)
    twice = dataclasses.replace(head, surface=dataclasses.replace(head.surface, faces=np.vstack([head.surface.faces] * 2)))
    with pytest.raises(BadMesh, match="each triangle once"):
        make_transfer(twice, make_design(twice))
