"""Cards and coins: found where they are held, to a part of a pixel, and never where there is none."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from scalp.base import BadInput
from scalp.capture.seeing.faces import find_faces
from scalp.capture.size.cards import find_card
from scalp.capture.size.coins import coin_mm, find_coin, read_coins
from scalp.capture.size.objects import CARD_LONG_MM, CARD_SHORT_MM, card_place, coin_ellipse, read_coin
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoHead, DemoView
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo
from scalp.io.assets import makehuman_folder
from tests.capture.conftest import load
from tests.capture.test_faces import photo_of
from tests.props import hold_card, hold_coin

WORST_CORNER_PX, WORST_DEPTH_FRACTION, WORST_COIN_FRACTION = 1.5, 0.006, 0.02


@cache
def sitter() -> DemoHead:
    return make_demo_head(makehuman_folder(fetch=False), seed=1, view=DemoView(width_px=900, height_px=1200))


def forehead_mm() -> np.ndarray:
    head = sitter()
    return head.points_mm[head.point_names.index("glabella")] + np.array([0.0, 32.0, -6.0])


def face_of(photo: Photo, models: Path):
    return find_faces(photo, models)[0]


def straight_camera(focal_px: float = 1500.0) -> Camera:
    matrix = np.diag([1.0, -1.0, -1.0, 1.0])
    matrix[2, 3] = 700.0
    return Camera(focal_px=focal_px, centre_px=(500.0, 600.0), width_px=1000, height_px=1200, camera_from_head=matrix)


@pytest.mark.parametrize(("tilt_rad", "fingers", "shine", "seed"), [(0.0, 0, False, 3), (0.6, 1, True, 4), (0.87, 0, False, 5)])
def test_a_card_at_the_forehead_is_found_to_a_part_of_a_pixel(models, tilt_rad, fingers, shine, seed):
    head = sitter()
    held = hold_card(head.photo.srgb_u8, head.camera, forehead_mm(), seed=seed, tilt_rad=tilt_rad, fingers=fingers, shine=shine)
    photo = photo_of(held.pixels)
    found = find_card(photo, face_of(photo, models))
    assert found is not None
    off_px = np.linalg.norm(found[:, None] - held.outline_px[None], axis=2).min(1)
    assert off_px.max() < WORST_CORNER_PX
    place_mm, _, _ = card_place(found, (head.camera.focal_px, head.camera.centre_px), corner_sd_px=0.6)
    assert place_mm[2] == pytest.approx(held.depth_mm, rel=WORST_DEPTH_FRACTION)


@pytest.mark.parametrize(("name", "tilt_rad"), [("eur-1", 0.0), ("usd-0.25", 0.6)])
def test_a_coin_at_the_forehead_tells_its_distance(models, name, tilt_rad):
    head = sitter()
    held = hold_coin(head.photo.srgb_u8, head.camera, forehead_mm(), coin_mm(name), seed=6, tilt_rad=tilt_rad)
    photo = photo_of(held.pixels)
    rim = find_coin(photo, face_of(photo, models), name)
    assert rim is not None
    place_mm, sd_fraction = read_coin(rim, coin_mm(name), head.camera)
    assert place_mm[2] == pytest.approx(held.depth_mm, rel=WORST_COIN_FRACTION)
    assert sd_fraction < WORST_COIN_FRACTION


def test_no_card_and_no_coin_is_seen_where_there_is_none(models, shared):
    files = [*sorted((shared / "photos").glob("*.jp*g")), shared / "heads" / "lee-perry-smith" / "photo-front.jpg"]
    photos = [*(load(file) for file in files), photo_of(sitter().photo.srgb_u8)]
    seen = [(photo, face) for photo in photos for face in find_faces(photo, models)]
    assert len(seen) >= 8
    assert [find_card(photo, face) for photo, face in seen] == [None] * len(seen)
    assert [find_coin(photo, face, name) for photo, face in seen for name in ("eur-1", "chf-5")] == [None] * 2 * len(seen)


def test_a_sheet_of_paper_is_no_card(models):
    head = sitter()
    held = hold_card(head.photo.srgb_u8, head.camera, forehead_mm(), seed=8)
    pixels = head.photo.srgb_u8.copy()
    low, high = held.outline_px.min(0), held.outline_px.max(0)
    middle, half = (low + high) / 2, np.array([1.0, 1.0]) * (high - low)[1] * 0.6
    cv2.rectangle(pixels, tuple(map(int, middle - half)), tuple(map(int, middle + half)), (235, 235, 230), -1)
    photo = photo_of(pixels)
    assert find_card(photo, face_of(photo, models)) is None


@pytest.mark.parametrize("tilt_rad", [0.0, 0.5, 0.9])
def test_exact_corners_give_the_exact_distance(tilt_rad):
    camera = straight_camera()
    corners = np.array([[-1, 1, 0], [1, 1, 0], [1, -1, 0], [-1, -1, 0]]) * np.array([CARD_LONG_MM, CARD_SHORT_MM, 0]) / 2
    turned = corners @ cv2.Rodrigues(np.array([tilt_rad, 0.2, 0.1]))[0].T + np.array([10.0, 30.0, 90.0])
    place_mm, sd_fraction, miss_px = card_place(camera.project(turned), (camera.focal_px, camera.centre_px), corner_sd_px=0.5)
    assert np.allclose(place_mm, camera.in_camera(turned.mean(0)[None])[0], atol=0.05)
    assert miss_px < 0.01
    assert 0.0 < sd_fraction < 0.01


def test_the_stated_doubt_of_a_card_is_that_of_its_corners():
    camera, rng = straight_camera(), np.random.default_rng(4)
    corners = np.array([[-1, 1, 0], [1, 1, 0], [1, -1, 0], [-1, -1, 0]]) * np.array([CARD_LONG_MM, CARD_SHORT_MM, 0]) / 2
    seen = camera.project(corners @ cv2.Rodrigues(np.array([0.4, 0.2, 0.0]))[0].T + np.array([0.0, 0.0, 90.0]))
    lens, sd_px = (camera.focal_px, camera.centre_px), 0.8
    told = card_place(seen, lens, corner_sd_px=sd_px)[1]
    away = [np.linalg.norm(card_place(seen + rng.normal(0, sd_px, (4, 2)), lens, corner_sd_px=sd_px)[0]) for _ in range(400)]
    assert np.std(away) / np.mean(away) == pytest.approx(told, rel=0.2)


def test_a_tilted_coin_keeps_its_longer_axis():
    camera, turn = straight_camera(), np.linspace(0, 2 * np.pi, 40, endpoint=False)
    rim = coin_mm("eur-1") / 2 * np.column_stack([np.cos(turn), np.sin(turn), 0 * turn])
    for tilt_rad in (0.0, 0.5, 0.9):
        seen = camera.project(rim @ cv2.Rodrigues(np.array([tilt_rad, 0.0, 0.0]))[0].T + np.array([5.0, 20.0, 90.0]))
        assert read_coin(seen, coin_mm("eur-1"), camera)[0][2] == pytest.approx(610.0, rel=1e-3)


def test_the_table_of_coins_holds_what_the_mints_publish():
    published_mm = {"eur-1": 23.25, "eur-2": 25.75, "usd-0.25": 24.26, "gbp-0.10": 24.5, "chf-1": 23.2}
    assert {name: read_coins()[name] for name in published_mm} == published_mm


def test_an_unknown_coin_is_refused_with_those_that_are_known():
    with pytest.raises(BadInput, match="eur-1"):
        coin_mm("doubloon")


@pytest.mark.parametrize("points", [np.zeros((3, 2)), np.full((6, 2), 4.0), np.column_stack([np.arange(8.0), np.arange(8.0)])])
def test_points_of_no_rim_are_refused(points):
    with pytest.raises(BadInput, match="coin"):
        coin_ellipse(points)
