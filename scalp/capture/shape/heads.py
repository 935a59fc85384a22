"""From one photo to a head in millimetres: evidence, start, fit, scale and doubts, in this order. Each step lives in its own file."""

from dataclasses import replace

import numpy as np

from scalp.base import FloatArray, IntArray
from scalp.capture.shape.assembly import SURFACE_SUBDIVISIONS_COUNT, assemble_head, place_camera, shape_alone
from scalp.capture.shape.doubting import crown_index, doubt_places, hairline_index, name_doubts
from scalp.capture.shape.evidence import Evidence, gather_evidence
from scalp.capture.shape.fitting import Fit, fit_head, start_state
from scalp.capture.shape.marks import exchange_sides, judge_marks, refuse_marks
from scalp.capture.shape.pose import candidate_poses
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.capture.shape.residuals import cranium_of
from scalp.capture.shape.spacing import spacing_sd_fraction
from scalp.capture.size.scale import ScaleWish
from scalp.capture.size.sizing import scale_head
from scalp.domain.camera import Camera
from scalp.domain.client import Client
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, MarkedPoints, Outline, Sighting
from scalp.geometry.meshes import icosphere

_POSES_TRIED_COUNT = 4


def reconstruct_head(
    photo: Photo,
    *,
    face: FaceSighting | None = None,
    points: MarkedPoints | None = None,
    outline: Outline | None = None,
    scale: ScaleWish | None = None,
    client: Client | None = None,
) -> Head:
    """Reconstruct the head of one adult from a photo: surface, landmarks and camera, in mm with their doubt.

    A Gaussian model of adults' heads (face points and cranium, `read_head_prior`) is fitted to the face mesh, to points
    named by hand and to the outline of the bare head, together with turn, place and focal length; the size is set
    afterwards, see `scale_head`. Needs a face or five named points. Sex and age of the `client`, where told, move and narrow
    the proportions and the size to expect. What the photo does not show comes from the model:
    its doubt is in `surface_sd_mm`, of the shape alone. Expression is not modelled: points it moves count less. Children are left out.
    """
    prior, wish = read_head_prior(client), scale or ScaleWish()
    evidence = gather_evidence(photo, prior, face=face, points=points, outline=outline)
    fit = _best_fit(prior, evidence)
    _demand_a_head(prior, fit, evidence, points)
    camera = place_camera(prior, fit.state, evidence, photo)
    sighting = Sighting(photo=photo, face=face, points=points, outline=outline)
    sized = scale_head(prior, fit, wish, (sighting,), (camera,), client)
    shape = shape_alone(prior, fit, camera)
    head = assemble_head(prior, fit, sized, {photo.digest: camera}, shape)
    of_places = doubt_places(head, _spacing(prior, fit, camera, shape, np.concatenate([hairline_index(head), crown_index(head)])))
    return replace(head, doubts=(*name_doubts(head, fit, evidence, sized, points), *of_places))


def _spacing(prior: HeadPrior, fit: Fit, camera: Camera, covariance_mm2: FloatArray, index: IntArray) -> FloatArray:
    """Return one SD of the spacing of impressions at vertices of the head, as a fraction, NaN where the photo does not show them."""
    skull = cranium_of(prior, fit.state)
    return spacing_sd_fraction(skull, covariance_mm2, camera, skull.points_mm(icosphere(SURFACE_SUBDIVISIONS_COUNT).vertices_mm[index]))


def _best_fit(prior: HeadPrior, evidence: Evidence) -> Fit:
    """Return the fit from the best start; where no face tells it, from the best of several."""
    count = 1 if evidence.from_mesh.any() else _POSES_TRIED_COUNT
    starts = [start_state(prior, evidence, rotation, shift) for rotation, shift in candidate_poses(prior, evidence, count)]
    if len(starts) > 1:
        starts = [
            min((fit_head(prior, evidence, start, steps_count=10) for start in starts), key=lambda fit: fit.cost + fit.shape_cost).state
        ]
    return fit_head(prior, evidence, starts[0])


def _demand_a_head(prior: HeadPrior, fit: Fit, evidence: Evidence, points: MarkedPoints | None) -> None:
    """Refuse points that no head in view explains, and say where left and right look swapped."""
    judged = judge_marks(prior, fit, evidence, points)
    if judged.sound:
        return
    exchanged_sound = False
    if points is not None and exchange_sides(points).names != points.names:
        index = evidence.point_index.copy()
        index[~evidence.from_mesh] = [prior.index(name) for name in exchange_sides(points).names]
        exchanged = replace(evidence, point_index=index)
        exchanged_sound = judge_marks(prior, _best_fit(prior, exchanged), exchanged, exchange_sides(points)).sound
    what = "the face" if evidence.from_mesh.all() else "the points"
    raise refuse_marks(judged, what, exchanged_sound=exchanged_sound)
