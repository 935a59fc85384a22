"""Heads from films whose cameras are exactly known: the shape is found again, and films that contradict themselves are refused."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from scalp.base import NotPossible, WrongParent
from scalp.capture.film.circling import CirclingSettings, Shape, bare_scalp, circle_head, refined_prior
from scalp.capture.film.encircled import shape_before_cameras
from scalp.capture.film.orbits import Trust, film_head, judge_film
from scalp.capture.film.rigs import Rig, mesh_rows, place_face, stand_rig, straightened
from scalp.capture.film.skylines import Skyline
from scalp.capture.shape.prior import read_head_prior
from scalp.capture.size.scale import ScaleWish
from scalp.demo.filming import OrbitPath, camera_at
from scalp.domain.footage import Footage
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting
from scalp.geometry.alignment import align
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere
from scalp.io.assets import makehuman_folder
from tests.known_films import DEMO_MIDDLE_MM, demo_sitter, exact_motion, film, footage_of, scalp_gaps_mm

SETTINGS = CirclingSettings()
PRIOR = refined_prior(read_head_prior(), SETTINGS)
PATH = OrbitPath(middle_mm=PRIOR.base.centre_mm, width_px=720, height_px=1280, focal_px=1000.0)
TIMES = np.linspace(0.0, 30.0, 17)
CAMERAS = [camera_at(PATH, float(when)) for when in TIMES]


class Drawn:
    """A head drawn from the prior, and all that a film of it tells."""

    def __init__(self, seed, nod_rad=0.0):
        rng = np.random.default_rng(seed)
        self.shape = Shape(rng.standard_normal(PRIOR.modes_count), 0.5 * rng.standard_normal(len(PRIOR.harmonics_rest_mm)))
        self.skull = self.shape.cranium(PRIOR)
        self.points = self.shape.points_mm(PRIOR)
        self.nods = [nod_rad * np.sin(when / 1.7) * np.array([0.6, 1.0, 0.0]) for when in TIMES]
        self.rng = rng

    def seen(self, number, places_mm):
        turn, _ = cv2.Rodrigues(self.nods[number])
        pivot = PRIOR.base.centre_mm - np.array([0.0, 130.0, 0.0])
        return CAMERAS[number].project((places_mm - pivot) @ turn.T + pivot)

    def line(self, number, noise_px=0.5):
        turn, _ = cv2.Rodrigues(self.nods[number])
        pivot = PRIOR.base.centre_mm - np.array([0.0, 130.0, 0.0])
        eye = (CAMERAS[number].eye_mm - pivot) @ turn + pivot
        places = self.skull.points_mm(self.skull.contour(eye, 5).directions)
        pixels = self.seen(number, places[bare_scalp(PRIOR, self.shape, places)])
        return Skyline(pixels + self.rng.normal(0, noise_px, pixels.shape), np.ones(len(pixels)))

    def face(self, number):
        seen = np.zeros((468, 2))
        rows, numbers = mesh_rows(PRIOR)
        seen[numbers] = self.seen(number, self.points[rows]) + self.rng.normal(0, 1.0, (len(rows), 2))
        return FaceSighting(box_px=(0.0, 0.0, 1.0, 1.0), score_fraction=1.0, mesh_px=seen, iris_px=np.full((2, 3), np.nan))

    def fitted(self, motion):
        facing = [number for number, camera in enumerate(CAMERAS) if (camera.eye_mm - PRIOR.base.centre_mm)[2] > 350.0]
        placed = place_face(motion, {number: self.face(number) for number in facing}, CAMERAS[0].centre_px)
        rig = stand_rig(PRIOR, motion, placed, CAMERAS[0].centre_px)
        lines = [self.line(number) for number in range(len(CAMERAS))]
        return placed, circle_head(PRIOR, rig, lines, settings=SETTINGS)

    def gaps_mm(self, circled):
        """Return how far the fitted scalp is from the true one after the similarity between the cameras."""
        sphere = icosphere(4).vertices_mm
        places = self.skull.points_mm(sphere)
        scalp = places[bare_scalp(PRIOR, self.shape, places)]
        true = np.array([camera.eye_mm for camera in CAMERAS])
        arms = align(true, circled.rig.eyes_mm).apply(scalp) - PRIOR.base.centre_mm
        lengths = np.linalg.norm(arms, axis=1)
        return lengths - circled.shape.cranium(PRIOR).radii_mm(arms / lengths[:, None]), arms / lengths[:, None]


def blank():
    photo = Photo(pixels=np.zeros((1280, 720, 3), np.uint8), encoding=srgb_encoding())
    count = len(CAMERAS)
    return Footage(photos=(photo,) * count, frame_index=np.arange(count, dtype=np.int32), at_seconds=TIMES)


FOOTAGE = blank()
MOTION = exact_motion(FOOTAGE, CAMERAS)


def bent(motion, length_fraction):
    """Return motion that drifts along its way, as a failed solution does, by so much of its size."""
    matrices = motion.camera_from_scene.copy()
    eyes = motion.eyes_scene
    size = np.linalg.norm(eyes - eyes.mean(0), axis=1).mean()
    share = np.linspace(0, 1, len(eyes))[:, None] ** 2
    moved = eyes + length_fraction * size * share * np.array([0.6, 0.7, 0.4])
    matrices[:, :3, 3] = -np.einsum("mij,mj->mi", matrices[:, :3, :3], moved)
    return replace(motion, camera_from_scene=matrices)


@cache
def fitted(seed, *, nod_rad=0.0, drift_fraction=0.0, size=0.0037):
    """Return a drawn head, where its face was placed, and its fit."""
    drawn, motion = Drawn(seed, nod_rad), MOTION if size == 0.0037 else exact_motion(FOOTAGE, CAMERAS, size=size)
    return drawn, *drawn.fitted(bent(motion, drift_fraction) if drift_fraction else motion)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_head_is_found_again_from_lines_and_a_face(seed):
    drawn, placed, circled = fitted(seed)
    gaps, _ = drawn.gaps_mm(circled)
    assert np.median(np.abs(gaps)) < 0.15
    assert np.percentile(np.abs(gaps), 95) < 0.6
    judge_film(placed, circled, Trust())


def test_the_stated_doubt_of_the_surface_holds_what_it_says():
    inside = []
    for seed in range(1, 5):
        drawn, _, circled = fitted(seed)
        gaps, directions = drawn.gaps_mm(circled)
        basis = harmonics(directions, SETTINGS.degree)
        sd_mm = np.sqrt(np.einsum("vi,ij,vj->v", basis, shape_before_cameras(PRIOR, circled), basis))
        inside.append(float(np.mean(np.abs(gaps) < 1.645 * sd_mm)))
    assert np.mean(inside) > 0.85


def test_the_size_and_axes_of_the_scene_do_not_matter():
    (_, _, small), (_, _, large) = fitted(1), fitted(1, size=41.0)
    assert np.allclose(small.rig.eyes_mm, large.rig.eyes_mm, atol=1e-3)
    assert np.allclose(small.shape.rest, large.shape.rest, atol=1e-4)


def test_the_face_lies_where_its_rays_meet():
    drawn = Drawn(2)
    rows, numbers = mesh_rows(PRIOR)
    placed = place_face(MOTION, {number: drawn.face(number) for number in (0, 1, 15, 16)}, CAMERAS[0].centre_px)
    gaps = np.linalg.norm(
        align(placed.points_scene[numbers], drawn.points[rows]).apply(placed.points_scene[numbers]) - drawn.points[rows], axis=1
    )
    assert np.median(gaps) < 1.5


@pytest.mark.parametrize("shown", [(0,), (0, 1), (0, 0)])
def test_a_face_from_one_side_is_refused(shown):
    with pytest.raises(NotPossible, match="begins before the face"):
        place_face(MOTION, {number: Drawn(2).face(number) for number in shown}, CAMERAS[0].centre_px)


@pytest.mark.parametrize("drift_fraction", [0.05, 0.2])
def test_cameras_that_drifted_are_recognised(drift_fraction):
    _, placed, circled = fitted(3, drift_fraction=drift_fraction)
    with pytest.raises(NotPossible, match="Film again"):
        judge_film(placed, circled, Trust())


def test_a_head_that_moves_a_little_is_still_found_and_one_that_moves_much_is_refused():
    drawn, placed, circled = fitted(5, nod_rad=float(np.deg2rad(1.0)))
    judge_film(placed, circled, Trust())
    assert np.median(np.abs(drawn.gaps_mm(circled)[0])) < 0.5
    _, placed, circled = fitted(5, nod_rad=float(np.deg2rad(6.0)))
    with pytest.raises(NotPossible):
        judge_film(placed, circled, Trust())


def test_a_bent_lens_is_straightened():
    rows, cols = np.mgrid[:1280, :720].astype(float) + 0.5
    motion = replace(MOTION, bend_ratio=0.05)

    def wave(x, y):
        return 127 + 100 * np.sin(x / 23.0) * np.cos(y / 31.0)

    u, v = (cols - 360) / motion.focal_px, (rows - 640) / motion.focal_px
    ux, uy = u.copy(), v.copy()
    for _ in range(30):
        out = 1 + motion.bend_ratio * (ux**2 + uy**2)
        ux, uy = u / out, v / out
    taken = wave(ux * motion.focal_px + 360, uy * motion.focal_px + 640).astype(np.uint8)
    photo = Photo(pixels=np.repeat(taken[..., None], 3, axis=2), encoding=srgb_encoding())
    footage = replace(FOOTAGE, photos=(photo,) * len(TIMES))
    straight = straightened(footage, replace(motion, photo_index=np.array([0], np.int32), camera_from_scene=motion.camera_from_scene[:1]))
    inner = np.s_[100:-100, 60:-60]
    assert np.abs(straight[0].pixels[..., 0].astype(float) - wave(cols, rows))[inner].max() < 4.0


def test_a_rig_moves_as_the_head_does():
    rig = Rig(MOTION.camera_from_scene[:, :3, :3], MOTION.camera_from_scene[:, :3, 3], 1000.0, (360.0, 640.0), np.ones((468, 3)))
    pivot, move, place = np.array([1.0, 2.0, 3.0]), np.array([0.02, -0.01, 0.03, 0.5, -0.2, 0.1, 0.05]), np.array([10.0, 20.0, -5.0])
    turn, _ = cv2.Rodrigues(move[:3])
    there = pivot + np.exp(move[6]) * turn @ (place - pivot) + move[3:6]
    moved = rig.moved(pivot, move)
    for number in range(3):
        a, b = rig.turns[number] @ there + rig.shifts_mm[number], moved.turns[number] @ place + moved.shifts_mm[number]
        assert np.allclose(a[:2] / a[2], b[:2] / b[2])


def test_the_motion_of_another_film_is_refused(tmp_path):
    with pytest.raises(WrongParent):
        film_head(FOOTAGE, replace(MOTION, footage_digest="0" * 32), tmp_path)


@cache
def filmed(models):
    """Return what a rendered film of the demo head gives with its exact cameras, its true scalp and cameras."""
    try:
        sitter, scalp_mm = demo_sitter(makehuman_folder(fetch=False))
    except NotPossible:
        pytest.skip("the demo head is not fetched: run `smp assets --fetch`")
    path = OrbitPath(middle_mm=DEMO_MIDDLE_MM, width_px=540, height_px=960, focal_px=750.0, distance_mm=480.0)
    frames = list(film(sitter, path, np.linspace(0.0, 29.0, 14)))
    footage, cameras = footage_of(frames), [frame.camera for frame in frames]
    wish = ScaleWish(circumference_mm=560.0)
    return film_head(footage, exact_motion(footage, cameras), models, scale=wish), scalp_mm, cameras, footage


def test_a_rendered_film_gives_the_scalp_within_a_millimetre(models):
    got, scalp_mm, cameras, footage = filmed(models)
    order = [_place(footage, got.head, digest) for digest in got.head.photo_digests]
    gaps, _ = scalp_gaps_mm(got.head, scalp_mm, [cameras[number] for number in order])
    assert np.median(np.abs(gaps)) < 1.0
    assert np.percentile(np.abs(gaps), 95) < 3.0
    assert 5 <= len(got.sightings) <= 7
    assert tuple(one.photo.digest for one in got.sightings) == got.head.photo_digests
    assert got.sightings[0].face is not None


def _place(footage, head, digest):
    camera = head.camera_of(digest)
    lens = [replace(photo, focal_px=camera.focal_px).digest for photo in footage.photos]
    return lens.index(digest)


def test_the_tape_sets_the_size_of_a_filmed_head(models):
    got, _, _, _ = filmed(models)
    assert got.head.scale_sd_fraction < 0.015
    assert not [doubt for doubt in got.head.doubts if doubt.kind in {"unseen", "outline", "hair"}]
