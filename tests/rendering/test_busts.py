"""A head drawn by itself, and what is drawn over its photos: closed forms on an ellipsoid, and the surface's own lengths."""

import dataclasses

import numpy as np
import pytest

from scalp.capture.shape.parts import judge_parts, measure_head
from scalp.capture.texture.textures import BakeSettings, bake_texture
from scalp.colour.scales import FULL_DOUBT_MM, doubt_srgb_u8
from scalp.colour.srgb import lab_from_linear, linear_from_srgb
from scalp.geometry.partings import measure_partings
from scalp.rendering.busts import WALL_SRGB_U8, draw_bust, dress_bust
from scalp.rendering.lines import GRID_MM
from scalp.rendering.overlays import cut_head, draw_grid, draw_key, mark_findings, survey_ground, tint_doubt
from tests.makers import make_camera, make_head, make_photo


@pytest.fixture(scope="module")
def seen():
    """Return a head of 200 mm across with its photo from the front."""
    bare, camera = make_head(subdivisions_count=5), make_camera()
    photo = make_photo(bare, camera)
    return dataclasses.replace(bare, cameras=(camera,), photo_digests=(photo.digest,), scale_sd_fraction=0.04), photo


@pytest.fixture(scope="module")
def ball():
    """Return a ball of 100 mm radius about the point midway between the tragi."""
    head = make_head(subdivisions_count=6)
    arms = head.surface.vertices_mm - head.surface.vertices_mm.mean(0)
    surface = dataclasses.replace(head.surface, vertices_mm=100.0 * arms / np.linalg.norm(arms, axis=1, keepdims=True))
    marks = head.landmarks_mm / np.linalg.norm(head.landmarks_mm, axis=1, keepdims=True) * 100.0
    return dataclasses.replace(head, surface=surface, landmarks_mm=marks)


def test_lengths_over_a_ball_are_its_arcs(ball):
    measured = measure_partings(ball)
    x, y, z = ball.surface.vertices_mm.T
    upper = y > 5.0
    glabella = ball.landmark("glabella")
    along = 100.0 * (np.arctan2(y, z) - np.arctan2(glabella[1], glabella[2]))
    aside = 100.0 * np.arcsin(x / 100.0)
    known = upper & np.isfinite(measured.aside_mm)
    assert np.abs(measured.along_mm - along)[known].max() < 0.3
    assert np.abs(measured.aside_mm - aside)[known].max() < 0.5


def test_tape_and_caliper_on_a_ball_read_its_girth_and_width(ball):
    level = dataclasses.replace(ball, landmarks_mm=ball.landmarks_mm.copy())
    measured = measure_head(level)
    assert abs(measured.breadth_mm - 2 * np.sqrt(100.0**2 - 30.0**2)) < 1.0
    assert 600.0 < measured.circumference_mm < 2 * np.pi * 100.0 + 0.5
    assert measured.length_mm <= 200.0 + 1e-6


def test_a_photographed_head_drawn_from_its_own_camera_is_its_photo(seen):
    head, photo = seen
    texture = bake_texture(head, (photo,), settings=BakeSettings(side_px=1024))
    drawn = draw_bust(dress_bust(head, texture), head.cameras[0]).astype(float)
    camera = head.cameras[0]
    middle = camera.project(head.landmark("glabella")[None])[0].astype(int)
    part = np.s_[middle[1] - 60 : middle[1] + 20, middle[0] - 40 : middle[0] + 40]
    assert np.abs(drawn[part] - photo.pixels[part]).mean() < 2.0


def test_what_is_not_the_head_is_the_wall_and_all_of_the_head_is_drawn(seen):
    head, photo = seen
    for dressed in (dress_bust(head), dress_bust(head, bake_texture(head, (photo,), settings=BakeSettings(side_px=256)))):
        drawn = draw_bust(dressed, make_camera("back"))
        wall = (drawn == np.array(WALL_SRGB_U8)).all(axis=2)
        assert wall[0].all()
        assert wall[:, 0].all()
        assert not wall[200:280, 200:280].any()


def test_doubt_gets_lighter_evenly_and_blue_turns_to_yellow():
    """Read in grey, and by eyes without red and green: lightness alone tells the order."""
    colours = doubt_srgb_u8(np.linspace(0.0, FULL_DOUBT_MM, 25))
    lab = lab_from_linear(linear_from_srgb(colours))
    steps = np.diff(lab[:, 0])
    assert (steps > 1.5).all()
    assert steps.max() / steps.min() < 2.0
    assert (np.diff(lab[:, 2]) > 0).mean() > 0.9
    assert (doubt_srgb_u8(np.array([FULL_DOUBT_MM, 50.0, np.nan])) == colours[-1]).all()


def test_grid_lines_lie_10_mm_apart_on_the_skin(seen):
    """Along the middle line of the photo the lines drawn are where the surface's own lengths are multiples of 10 mm."""
    head, photo = seen
    ground, cutting = survey_ground(head), cut_head(photo, head, 900)
    drawn = draw_grid(cutting, ground).astype(float) - cutting.srgb_u8
    camera = cutting.camera
    middle = np.abs(head.surface.vertices_mm[:, 0]) < 4.0
    front = middle & (head.surface.vertices_mm[:, 2] > 40.0) & (ground.along_mm > 5.0) & (ground.along_mm < 75.0)
    order = np.argsort(ground.along_mm[front])
    along = ground.along_mm[front][order]
    rows = camera.project(head.surface.vertices_mm[front][order])[:, 1]
    column = int(camera.project(np.array([[6.0, 90.0, 90.0]]))[0, 0])
    for line_mm in np.arange(GRID_MM, 70.0, GRID_MM):
        row = float(np.interp(line_mm, along, rows))
        bright = drawn[int(row) - 14 : int(row) + 15, column].sum(axis=1)
        found = int(row) - 14 + (bright * np.arange(29)).sum() / bright.sum() + 0.5
        assert abs(found - row) < 4.0, line_mm
    assert (drawn >= -1).all(), "lines only lighten"


def test_landmarks_outline_bar_and_key_stand_on_the_picture(seen):
    head, photo = seen
    cutting = cut_head(photo, head, 700)
    tinted = tint_doubt(cutting, dataclasses.replace(head, surface_sd_mm=np.full(len(head.surface_sd_mm), 9.0)))
    off = cutting.seen.face_index < 0
    low_mm = head.landmark("glabella")[1]
    places = head.surface.vertices_mm[head.surface.faces[np.maximum(cutting.seen.face_index, 0)]].mean(axis=2)
    on, under = ~off & (places[..., 1] > low_mm + 8.0), ~off & (places[..., 1] < -20.0)
    assert (tinted[on].astype(int)[:, 0] > cutting.srgb_u8[on].astype(int)[:, 0]).mean() > 0.95
    assert (tinted[off] == cutting.srgb_u8[off]).all()
    assert (tinted[under] == cutting.srgb_u8[under]).all(), "only the scalp's doubt is told"
    marked = mark_findings(cutting.srgb_u8, cutting, head)
    x, y = cutting.camera.project(head.landmark("glabella")[None])[0].astype(int)
    assert tuple(marked[y, x]) == (255, 64, 160)
    keyed = draw_key(cutting.srgb_u8)
    assert (keyed[:500] == cutting.srgb_u8[:500]).all()
    assert (keyed == np.array([255, 234, 70])).all(axis=2).any()


def test_parts_tell_what_the_photo_saw_and_how_scale_and_shape_add_up(seen):
    head, _ = seen
    head = dataclasses.replace(head, surface_sd_mm=np.full(len(head.surface_sd_mm), 2.0))
    parts = {part.name: part for part in judge_parts(head)}
    assert set(parts) == {"hairline", "crown", "sides", "back"}
    assert parts["hairline"].seen_fraction > 0.9
    assert parts["back"].seen_fraction == 0.0
    for part in parts.values():
        assert abs(part.sd_mm - 2.0) < 1e-9
        assert np.hypot(0.08, 4.0 / 110.0) < part.density_sd_fraction < np.hypot(0.08, 4.0 / 60.0)
