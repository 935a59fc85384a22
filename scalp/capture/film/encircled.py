"""What a fit to a film says, in the terms of heads: its size by the same measures as photos', its surface with its doubt."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.linalg as la

from scalp.base import Doubt, FloatArray
from scalp.capture.film.circling import RIG_COUNT, Circled
from scalp.capture.shape.assembly import assemble_head
from scalp.capture.shape.doubting import doubt_scale
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import POSE_COUNT, TURN_COUNT, State
from scalp.capture.size.scale import Scale
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.sighting import Sighting

LINE_BIAS_MM = 0.25
"""How far lines of the person lie off the skin together, in or out, one SD: blur, shine, stubble. (D)"""
UNSURE_MM, UNSURE_FRACTION = 1.5, 0.1
"""A part of the scalp less sure than the first is told where it is larger than the second."""
MOVED_MM = 0.45
"""Lines that differ by more, in the median, tell of a head that moved."""


def as_fit(prior: HeadPrior, circled: Circled, number: int) -> Fit:
    """Return the fit as one of its frames' fits, so that sizes are read on it as on photos'.

    The cameras count as exact: size against the model's own trades against shape, but lengths before the cameras do not.
    """
    rig, shape = circled.rig, circled.shape
    seen = rig.turns[number] @ prior.base.centre_mm + rig.shifts_mm[number]
    state = State(
        rotation=rig.turns[number],
        place=np.array([seen[0] / seen[2], seen[1] / seen[2], np.log(seen[2])]),
        focal_log=float(np.log(rig.focal_px)),
        scores=shape.scores,
        rest=shape.rest,
        face_turn=np.zeros(TURN_COUNT),
    )
    count = len(circled.information) - RIG_COUNT
    covariance = np.zeros((POSE_COUNT + count + TURN_COUNT,) * 2)
    covariance[POSE_COUNT : POSE_COUNT + count, POSE_COUNT : POSE_COUNT + count] = la.inv(circled.information[RIG_COUNT:, RIG_COUNT:])
    miss_mm = circled.line_miss_mm[number]
    nothing = np.zeros(0)
    return Fit(
        state=state,
        covariance=covariance,
        cost=0.0,
        shape_cost=0.0,
        outline_miss_px=miss_mm * state.px_per_mm,
        outline_kept=np.ones(len(miss_mm), bool),
        points_miss_px=nothing,
    )


def shape_before_cameras(prior: HeadPrior, circled: Circled) -> FloatArray:
    """Return the covariance of the coefficients where the cameras stand fixed, mm^2: how far the surface is off in the photos."""
    by_parameter = np.hstack([prior.harmonics_modes_mm, np.diag(prior.harmonics_rest_mm)])
    return np.asarray(by_parameter @ la.inv(circled.information[RIG_COUNT:, RIG_COUNT:]) @ by_parameter.T)


def assemble_filmed(prior: HeadPrior, circled: Circled, sized: Scale, sightings: Sequence[Sighting], cameras: Sequence[Camera]) -> Head:
    """Return the head of a film in mm."""
    fit, covariance = as_fit(prior, circled, 0), shape_before_cameras(prior, circled)
    placed = {one.photo.digest: camera for one, camera in zip(sightings, cameras, strict=True)}
    head = assemble_head(prior, fit, sized, placed, covariance)
    common_mm = np.hypot(LINE_BIAS_MM, _line_miss_mm(circled))
    return replace(head, surface_sd_mm=np.hypot(head.surface_sd_mm, common_mm))


def name_film_doubts(head: Head, circled: Circled, sized: Scale) -> tuple[Doubt, ...]:
    """Return what a head from a film is not sure of."""
    doubts = list(doubt_scale(sized))
    above = head.surface.vertices_mm[:, 1] > np.interp(
        head.surface.vertices_mm[:, 2],
        [head.landmark("inion")[2], 0.0, head.landmark("glabella")[2]],
        [head.landmark("inion")[1] + 15.0, 45.0, head.landmark("glabella")[1] + 20.0],
    )
    unsure = head.surface_sd_mm[above] > UNSURE_MM
    if unsure.mean() > UNSURE_FRACTION:
        size = f"about {np.median(head.surface_sd_mm[above][unsure]):.1f} mm on {100 * unsure.mean():.0f} % of the scalp"
        advice = "The film does not show the outline of that part; carry the phone all the way round and a little above the head."
        doubts.append(Doubt(kind="unseen", where="part of the scalp", size=size, advice=advice))
    miss_mm = _line_miss_mm(circled)
    if miss_mm > MOVED_MM:
        advice = "The head moved while it was filmed, or hair or the background misled; let the client lean on something and film again."
        doubts.append(Doubt(kind="outline", where="outlines of the head", size=f"they differ by {miss_mm:.1f} mm", advice=advice))
    return tuple(doubts)


def _line_miss_mm(circled: Circled) -> float:
    """Return how far the lines of most frames lie from those of the head, mm: what a moving head leaves over, it errs by."""
    told = [np.abs(miss) for miss in circled.line_miss_mm if len(miss)]
    return float(np.median([np.median(miss) for miss in told])) if told else 0.0
