"""Claims about the geometry of scans on surfaces whose truth is a formula: nearest places, cleaning, holes, noise, fewer faces."""

import numpy as np
import pytest

from scalp.base import BadMesh
from scalp.domain.head import Mesh
from scalp.geometry.cleaning import clean, cut_away, kept_faces, pieces, rims
from scalp.geometry.decimation import decimate, gaps_mm, split_long_edges
from scalp.geometry.filling import Shape, patch_hole, perimeter_mm
from scalp.geometry.meshes import face_areas_mm2, icosphere
from scalp.geometry.nearest import NearestFinder
from scalp.geometry.smoothing import robust_sd, roughness_mm, smooth

RADIUS_MM = 90.0


def ball(subdivisions_count=4, radius_mm=RADIUS_MM):
    sphere = icosphere(subdivisions_count)
    return Mesh(vertices_mm=sphere.vertices_mm * radius_mm, faces=sphere.faces)


def closest_by_all(point, corners):
    """Return the distance of a point from triangles by projecting it on every plane and every side: a slow witness."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    foot = point - np.einsum("fd,fd->f", point - a, normals)[:, None] * normals
    inside = np.ones(len(corners), bool)
    best = np.inf
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("fd,fd->f", np.cross(end - start, foot - start), normals) >= 0
        along = np.clip(np.einsum("fd,fd->f", point - start, end - start) / np.einsum("fd,fd->f", end - start, end - start), 0, 1)
        best = min(best, float(np.linalg.norm(start + along[:, None] * (end - start) - point, axis=1).min()))
    flat = np.linalg.norm(foot - point, axis=1)[inside]
    return min(best, float(flat.min())) if len(flat) else best


def test_the_nearest_place_is_the_one_a_search_through_all_faces_finds():
    mesh, chance = ball(2), np.random.default_rng(1)
    points = chance.uniform(-120, 120, (60, 3))
    found = NearestFinder(mesh).find(points)
    corners = mesh.vertices_mm[mesh.faces]
    assert np.allclose(found.distance_mm, [closest_by_all(point, corners) for point in points], atol=1e-9)
    places = np.einsum("nk,nkd->nd", found.barycentric, corners[found.face_index])
    assert np.allclose(np.linalg.norm(places - points, axis=1), found.distance_mm, atol=1e-9)
    assert (found.barycentric >= -1e-12).all()


def test_what_lies_too_far_away_is_not_found():
    found = NearestFinder(ball(2)).find(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, RADIUS_MM + 1.0]]), within_mm=5.0)
    assert found.face_index[0] == -1
    assert found.face_index[1] >= 0


def test_a_soup_of_turned_doubled_and_empty_faces_becomes_one_outward_surface():
    mesh, chance = ball(3), np.random.default_rng(2)
    soup = mesh.vertices_mm[mesh.faces].reshape(-1, 3)
    faces = np.arange(len(soup), dtype=np.int32).reshape(-1, 3)
    over = chance.random(len(faces)) < 0.4
    faces[over] = faces[over][:, ::-1]
    dirt = np.vstack([faces, faces[:50], np.repeat(faces[:20, :1], 3, axis=1)]).astype(np.int32)
    cleaned = clean(soup, dirt)
    assert len(cleaned.surface.vertices_mm) == len(mesh.vertices_mm)
    assert len(cleaned.surface.faces) == len(mesh.faces)
    assert rims(cleaned.surface) == []
    corners = cleaned.surface.vertices_mm[cleaned.surface.faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("fd,fd->f", crosses, corners.mean(1)) > 0).all()
    own = soup[dirt[cleaned.source_index]]
    own[cleaned.turned] = own[cleaned.turned][:, ::-1]
    assert np.array_equal(np.sort(own, axis=1), np.sort(corners, axis=1))


def test_a_fin_on_a_surface_goes_and_the_surface_stays():
    mesh = ball(2)
    a, b, _ = mesh.faces[0]
    tip = len(mesh.vertices_mm)
    places = np.vstack([mesh.vertices_mm, mesh.vertices_mm[[a, b]].mean(0) * 1.02])
    cleaned = clean(places, np.vstack([mesh.faces, [[a, b, tip]]]).astype(np.int32))
    assert len(cleaned.surface.faces) == len(mesh.faces)
    assert rims(cleaned.surface) == []


def test_pieces_are_counted_largest_first_and_a_surface_without_area_is_refused():
    large, small = ball(2), ball(1, 10.0)
    faces = np.vstack([small.faces, large.faces + len(small.vertices_mm)]).astype(np.int32)
    label = pieces(Mesh(vertices_mm=np.vstack([small.vertices_mm + 300, large.vertices_mm]), faces=faces))
    assert np.bincount(label).tolist() == [len(large.faces), len(small.faces)]
    with pytest.raises(BadMesh, match="without area"):
        clean(np.zeros((300, 3)), np.arange(300, dtype=np.int32).reshape(-1, 3))


def test_a_cut_runs_along_its_level_and_leaves_the_area_of_the_cap():
    mesh = ball(5)
    cap = cut_away(mesh, mesh.vertices_mm[:, 1] - 30.0)
    assert cap.vertices_mm[:, 1].min() == pytest.approx(30.0, abs=1e-9)
    assert face_areas_mm2(cap).sum() == pytest.approx(2 * np.pi * RADIUS_MM * (RADIUS_MM - 30.0), rel=2e-3)
    (rim,) = rims(cap)
    assert perimeter_mm(cap, rim) == pytest.approx(2 * np.pi * np.sqrt(RADIUS_MM**2 - 30.0**2), rel=2e-3)


@pytest.mark.parametrize(("reach_mm", "shaped", "most_mm"), [(12.0, False, 0.05), (12.0, True, 0.05), (60.0, True, 0.6)])
def test_a_patch_carries_a_sphere_on_through_its_hole(reach_mm, shaped, most_mm):
    mesh = ball(5)
    holed = kept_faces(mesh, np.linalg.norm(mesh.vertices_mm[mesh.faces].mean(1) - [0, RADIUS_MM, 0], axis=1) > reach_mm)
    (rim,) = rims(holed)
    # The shape that is known beforehand is 1 mm too small everywhere.
    directions = icosphere(4).vertices_mm
    shape = Shape(np.zeros(3), directions, np.full(len(directions), RADIUS_MM - 1.0)) if shaped else None
    patch = patch_hole(holed, rim, shape)
    assert np.abs(np.linalg.norm(patch.vertices_mm, axis=1) - RADIUS_MM).max() < most_mm
    closed = clean(np.vstack([holed.vertices_mm, patch.vertices_mm]), np.vstack([holed.faces, patch.faces])).surface
    assert rims(closed) == []
    assert len(closed.faces) == len(holed.faces) + len(patch.faces)


def test_noise_is_measured_taken_off_and_the_dome_keeps_its_size():
    mesh, chance = ball(6), np.random.default_rng(3)
    outward = mesh.vertices_mm / RADIUS_MM
    rough = Mesh(vertices_mm=mesh.vertices_mm + chance.normal(0, 0.3, (len(outward), 1)) * outward, faces=mesh.faces)
    assert 0.2 < robust_sd(roughness_mm(rough, 3.0)) < 0.32
    assert robust_sd(roughness_mm(mesh, 3.0)) < 0.02
    even = np.linalg.norm(smooth(rough, 3.0).vertices_mm, axis=1)
    assert even.std() < 0.2
    assert even.mean() == pytest.approx(RADIUS_MM, abs=0.02)


def test_fewer_faces_keep_within_a_tenth_of_a_millimetre_measured_both_ways():
    mesh = ball(6)
    fewer = decimate(mesh, faces_count=4_000)
    assert len(fewer.surface.faces) < len(mesh.faces) // 2
    assert 0.0 < fewer.change_mm <= 0.1
    both = np.concatenate([gaps_mm(fewer.surface, mesh), gaps_mm(mesh, fewer.surface)])
    assert both.max() <= 0.1
    assert rims(fewer.surface) == []


def test_splitting_long_edges_changes_neither_shape_nor_whole():
    mesh = ball(2)
    fine = split_long_edges(mesh, 8.0, rounds_count=6)
    corners = fine.vertices_mm[fine.faces]
    assert np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max() <= 8.0
    assert face_areas_mm2(fine).sum() == pytest.approx(face_areas_mm2(mesh).sum(), rel=1e-9)
    assert rims(fine) == []
    assert gaps_mm(fine, mesh).max() < 1e-9
