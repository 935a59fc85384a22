"""Laying a surface flat: caps against Milnor's bound, cylinders and cones exactly, heads cut into patches within 2 %."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, BadMesh, NotPossible
from scalp.domain.head import Mesh
from scalp.geometry.cleaning import cut_away
from scalp.geometry.contours import contours
from scalp.geometry.cutting import CutRules
from scalp.geometry.flattening import cap_bound_fraction, crosses_itself, flatten
from scalp.geometry.meshes import icosphere
from scalp.geometry.patches import Patchwork, cut_patches
from tests.makers import make_design, make_head

RADIUS_MM = 85.0
LIMIT = 0.02


def cap(radius_mm: float, subdivisions_count: int = 5) -> Mesh:
    """A round cap of a sphere, `radius_mm` over the surface from its middle, which lies in no special place of the mesh."""
    unit = icosphere(subdivisions_count)
    pole = np.array([0.1, 0.9, 0.2]) / np.linalg.norm([0.1, 0.9, 0.2])
    return cut_away(
        Mesh(vertices_mm=RADIUS_MM * unit.vertices_mm, faces=unit.faces),
        RADIUS_MM * (unit.vertices_mm @ pole - np.cos(radius_mm / RADIUS_MM)),
    )


def rolled(taper: float, turn_rad: float = 3.0) -> Mesh:
    """A sheet rolled to a cylinder of 60 mm radius, or with a taper to a cone; every edge of a face lies on it as a chord."""
    around, up = np.meshgrid(np.linspace(0.0, turn_rad, 30), np.linspace(0.0, 60.0, 16), indexing="ij")
    radius = 60.0 * (1.0 - taper * up / 60.0)
    places = np.stack([radius * np.cos(around), up, radius * np.sin(around)], -1).reshape(-1, 3)
    index = np.arange(len(places)).reshape(around.shape)
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    return Mesh(vertices_mm=places, faces=np.vstack([np.column_stack([a, b, c]), np.column_stack([c, b, d])]).astype(np.int32))


def scales(surface: Mesh, chart_mm: np.ndarray) -> np.ndarray:
    """An independent witness: singular values of each face's map, from edges in 3D and on paper, by numpy's SVD."""
    corners, flat = surface.vertices_mm[surface.faces], chart_mm[surface.faces]
    edges, drawn = corners[:, 1:] - corners[:, :1], flat[:, 1:] - flat[:, :1]
    return np.array([np.linalg.svd(np.linalg.lstsq(e, f, rcond=None)[0].T, compute_uv=False) for e, f in zip(edges, drawn, strict=True)])


@pytest.fixture(scope="module")
def work() -> tuple[Mesh, np.ndarray, Patchwork]:
    head = make_head(subdivisions_count=5)
    design = make_design(head)
    treated = design.density_per_cm2 > 0
    return head.surface, treated, cut_patches(head.surface, treated, design.hairline.points_mm)


@pytest.mark.parametrize("radius_mm", [20.0, 30.0, 40.0])
def test_a_cap_of_a_sphere_comes_within_a_quarter_of_the_least_error_that_is_possible(radius_mm):
    # [Milnor1969]: no map of a cap has a smaller ratio of scales than a / sin a.
    error = flatten(cap(radius_mm)).worst_fraction
    bound = cap_bound_fraction(radius_mm, RADIUS_MM)
    assert 0.98 * bound <= error <= 1.25 * bound


def test_the_bound_of_a_small_cap_is_a_twelfth_of_the_square_of_its_angle():
    assert cap_bound_fraction(20.0, RADIUS_MM) == pytest.approx((20.0 / RADIUS_MM) ** 2 / 12.0, rel=0.02)


@pytest.mark.parametrize("taper", [0.0, 0.4])
def test_a_cylinder_and_a_cone_lie_flat_exactly(taper):
    assert flatten(rolled(taper)).worst_fraction < 1e-4


def test_errors_are_the_singular_values_of_the_map():
    surface = cap(30.0, subdivisions_count=4)
    flat = flatten(surface)
    assert flat.error_fraction == pytest.approx(np.abs(scales(surface, flat.chart_mm) - 1.0).max(1), abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.5, 1.5), st.floats(-0.5, 0.5), st.floats(5.0, 38.0))
def test_nothing_folds_and_the_outline_never_crosses_itself(stretch, bend, radius_mm):
    round_cap = cap(radius_mm, subdivisions_count=4)
    places = round_cap.vertices_mm * np.array([stretch, 1.0, 1.0])
    places[:, 1] += bend * places[:, 0] ** 2 / RADIUS_MM
    surface = Mesh(vertices_mm=places, faces=round_cap.faces)
    flat = flatten(surface, steps_count=12)
    assert not flat.folded.any()
    assert not crosses_itself(flat.chart_mm, surface)


def test_an_outline_that_crosses_itself_is_seen():
    strip = Mesh(
        vertices_mm=np.array([[x, y, 0.0] for x in range(6) for y in (0.0, 1.0)]),
        faces=np.array([[2 * k + a, 2 * k + b, 2 * k + c] for k in range(5) for a, b, c in ((0, 2, 1), (1, 2, 3))], np.int32),
    )
    loop = np.array([[0, 0], [0, 1], [3, 0], [3, 1], [5, 2], [4, 3], [3, 5], [2, 4], [1, 2], [2, 2], [1.5, -2.0], [2.5, -2.0]], float)
    assert not crosses_itself(strip.vertices_mm[:, :2].copy(), strip)
    assert crosses_itself(loop, strip)


def test_every_face_of_every_patch_of_a_head_keeps_two_percent_in_every_direction(work):
    surface, _, patchwork = work
    for piece in patchwork.pieces:
        corners = Mesh(vertices_mm=surface.vertices_mm[piece.vertex_index], faces=piece.faces)
        # 0.1 % is what smoothing detail below 4 mm moves of a smooth head.
        assert np.abs(scales(corners, piece.flat.chart_mm) - 1.0).max() < LIMIT + 0.001
        assert not piece.flat.folded.any()
        assert not crosses_itself(piece.flat.chart_mm, corners)


def test_patches_cover_the_treated_skin_and_every_place_has_one_owner(work):
    surface, treated, patchwork = work
    faces = np.flatnonzero(treated[surface.faces].any(1))
    assert np.isin(faces, np.concatenate([piece.face_index for piece in patchwork.pieces])).all()
    owner = patchwork.owner_of(surface.faces[faces], np.full((len(faces), 3), 1 / 3))
    held = [np.isin(face, patchwork.pieces[number].face_index) for face, number in zip(faces, owner, strict=True)]
    assert np.mean(held) == 1.0


def test_every_patch_fits_the_paper(work):
    rules = CutRules()
    for piece in work[2].pieces:
        assert (np.ptp(piece.flat.chart_mm, axis=0) <= (rules.width_mm + 1e-6, rules.height_mm + 1e-6)).all()


def test_a_limit_that_no_sixteen_patches_keep_is_refused_with_what_to_do():
    head = make_head(subdivisions_count=4)
    design = make_design(head)
    with pytest.raises(NotPossible, match="larger error"):
        cut_patches(head.surface, design.density_per_cm2 > 0, design.hairline.points_mm, CutRules(error_fraction=0.002, most_count=3))


def test_nothing_treated_another_heads_mask_and_mad_limits_are_refused():
    head = make_head(subdivisions_count=3)
    line = make_design(head).hairline.points_mm
    for mask in (np.zeros(len(head.surface.vertices_mm), bool), np.ones(3, bool)):
        with pytest.raises(BadInput, match="treated part"):
            cut_patches(head.surface, mask, line)
    with pytest.raises(BadInput, match="error_fraction"):
        CutRules(error_fraction=0.5)
    with pytest.raises(BadMesh, match="connected"):
        flatten(Mesh(vertices_mm=np.zeros((0, 3)), faces=np.zeros((0, 3), np.int32)))


def test_a_contour_runs_where_the_field_has_its_value():
    sphere = icosphere(3)
    lines = contours(sphere.faces, sphere.vertices_mm[:, 2], 0.3)
    assert len(lines) == 1
    height = lines[0].over(sphere.faces, sphere.vertices_mm)[:, 2]
    assert height == pytest.approx(np.full(len(height), 0.3), abs=1e-9)
    assert (lines[0].face_index[0], *lines[0].barycentric[0]) == (lines[0].face_index[-1], *lines[0].barycentric[-1])
