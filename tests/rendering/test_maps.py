"""Claims about treatment maps: places lie where they are said to lie, one scale holds, what is in the design is seen."""

import dataclasses
import itertools

import numpy as np
import pytest

from scalp.base import BadInput, ByteArray, FloatArray, WrongParent
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.marks import KeepAway
from scalp.domain.pigment import Needle
from scalp.domain.plan import Span, ZoneWork
from scalp.rendering.flats import look_flat
from scalp.rendering.maps import MAP_SIDES, ZONE_SRGB_U8, MapSide, draw_map, frame_map, map_legend
from tests.makers import CENTRE_MM, cranium_axes, make_design, make_head, on_surface

HEAD = make_head(subdivisions_count=5)
DESIGN = make_design(HEAD)
NARROW = make_head(length_mm=178.0, breadth_mm=128.0, height_mm=116.0, subdivisions_count=4)
AXES = cranium_axes()
SEEN_MM: dict[MapSide, FloatArray] = {
    "front": on_surface(AXES, (0.0, 0.0, 1.0), x_mm=21.0, y_mm=70.0),
    "left": on_surface(AXES, (1.0, 0.0, 0.0), y_mm=60.0, z_mm=-20.0),
    "right": on_surface(AXES, (-1.0, 0.0, 0.0), y_mm=60.0, z_mm=-25.0),
    "back": on_surface(AXES, (0.0, 0.0, -1.0), x_mm=-30.0, y_mm=60.0),
    "top": on_surface(AXES, (0.0, 1.0, 0.0), x_mm=25.0, z_mm=40.0),
}
"""A place of the egg in closed form that each side shows."""
WAYS: dict[MapSide, tuple[tuple[int, int], tuple[int, int]]] = {
    "front": ((0, 1), (1, -1)), "left": ((2, -1), (1, -1)), "right": ((2, 1), (1, -1)), "back": ((0, -1), (1, -1)), "top": ((0, 1), (2, 1))
}  # fmt: skip
"""Which axis of the head, and which way along it, lies to the right and down in each picture."""


def changed_middle_px(before: ByteArray, after: ByteArray) -> FloatArray:
    """Return the middle of what differs between two pictures, (x, y) px, weighted by how much it differs."""
    weight = np.abs(before.astype(float) - after.astype(float)).sum(axis=2)
    rows, cols = np.indices(weight.shape)
    return np.array([np.average(cols + 0.5, weights=weight), np.average(rows + 0.5, weights=weight)], dtype=np.float64)


def expected_px(side: MapSide, place_mm: FloatArray, height_px: int, width_px: int) -> FloatArray:
    """Return where a place lies by the egg's own axes: 9 mm of air round its longest extent down to 70 mm below the tragi."""
    vertices_mm = HEAD.surface.vertices_mm
    shown_mm = vertices_mm[vertices_mm[:, 1] > -70.0]
    low_mm, high_mm = shown_mm.min(axis=0), shown_mm.max(axis=0)
    mm_per_px = (max((high_mm - low_mm)[1:]) + 18.0) / height_px
    away_mm = place_mm - (low_mm + high_mm) / 2
    steps = np.array([sign * away_mm[axis] / mm_per_px for axis, sign in WAYS[side]], dtype=np.float64)
    return np.asarray(np.array([width_px / 2, height_px / 2]) + steps, np.float64)


def one_impression(place_mm: FloatArray, diameter_mm: float) -> Impressions:
    """Return one deposit at the face of HEAD nearest to a place, in the middle of it."""
    middles_mm = HEAD.surface.vertices_mm[HEAD.surface.faces].mean(axis=1)
    face = int(np.argmin(np.linalg.norm(middles_mm - place_mm, axis=1)))
    columns = {"top_depth_mm": 0.1, "bottom_depth_mm": 0.4, "concentration_mg_per_ml": 1.0, "redness_fraction": 0.0}
    return Impressions(
        head_digest=HEAD.digest, plan_digest="p", face_index=np.array([face], np.int32), barycentric=np.full((1, 3), 1 / 3),
        deposit_diameter_mm=np.array([diameter_mm], np.float32), session_number=np.ones(1, np.uint8),
        **{name: np.array([level], np.float32) for name, level in columns.items()},
    )  # fmt: skip


@pytest.mark.parametrize("side", MAP_SIDES)
def test_a_crossed_out_place_lies_at_its_pixel_within_half_a_px(side: MapSide) -> None:
    place_mm = SEEN_MM[side]
    crossed = dataclasses.replace(DESIGN, keep_away=(KeepAway(kind="mole", place_mm=place_mm, radius_mm=4.0),))
    before, after = draw_map(HEAD, DESIGN, side, height_px=260), draw_map(HEAD, crossed, side, height_px=260)
    assert np.abs(changed_middle_px(before, after) - expected_px(side, place_mm, 260, before.shape[1])).max() < 0.5


@pytest.mark.parametrize("side", MAP_SIDES)
def test_what_a_pixel_sees_is_where_the_frame_says_it_is(side: MapSide) -> None:
    frame = frame_map(HEAD, side, 160)
    sight = look_flat(HEAD, frame, 2)
    seen_mm = np.column_stack([sight.across(HEAD.surface.vertices_mm[:, axis]) for axis in range(3)]).astype(np.float64)
    rows, cols = np.nonzero(sight.inside)
    centres_px = np.column_stack([cols + 0.5, rows + 0.5]) / 2
    assert np.abs(frame.place_px(seen_mm) - centres_px).max() < 0.02
    ray = np.linalg.solve(AXES, (seen_mm - CENTRE_MM).T)
    assert np.abs(np.linalg.norm(ray, axis=0) - 1.0).max() < 0.003


def test_one_scale_holds_in_all_directions_and_on_all_sides_of_a_head() -> None:
    frames = [frame_map(HEAD, side, 700) for side in MAP_SIDES]
    assert len({frame.mm_per_px for frame in frames}) == 1
    for frame, axis in itertools.product(frames, range(3)):
        step_px = float(np.linalg.norm(frame.place_px(np.eye(3)[axis] * 50.0) - frame.place_px(np.zeros(3))))
        assert min(abs(step_px), abs(step_px - 50.0 / frame.mm_per_px)) < 1e-9


def test_the_bar_is_as_long_as_fifty_millimetres_are() -> None:
    picture, frame = draw_map(HEAD, DESIGN, "front", height_px=600), frame_map(HEAD, "front", 600)
    dark = np.flatnonzero(picture[588:592].min(axis=(0, 2)) < 120)
    bar = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)[0]
    assert len(bar) - 1 == pytest.approx(50.0 / frame.mm_per_px, abs=2.0)


@pytest.mark.parametrize("diameter_mm", [0.25, 1.2, 4.0])
def test_impressions_are_as_large_as_their_deposits(diameter_mm: float) -> None:
    bare = dataclasses.replace(DESIGN, density_per_cm2=np.zeros_like(DESIGN.density_per_cm2))
    none = one_impression(SEEN_MM["front"], diameter_mm).where(np.zeros(0, int))
    before = draw_map(HEAD, bare, "front", impressions=none, height_px=700).astype(float)
    after = draw_map(HEAD, bare, "front", impressions=one_impression(SEEN_MM["front"], diameter_mm), height_px=700).astype(float)
    cover_px = float(((before - after) / np.maximum(before - [28, 30, 36], 1.0)).mean(axis=2).sum())
    true_px = np.pi / 4 * (diameter_mm / frame_map(HEAD, "front", 700).mm_per_px) ** 2
    assert cover_px == pytest.approx(true_px, rel=0.05, abs=0.03)


def test_an_impression_behind_the_head_is_not_drawn() -> None:
    hidden = one_impression(SEEN_MM["back"], 3.0)
    none = hidden.where(np.zeros(0, int))
    assert (
        draw_map(HEAD, DESIGN, "front", impressions=hidden, height_px=300)
        == draw_map(HEAD, DESIGN, "front", impressions=none, height_px=300)
    ).all()


def test_the_legend_names_the_zones_of_the_design_in_colours_that_its_map_shows() -> None:
    legend = dict(map_legend(DESIGN))
    assert list(legend) == [name for name in ZONE_NAMES if name in ("frontal edge", "mid-scalp", "side blend")]
    colours = np.concatenate([draw_map(HEAD, DESIGN, side, height_px=200).reshape(-1, 3) for side in ("front", "top")]).astype(float)
    chroma = colours - colours.mean(axis=1, keepdims=True)
    strong = chroma[np.linalg.norm(chroma, axis=1) > 12.0]
    for name, colour in legend.items():
        hue = np.array(colour) - np.mean(colour)
        alike = strong @ hue / np.linalg.norm(strong, axis=1) / np.linalg.norm(hue)
        assert (alike > 0.985).sum() > 60, name


def _seen_by(colour: tuple[int, int, int], kind: str) -> FloatArray:
    """Return a colour as a dichromat sees it, in Lab; the matrices for full severity of [Machado2009]."""
    from skimage.color import rgb2lab

    matrices = {
        "normal": np.eye(3),
        "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
        "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    }
    srgb = np.array(colour) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(matrices[kind] @ linear, 0.0, 1.0)
    encoded = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return np.asarray(rgb2lab(encoded[None, None])[0, 0])


@pytest.mark.parametrize("kind", ["normal", "protan", "deutan"])
def test_colours_of_zones_stay_apart_for_colour_blind_eyes(kind: str) -> None:
    labs = {name: _seen_by(colour, kind) for name, colour in ZONE_SRGB_U8.items()}
    gaps = {pair: float(np.linalg.norm(labs[pair[0]] - labs[pair[1]])) for pair in itertools.combinations(labs, 2)}
    assert min(gaps.values()) > 9.0, min(gaps, key=lambda pair: gaps[pair])


def test_zones_without_work_turn_pale() -> None:
    work = ZoneWork(
        zone="mid-scalp", impressions_count=900, layers_count=1, needle=Needle(), shade_ratio=20.0,
        pigment_ml=Span(low=1, expected=1, high=1), hours=Span(low=1, expected=1, high=1),
    )  # fmt: skip
    whole, part = (draw_map(HEAD, DESIGN, "top", works=works, height_px=300).astype(float) for works in ((), (work,)))
    frame = frame_map(HEAD, "top", 300)
    strength = []
    for picture in (whole, part):
        for place_mm in (on_surface(AXES, (0.0, 1.0, 0.0), x_mm=28.0, z_mm=-24.0), on_surface(AXES, (0.0, 1.0, 0.0), x_mm=22.0, z_mm=76.0)):
            x, y = frame.place_px(place_mm).astype(int)
            strength.append(float(np.median(np.ptp(picture[y - 4 : y + 5, x - 4 : x + 5], axis=2))))
    assert strength[2] == pytest.approx(strength[0], abs=3.0)
    assert strength[3] < 0.6 * strength[1]


def test_a_map_is_the_same_each_time_and_fits_any_head() -> None:
    assert (draw_map(HEAD, DESIGN, "left", height_px=300) == draw_map(HEAD, DESIGN, "left", height_px=300)).all()
    picture = draw_map(NARROW, make_design(NARROW), "top", height_px=360)
    drawn = np.flatnonzero((picture[:330].astype(int).sum(axis=2) < 600).any(axis=1))
    assert drawn[0] > 4
    assert picture.shape[0] == 360


def mapped(head: Head, design: Design, side: str, height_px: int) -> ByteArray:
    return draw_map(head, design, side, height_px=height_px)  # type: ignore[arg-type]


def test_strange_sides_sizes_and_heads_are_refused() -> None:
    with pytest.raises(BadInput, match="front, left, right, back, top"):
        mapped(HEAD, DESIGN, "bottom", 300)
    with pytest.raises(BadInput, match="120 to 6000"):
        mapped(HEAD, DESIGN, "front", 90_000)
    with pytest.raises(WrongParent, match="the head they were made for"):
        mapped(NARROW, DESIGN, "front", 300)
