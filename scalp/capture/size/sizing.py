"""How large a fitted head is: what a person measured, found or wished meets the fit here. Weighing is `scale`'s."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from scalp.base import BadInput, FloatArray
from scalp.capture.shape.anthropometry import expect_circumference
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import POSE_COUNT, cranium_of, shape_columns
from scalp.capture.size.cards import find_card
from scalp.capture.size.coins import coin_mm, find_coin
from scalp.capture.size.objects import CARD_CORNER_PX, IRIS_LOG_SD, IRIS_MM, MARKED_RIM_PX, read_card, read_coin, read_irises
from scalp.capture.size.scale import MEASURES_MM, Scale, ScaleWish, Told, weigh, with_objects
from scalp.capture.size.tapes import Tape, lay_over_crown, lay_over_ears, lay_tape, span_breadth, span_length
from scalp.domain.camera import Camera
from scalp.domain.client import Client
from scalp.domain.sighting import Sighting
from scalp.geometry.harmonics import harmonics

DEPTH_COLUMN, LENS_COLUMN = 5, 6
OBJECT_GAP_MM, OBJECT_LOG_SD = 2.0, 0.010
"""A flat thing held to a round forehead stands off by about the first, and is bent and tilted a little. (D)"""
MISSED_LOG_SD = 0.03
"""Doubt of the distance of a thing that is not held before the skull. (D)"""
FOUND_PX = 0.6
"""How well an edge is set that was found: measured corners are 0.3 px off, blurred and shiny ones more. (D, head.md)"""
_RIM_TOLD_COUNT = 8
"""So many points of a rim err by themselves; their neighbours with them. (D)"""
SCALP_ABOVE_MM = 45.0
"""How far above the middle of the skull the scalp is that lengths are wanted on."""
_EYES = tuple(f"{side}_{corner}_canthus" for side in ("right", "left") for corner in ("inner", "outer"))
_IN_WORDS = {
    "circumference": "the tape",
    "over_ears": "the tape from ear to ear",
    "over_crown": "the tape from brow to nape",
    "breadth": "the breadth measured",
    "length": "the length measured",
}


def scale_head(
    prior: HeadPrior, fit: Fit, wish: ScaleWish, sightings: Sequence[Sighting], cameras: Sequence[Camera], client: Client | None = None
) -> Scale:
    """Return how much larger the head is than the fit's, from all photos; a card or coin is in the first of them.

    Each measure is read on the fitted skull as its tape or caliper would, each thing in a photo at its own depth; all
    follow the fit's parameters by their slopes, so that their common doubt is counted once. What adults' heads measure
    enters by the circumference alone: beside it the size of the face adds nothing (3.25 % either way). [Gordon2014]
    From one photo the doubt is that of lengths on the scalp it shows: where depth and shape trade against each other,
    only what changes those lengths counts.
    """
    scene = _Fitted(prior, fit)
    wish, missed = seek_objects(wish, sightings[0])
    told = [scene.adults(client), *scene.measures(wish)]
    irises = scene.irises(sightings, cameras)
    if irises is not None:
        told.append(irises)
    told.extend(scene.objects(wish, cameras[0]))
    common = scene.seen_slopes(cameras[0]) if len(cameras) == 1 else np.zeros(len(fit.covariance))
    sized = weigh([replace(one, slopes=one.slopes + common) for one in told], fit.covariance, missed=missed)
    _demand_a_head_s_size(sized, lay_tape(scene.skull, scene.place("glabella")).length_mm)
    return sized


def _demand_a_head_s_size(sized: Scale, fitted_mm: float) -> None:
    """Refuse a size that no adult's head has: what told it was no card, no coin, or not of this head."""
    low_mm, high_mm, _, _ = MEASURES_MM["circumference"]
    round_mm = sized.factor * fitted_mm
    if not low_mm <= round_mm <= high_mm:
        remedy = f"It follows from {sized.source}: mark its corners or rim again, or leave it out and measure with a tape."
        raise BadInput("size of the head", f"{round_mm:,.0f} mm round", f"{low_mm:.0f} to {high_mm:.0f} mm", remedy)


def seek_objects(wish: ScaleWish, sighting: Sighting) -> tuple[ScaleWish, tuple[str, ...]]:
    """Return the wish with the card and the coin that were to be looked for marked where they were found, and what was missed."""
    seek_card, seek_coin = wish.card_sought and wish.card_px is None, wish.coin_sought and wish.coin_px is None
    if not seek_card and not seek_coin:
        return with_objects(wish, card_px=None, coin_px=None), ()
    face, missed = sighting.face, []
    card = find_card(sighting.photo, face) if seek_card and face is not None else None
    coin = find_coin(sighting.photo, face, wish.coin) if seek_coin and face is not None and wish.coin is not None else None
    if seek_card and card is None:
        missed.append("no bank card was found at the forehead; hold it flat, all four edges in sight, or mark its corners")
    if seek_coin and coin is None:
        missed.append("no such coin was found at the forehead; hold it flat in the middle, or give a tape measure")
    return with_objects(wish, card_px=card, coin_px=coin), tuple(missed)


class _Fitted:
    """A fit as measures see it: its skull, its points, and how a reading follows its parameters."""

    def __init__(self, prior: HeadPrior, fit: Fit) -> None:
        self.prior, self.state, self.count = prior, fit.state, len(fit.covariance)
        self.skull: Cranium = cranium_of(prior, fit.state)
        self.places: FloatArray = prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores
        self.by_parameter = np.hstack([prior.harmonics_modes_mm, np.diag(prior.harmonics_rest_mm)])

    def place(self, name: str) -> FloatArray:
        """Return a landmark of the fit, (3,) mm."""
        return np.asarray(self.places[self.prior.index(name)])

    def adults(self, client: Client | None) -> Told:
        """Return what adults' heads measure, for this client's sex and age where they are told."""
        expected_mm, sd_fraction = expect_circumference(client)
        tape = lay_tape(self.skull, self.place("glabella"))
        return self._by_tape("what adults' heads measure", expected_mm, sd_fraction, (tape, ()))

    def measures(self, wish: ScaleWish) -> list[Told]:
        """Return what was measured on the head."""
        glabella, inion = self.place("glabella"), self._on_skull(self.place("inion"))
        tragia = np.array([self.place("right_tragion"), self.place("left_tragion")])
        laid: dict[str, Callable[[], tuple[Tape, tuple[str, ...]]]] = {
            "circumference": lambda: (lay_tape(self.skull, glabella), ()),
            "over_ears": lambda: (lay_over_ears(self.skull, tragia), ("right_tragion", "left_tragion")),
            "over_crown": lambda: (lay_over_crown(self.skull, glabella, inion), ("glabella", "inion")),
            "breadth": lambda: (span_breadth(self.skull, glabella), ()),
            "length": lambda: (span_length(self.skull, glabella), ("glabella",)),
        }
        return [
            self._by_tape(_IN_WORDS[name], given_mm, MEASURES_MM[name][2] / given_mm, laid[name]())
            for name, given_mm in wish.measured_mm.items()
        ]

    def irises(self, sightings: Sequence[Sighting], cameras: Sequence[Camera]) -> Told | None:
        """Return what the irises of all photos tell: the same two eyes, which more photos read no wider."""
        eyes_mm = self.places[[self.prior.index(name) for name in _EYES]].reshape(2, 2, 3).mean(1)
        faces = [(one.face, camera) for one, camera in zip(sightings, cameras, strict=True)]
        read = [found for face, camera in faces if face is not None and (found := read_irises(face.iris_px, camera, eyes_mm))]
        if not read:
            return None
        widths_mm, reading = np.concatenate([widths for widths, _ in read]), min(sd for _, sd in read)
        log_factor = float(np.log(IRIS_MM / widths_mm.mean()))
        slopes = self._depth_slopes(eyes_mm.mean(0), [self.prior.index(name) for name in _EYES])
        return Told(name="the irises", log_factor=log_factor, sd_fraction=float(np.hypot(IRIS_LOG_SD, reading)), slopes=slopes)

    def objects(self, wish: ScaleWish, camera: Camera) -> list[Told]:
        """Return what a card and a coin tell."""
        told = []
        if wish.card_px is not None:
            corner_sd_px = FOUND_PX if wish.card_sought else CARD_CORNER_PX
            read = read_card(wish.card_px, camera, corner_sd_px=corner_sd_px)
            told.append(self._by_depth("the card", read, camera, found=wish.card_sought))
        if wish.coin_px is not None and wish.coin is not None:
            rim_sd_px = FOUND_PX * np.sqrt(len(wish.coin_px) / _RIM_TOLD_COUNT) if wish.coin_sought else MARKED_RIM_PX
            read = read_coin(wish.coin_px, coin_mm(wish.coin), camera, rim_sd_px=rim_sd_px)
            told.append(self._by_depth("the coin", read, camera, found=wish.coin_sought))
        return told

    def seen_slopes(self, camera: Camera) -> FloatArray:
        """Return how the logarithm of lengths on the scalp in a photo follows the fit."""
        above = self.skull.base.centre_mm + np.array([0.0, SCALP_ABOVE_MM, 0.0])
        place_mm, hit = self._behind(camera.in_camera(above[None])[0], camera)
        return -self._depth_slopes(place_mm, [], at_surface=hit)

    def _by_tape(self, name: str, true_mm: float, sd_fraction: float, laid: tuple[Tape, tuple[str, ...]]) -> Told:
        tape, ends = laid
        slopes = np.zeros(self.count)
        slopes[shape_columns(self.prior)] = tape.slopes @ self.by_parameter
        for end, pull in zip(ends, tape.directions, strict=True):
            slopes[POSE_COUNT : POSE_COUNT + self.prior.modes_count] += pull @ self.prior.points_modes_mm[self.prior.index(end)]
        log_factor = float(np.log(true_mm / tape.length_mm))
        return Told(name=name, log_factor=log_factor, sd_fraction=sd_fraction, slopes=-slopes / tape.length_mm)

    def _by_depth(self, name: str, read: tuple[FloatArray, float], camera: Camera, *, found: bool) -> Told:
        """Return what a thing tells whose true depth is known, by the depth of the fitted skull behind it."""
        place_mm, sd_fraction = read
        behind_mm, hit = self._behind(place_mm, camera)
        depth_mm = float(camera.in_camera(behind_mm[None])[0, 2])
        own = float(np.hypot(OBJECT_LOG_SD if hit else MISSED_LOG_SD, sd_fraction))
        log_factor = float(np.log((place_mm[2] + OBJECT_GAP_MM) / depth_mm))
        return Told(
            name=name, log_factor=log_factor, sd_fraction=own, slopes=self._depth_slopes(behind_mm, [], at_surface=hit), found=found
        )

    def _depth_slopes(self, place_mm: FloatArray, points: list[int], *, at_surface: bool = False) -> FloatArray:
        """Return how the logarithm of true over fitted size follows the fit where it is read from focal length over depth."""
        state, slopes = self.state, np.zeros(self.count)
        depth_mm = float((state.rotation @ (place_mm - self.prior.base.centre_mm) + state.shift_mm)[2])
        slopes[DEPTH_COLUMN] = -state.shift_mm[2] / depth_mm
        slopes[LENS_COLUMN] = 1.0
        modes = slice(POSE_COUNT, POSE_COUNT + self.prior.modes_count)
        if points:
            slopes[modes] = -state.rotation[2] @ self.prior.points_modes_mm[points].mean(0) / depth_mm
        if at_surface:
            arm = place_mm - self.prior.base.centre_mm
            direction = arm / np.linalg.norm(arm)
            by_radius = harmonics(direction[None], self.skull.degree)[0] @ self.by_parameter
            slopes[shape_columns(self.prior)] = -(state.rotation[2] @ direction) * by_radius / depth_mm
        return slopes

    def _behind(self, place_mm: FloatArray, camera: Camera) -> tuple[FloatArray, bool]:
        """Return the first point of the skull on the sight line through a place in the camera frame, or the forehead and False."""
        rotation, shift = camera.camera_from_head[:3, :3], camera.camera_from_head[:3, 3]
        along = rotation.T @ (place_mm / np.linalg.norm(place_mm))
        eye = -rotation.T @ shift
        middle = float((self.skull.base.centre_mm - eye) @ along)
        steps = np.linspace(middle - 160.0, middle, 400)
        arms = eye + steps[:, None] * along - self.skull.base.centre_mm
        away = np.linalg.norm(arms, axis=1)
        inside = away < self.skull.radii_mm(arms / away[:, None])
        if not inside.any() or inside[0]:
            return self.place("mesh_151"), False
        return np.asarray(eye + steps[int(inside.argmax())] * along), True

    def _on_skull(self, place_mm: FloatArray) -> FloatArray:
        arm = place_mm - self.skull.base.centre_mm
        return np.asarray(self.skull.points_mm((arm / np.linalg.norm(arm))[None])[0])
