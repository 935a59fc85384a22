"""How the camera of a film moved: found again from a rendered film, refused where it cannot be, and nothing left behind."""

import importlib.util
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.demo.filming import OrbitPath
from scalp.demo.surroundings import dress_sitter, light_of_room
from scalp.domain.footage import Footage
from scalp.domain.head import Mesh
from scalp.domain.photo import Photo, srgb_encoding
from scalp.geometry.meshes import icosphere
from scalp.io import motion as solving
from scalp.io.motion import MotionSettings, find_motion
from tests.known_films import eyes_gap_mm, film, footage_of

SMALL = MotionSettings(longest_px=720, features_count=1500, least_turn_rad=1.0)
needs_solver = pytest.mark.skipif(
    importlib.util.find_spec("pycolmap") is None, reason="pycolmap is not installed: pip install smp-mobile[video]"
)


def ball():
    """Return a bald sitter of closed formulas: a ball on shoulders."""
    sphere = icosphere(4)
    mesh = Mesh(vertices_mm=sphere.vertices_mm * np.array([76.0, 110.0, 96.0]) + np.array([0.0, 25.0, 0.0]), faces=sphere.faces)
    skin = replace(dress_sitter(2, top_mm=-90.0), mesh=mesh, rgb_linear=0.5 * light_of_room(mesh))
    skin = replace(
        skin, uv_fraction=np.full((len(mesh.faces), 3, 2), 0.5, np.float32), srgb_u8=np.full((2, 2, 3), (225, 190, 170), np.uint8)
    )
    return skin, dress_sitter(1, top_mm=-85.0)


def blank_footage():
    photo = Photo(pixels=np.full((640, 480, 3), 120, np.uint8), encoding=srgb_encoding())
    return Footage(photos=(photo,) * 10, frame_index=np.arange(10, dtype=np.int32), at_seconds=np.arange(10.0))


@pytest.mark.slow
@needs_solver
def test_the_cameras_of_a_film_are_found_again():
    path = OrbitPath(middle_mm=np.array([0.0, 25.0, 0.0]), width_px=405, height_px=720, focal_px=562.0)
    frames = list(film(ball(), path, np.linspace(0.0, 10.0, 16)))
    footage, heard = footage_of(frames), []

    def hear(stage, fraction):
        heard.append(fraction)

    motion = find_motion(footage, settings=SMALL, progress=hear)
    assert len(motion.photo_index) >= 14
    assert abs(motion.focal_px / 562.0 - 1) < 0.05
    assert np.median(eyes_gap_mm(motion, [frame.camera for frame in frames])) < 4.0
    assert motion.strays_fraction < 0.02
    assert heard == sorted(heard)
    assert motion.footage_digest == footage.digest


@needs_solver
def test_a_film_without_anything_to_hold_on_to_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(NotPossible, match="full of things"):
        find_motion(blank_footage(), settings=SMALL)
    assert not list(tmp_path.iterdir())


@needs_solver
def test_stopping_ends_the_solver_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stop(stage, fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_motion(blank_footage(), settings=SMALL, progress=stop)
    assert not list(tmp_path.iterdir())


def test_without_the_solver_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(solving, "SOLVER", "pycolmap_that_is_not_installed")
    with pytest.raises(NotPossible, match=r"pip install smp-mobile\[video\]"):
        find_motion(blank_footage())


def ring(count=20):
    """Return a sound solution: a ring of cameras round points, every point before every camera."""
    turn = np.linspace(0, 6.2, count)
    eyes = np.column_stack([np.sin(turn), 0.1 * np.sin(3 * turn), np.cos(turn)]) * 2.0
    pose = np.tile(np.eye(4), (count, 1, 1))
    for number, eye in enumerate(eyes):
        ahead = -eye / np.linalg.norm(eye)
        right = np.cross(ahead, [0, 1.0, 0])
        right /= np.linalg.norm(right)
        pose[number, :3, :3] = np.stack([right, np.cross(ahead, right), ahead])
        pose[number, :3, 3] = -pose[number, :3, :3] @ eye
    points = np.random.default_rng(1).normal(0, 0.3, (200, 3))
    lens = np.array([800.0, 0.0])
    return solving.Solution(np.arange(count, dtype=np.int32), pose, points, np.full(200, 5.0), np.full(200, 0.5), lens)


def frames(count):
    return replace(
        blank_footage(),
        photos=blank_footage().photos[:1] * count,
        frame_index=np.arange(count, dtype=np.int32),
        at_seconds=np.arange(float(count)),
    )


def test_a_sound_solution_is_trusted():
    assert solving.judge(frames(20), ring(), MotionSettings()) is None


def moved_eye(solution, number, shift):
    pose = solution.pose.copy()
    pose[number, :3, 3] -= pose[number, :3, :3] @ np.asarray(shift)
    return solution._replace(pose=pose)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda one: one._replace(error=np.full(200, 3.0)), "px from where"),
        (lambda one: one._replace(length=np.full(200, 2.2)), "seen in 2.2 frames"),
        (lambda one: moved_eye(one, 7, [6.0, 1.0, 0.0]), "leaps"),
        (lambda one: one._replace(photo_index=one.photo_index[:8], pose=one.pose[:8]), "40 % of its frames"),
    ],
)
def test_a_failed_solution_is_recognised(spoilt, said):
    with pytest.raises(NotPossible, match=said):
        solving.judge(frames(20), spoilt(ring()), MotionSettings())


def test_a_part_of_a_way_round_is_refused():
    part = ring()
    part = part._replace(photo_index=part.photo_index[:8], pose=part.pose[:8])
    with pytest.raises(NotPossible, match="degrees round the head"):
        solving.judge(frames(8), part, MotionSettings())


def test_solutions_that_differ_by_a_similarity_agree_and_others_do_not():
    one = ring()
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    pose = one.pose.copy()
    pose[:, :3, :3] = one.pose[:, :3, :3] @ turn.T
    pose[:, :3, 3] = 7.0 * one.pose[:, :3, 3] - pose[:, :3, :3] @ np.array([1.0, 2.0, 3.0])
    assert solving.strays(one, one._replace(pose=pose)) < 1e-9
    assert solving.strays(one, moved_eye(one, 4, [0.3, 0.0, 0.0])) > 0.1


def test_the_solver_is_a_script_of_its_own():
    assert "scalp" not in Path(solving.__file__).with_name("motion_child.py").read_text(encoding="utf-8").split("import", 1)[1]
