"""Heads from several photos: one surface for all, photos that join each other by points and outline, and refusals."""

from dataclasses import replace

import numpy as np
import pytest

from scalp.base import BadInput, NotPossible
from scalp.capture.checking.gathering import check_photos
from scalp.capture.several.coverage import covered_fraction, seen_by, uncovered_parts
from scalp.capture.several.likeness import likeness_log
from scalp.capture.several.seams import Seam, seam_rows
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.evidence import gather_evidence
from scalp.capture.shape.fitting import fit_together, start_state
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.shape.marks import exchange_sides
from scalp.capture.shape.prior import read_head_prior
from scalp.capture.shape.residuals import cranium_of, parameters_count, rotation_of
from scalp.capture.texture.balance import match_colours
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Sighting
from scalp.geometry.meshes import icosphere
from scalp.geometry.raster import rasterise
from tests.capture.test_heads import FOCAL_PX, HIGH_PX, WIDE_PX, Known, camera

SIDES = {
    "front": (0.0, 0.0, ()),
    "left": (90.0, 0.0, ("glabella", "nose_tip", "left_ear_top", "left_tragion", "vertex")),
    "right": (-90.0, 0.0, ("glabella", "nose_tip", "right_ear_top", "right_tragion", "vertex")),
    "back": (180.0, 0.0, ("left_ear_top", "right_ear_top", "inion")),
    "top": (0.0, 80.0, ("nose_tip", "left_ear_top", "right_ear_top", "vertex")),
}
FIVE = tuple(SIDES)


def numbered_photo(number: int) -> Photo:
    pixels = np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8)
    pixels[0, :8] = number
    return Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=FOCAL_PX)


def seen(seed: int, views: tuple[str, ...] = FIVE, spread: float = 0.8) -> tuple[list[Known], tuple[Sighting, ...]]:
    """Return one head of the prior before several cameras, and what its photos show."""
    heads, sightings = [], []
    for number, view in enumerate(views):
        yaw, pitch, names = SIDES[view]
        known = Known(seed, camera(yaw, pitch), spread)
        heads.append(known)
        face = known.face() if view == "front" else None
        points = known.marked(names) if names else None
        sightings.append(Sighting(photo=numbered_photo(number), face=face, points=points, outline=known.outline()))
    return heads, tuple(sightings)


@pytest.mark.parametrize("views", [FIVE])
def test_a_head_seen_from_all_sides_is_found_to_two_millimetres(views):
    heads, sightings = seen(len(views), views)
    gap_mm = heads[0].gap_mm(reconstruct_together(sightings))
    # One scale about the first camera, no alignment: the turn of the first camera counts too.
    assert np.median(gap_mm) < 2.0
    assert np.percentile(gap_mm, 95) < 5.0


def test_more_photos_leave_less_doubt_and_name_what_none_shows():
    _, sightings = seen(2, ("front", "left", "back"))
    few, many = (reconstruct_together(part) for part in (sightings[:2], sightings))
    assert np.median(many.surface_sd_mm) < np.median(few.surface_sd_mm)
    unseen = [{doubt.where for doubt in head.doubts if doubt.kind == "unseen"} for head in (few, many)]
    assert {"right side of the head", "back of the head"} <= unseen[0]
    assert "back of the head" not in unseen[1]


def test_one_photo_together_is_one_photo():
    _, (sighting, *_) = seen(3, ("front",))
    alone = reconstruct_head(sighting.photo, face=sighting.face, outline=sighting.outline)
    assert reconstruct_together((sighting,)).digest == alone.digest


def test_the_order_of_photos_changes_nothing_but_the_order_of_cameras():
    _, sightings = seen(4, ("front", "left"))
    head, turned = reconstruct_together(sightings), reconstruct_together(sightings[::-1])
    assert turned.photo_digests == head.photo_digests[::-1]
    assert np.abs(head.surface.vertices_mm - turned.surface.vertices_mm).max() < 0.6


def test_photos_of_one_lens_share_it():
    _, sightings = seen(5, ("front", "left"))
    assert len({one.focal_px for one in reconstruct_together(sightings).cameras}) == 1
    other = replace(sightings[1], photo=replace(sightings[1].photo, focal_px=FOCAL_PX * 1.01))
    assert len({one.focal_px for one in reconstruct_together((sightings[0], other)).cameras}) == 2


def test_random_starts_end_at_the_same_head():
    _, sightings = seen(6)
    prior, rng = read_head_prior(), np.random.default_rng(0)
    evidences = [
        gather_evidence(one.photo, prior, face=one.face, points=one.points, outline=one.outline, fewest_count=3) for one in sightings
    ]
    fits, _ = _fits(evidences, sightings)
    directions = icosphere(2).vertices_mm[icosphere(2).vertices_mm[:, 1] > 0]
    radii = cranium_of(prior, fits[0].state).radii_mm(directions)
    for _ in range(2):
        starts = [_shaken(fit.state, rng) for fit in fits]
        again = fit_together(prior, evidences, starts, lenses=[0] * len(starts), steps_count=40)
        assert sum(fit.cost for fit in again) < sum(fit.cost for fit in fits) + 2.0
        gap_mm = np.abs(cranium_of(prior, again[0].state).radii_mm(directions) - radii)
        assert np.median(gap_mm) < 1.5
        assert gap_mm.max() < 5.0


def _fits(evidences, sightings):
    """Return the fit whose starts are the true cameras."""
    prior, starts = read_head_prior(), []
    for view, evidence in zip(FIVE, evidences, strict=True):
        matrix = camera(*SIDES[view][:2]).camera_from_head
        starts.append(start_state(prior, evidence, matrix[:3, :3], matrix[:3, :3] @ prior.base.centre_mm + matrix[:3, 3]))
    return fit_together(prior, evidences, starts, lenses=[0] * len(starts), steps_count=40), sightings


def _shaken(state, rng):
    turn = rng.normal(size=3)
    turn *= np.deg2rad(15.0) * rng.uniform() / np.linalg.norm(turn)
    place = state.place + np.array([0, 0, np.log(rng.uniform(0.7, 1.4))])
    modes, rest = np.zeros_like(state.scores), np.zeros_like(state.rest)
    return replace(
        state,
        rotation=rotation_of(turn) @ state.rotation,
        place=place,
        focal_log=state.focal_log + rng.uniform(-0.2, 0.2),
        scores=modes,
        rest=rest,
    )


def test_seam_slopes_are_those_of_finite_differences():
    _, sightings = seen(7)
    prior = read_head_prior()
    evidences = [
        gather_evidence(one.photo, prior, face=one.face, points=one.points, outline=one.outline, fewest_count=3) for one in sightings
    ]
    fits, _ = _fits(evidences, sightings)
    states = [fit.state for fit in fits]
    directions = np.random.default_rng(1).normal([0.5, 0.5, 0.5], 0.15, (20, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    places = Known(7, camera(0.0), 0.8).skull.points_mm(directions)
    px = [camera(*SIDES[view][:2]).project(places) for view in ("front", "left")]
    seam = Seam(photos=(0, 1), first_px=px[0], second_px=px[1] + 1.5, directions=directions, told_count=20.0)
    rows = seam_rows(prior, evidences, states, seam)
    assert rows[0].jacobian.shape == (40, parameters_count(prior, states[0]))
    step = 1e-5
    for side, column in ((0, 0), (0, 4), (1, 1), (1, 5), (1, 6)):
        moved = list(states)
        moved[side] = _stepped(states[side], column, step)
        slope = (seam_rows(prior, evidences, moved, seam)[0].residual - rows[0].residual) / step
        # The way along the skull turns a little as it moves: slopes agree to that.
        assert np.abs(slope - rows[side].jacobian[:, column]).max() < 0.06 * np.abs(slope).max() + 1e-6


def _stepped(state, column, step):
    if column < 3:
        return replace(state, rotation=rotation_of(np.eye(3)[column] * step) @ state.rotation)
    if column < 6:
        return replace(state, place=state.place + np.eye(3)[column - 3] * step)
    return replace(state, focal_log=state.focal_log + step)


def test_the_same_photo_twice_is_refused():
    _, sightings = seen(8, ("front", "left"))
    with pytest.raises(BadInput, match="photo 3 the same as photo 1"):
        reconstruct_together((*sightings, sightings[0]))


def test_a_photo_without_face_and_points_is_named_by_its_number():
    _, sightings = seen(8, ("front", "left"))
    with pytest.raises(NotPossible, match="photo 2"):
        reconstruct_together((sightings[0], replace(sightings[1], points=None)))
    with pytest.raises(NotPossible, match="a face"):
        reconstruct_together(tuple(replace(one, face=None, points=seen(8, ("back",))[1][0].points) for one in sightings))


@pytest.mark.parametrize("number", [2])
def test_exchanged_sides_are_refused_with_the_number_of_the_photo(number):
    _, sightings = seen(9, ("front", "left", "back"))
    wrong = list(sightings)
    wrong[number - 1] = replace(wrong[number - 1], points=exchange_sides(wrong[number - 1].points))
    with pytest.raises(BadInput, match=f"points of photo {number}.*swapped"):
        reconstruct_together(tuple(wrong))


def test_photos_of_one_side_make_a_head_that_says_what_is_missing():
    _, (front, *_) = seen(11, ("front",))
    known = Known(11, camera(8.0), 0.8)
    again = Sighting(photo=numbered_photo(3), face=known.face(), outline=known.outline())
    head = reconstruct_together((front, again))
    told = next(doubt for doubt in head.doubts if doubt.where == "photos of one side")
    assert "from behind" in told.advice
    gathered = check_photos((front, again), ((), ()), None, head)
    sides = next(finding for finding in gathered.together if finding.kind == "sides")
    assert sides.verdict == "bad"
    assert "missing: left, right, back, top" in sides.size
    assert not [finding for finding in gathered.together if finding.kind == "person"]


def test_faces_of_one_person_are_more_alike_than_of_another():
    prior, logs = read_head_prior(), []
    for other in (30, 31):
        heads = [Known(30, camera(0.0), 1.0), Known(other, camera(15.0), 1.0)]
        evidences = [gather_evidence(numbered_photo(0), prior, face=one.face(), points=None, outline=one.outline()) for one in heads]
        states = [
            start_state(
                prior,
                evidence,
                at.camera_from_head[:3, :3],
                at.camera_from_head[:3, :3] @ prior.base.centre_mm + at.camera_from_head[:3, 3],
            )
            for evidence, at in zip(evidences, (camera(0.0), camera(15.0)), strict=True)
        ]
        logs.append(likeness_log(prior, evidences, states))
    assert logs[0] > 5.0
    assert logs[1] < -5.0


def test_each_photo_sees_what_faces_it():
    _, sightings = seen(12, ("front", "left"))
    head = reconstruct_together(sightings)
    share = seen_by(head)
    x, y, z = head.surface.vertices_mm.T
    assert share[(z > 60) & (y > 40), 0].mean() > 0.95
    assert not share[z < -20, 0].any()
    assert share[(x > 60) & (np.abs(z) < 40), 1].mean() > 0.95
    assert not share[x < -20, 1].any()
    assert "right side of the head" in uncovered_parts(head)
    front = replace(head, cameras=head.cameras[:1], photo_digests=head.photo_digests[:1])
    assert covered_fraction(front)["forehead and front hairline"] > 0.9
    assert "back of the head" in uncovered_parts(front)


def test_exposures_and_white_balances_are_found_again():
    _, sightings = seen(13, ("front", "left", "top"))
    head = reconstruct_together(sightings)
    x, _, z = head.surface.vertices_mm.T
    shade = 0.30 + 0.04 * np.sin(x / 25.0) + 0.04 * np.cos(z / 30.0)
    true = np.array([[1.0, 1.0, 1.0], [0.7, 0.8, 0.9], [1.2, 1.1, 1.0]])
    photos = [_painted(head, number, shade, gain) for number, gain in enumerate(true)]
    product = match_colours(photos, head) * true
    assert np.abs(product / product.mean(axis=0) - 1).max() < 0.02


def _painted(head, number, shade, gain):
    """Return a photo of a head whose skin has a shade of its own at each vertex, under a light."""
    found = rasterise(head.cameras[number], head.surface)
    corners = head.surface.faces[np.maximum(found.face_index, 0)]
    light = np.where(found.face_index >= 0, (shade[corners] * found.barycentric).sum(-1), 0.0)[..., None] * gain
    stored = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return Photo(pixels=np.round(255 * np.clip(stored, 0, 1)).astype(np.uint8), encoding=srgb_encoding(), focal_px=FOCAL_PX)
