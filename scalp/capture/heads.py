"""From one photo to a head in millimetres: evidence, start, fit, scale and doubts, in this order. Each step lives in its own file."""

from dataclasses import replace

import numpy as np
import scipy.linalg as la

from scalp.base import FloatArray
from scalp.capture.cranium import Cranium
from scalp.capture.doubting import name_doubts
from scalp.capture.evidence import Evidence, gather_evidence
from scalp.capture.fitting import Fit, fit_head, start_state
from scalp.capture.marks import exchange_sides, judge_marks, refuse_marks
from scalp.capture.pose import candidate_poses
from scalp.capture.prior import HeadPrior, read_head_prior
from scalp.capture.residuals import POSE_COUNT, TURN_COUNT, State, cranium_of
from scalp.capture.scale import Scale, ScaleWish, find_scale, lay_tape, read_card, read_irises
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, MarkedPoints, Outline
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere, vertex_normals

SURFACE_SUBDIVISIONS_COUNT = 6
"""40,962 vertices, about 3 mm apart."""
SD_FACTOR = 0.95
"""What the fit's own doubt is multiplied with, so that true errors lie inside it as often as they should."""
_POSES_TRIED_COUNT = 4
_WELL_SEEN = 0.5
"""Least cosine between the surface's normal and the sight line where depth is read."""


def reconstruct_head(
    photo: Photo,
    *,
    face: FaceSighting | None = None,
    points: MarkedPoints | None = None,
    outline: Outline | None = None,
    scale: ScaleWish | None = None,
) -> Head:
    """Reconstruct the head of one adult from a photo: surface, landmarks and camera, in mm with their doubt.

    A Gaussian model of adults' heads (face points and cranium, `read_head_prior`) is fitted to the face mesh, to points
    named by hand and to the outline of the bare head, together with turn, place and focal length; the size is set
    afterwards, see `find_scale`. Needs a face or five named points. What the photo does not show comes from the model:
    its doubt is in `surface_sd_mm`, of the shape alone. Expression is not modelled: points it moves count less. Children are left out.
    """
    prior, wish = read_head_prior(), scale or ScaleWish()
    evidence = gather_evidence(photo, prior, face=face, points=points, outline=outline)
    fit = _best_fit(prior, evidence)
    _demand_a_head(prior, fit, evidence, points)
    camera = _camera(prior, fit.state, evidence, photo)
    sized = _scale(prior, fit, wish, face, camera)
    head = _head(prior, fit, sized, camera, photo)
    return replace(head, doubts=name_doubts(head, fit, evidence, sized, points))


def _best_fit(prior: HeadPrior, evidence: Evidence) -> Fit:
    """Return the fit from the best start; where no face tells it, from the best of several."""
    count = 1 if evidence.from_mesh.any() else _POSES_TRIED_COUNT
    starts = [start_state(prior, evidence, rotation, shift) for rotation, shift in candidate_poses(prior, evidence, count)]
    if len(starts) > 1:
        starts = [min((fit_head(prior, evidence, start, steps_count=10) for start in starts), key=lambda fit: fit.cost).state]
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


def _camera(prior: HeadPrior, state: State, evidence: Evidence, photo: Photo) -> Camera:
    """Return the camera to the head in the fit's size, in the prior's frame."""
    u, _, vt = np.linalg.svd(state.rotation)
    matrix = np.eye(4)
    matrix[:3, :3] = u @ vt
    matrix[:3, 3] = state.shift_mm - matrix[:3, :3] @ prior.base.centre_mm
    return Camera(
        focal_px=float(np.exp(state.focal_log)),
        centre_px=evidence.centre_px,
        width_px=photo.width_px,
        height_px=photo.height_px,
        camera_from_head=matrix,
    )


def _shape_covariance(prior: HeadPrior, fit: Fit) -> FloatArray:
    """Return the covariance of the harmonic coefficients, mm^2."""
    shape = slice(POSE_COUNT, len(fit.covariance) - TURN_COUNT)
    by_parameter = np.hstack([prior.harmonics_modes_mm, np.diag(prior.harmonics_rest_mm)])
    return np.asarray(by_parameter @ fit.covariance[shape, shape] @ by_parameter.T) * SD_FACTOR**2


def _shape_alone(prior: HeadPrior, fit: Fit, skull: Cranium, camera: Camera) -> FloatArray:
    """Return the covariance of the coefficients once the mean depth of the seen skull is known.

    Depth and size are one thing in a photo, and the size is the scale's doubt; what is left is shape.
    """
    covariance, sphere = _shape_covariance(prior, fit), icosphere(3)
    surface = Mesh(vertices_mm=skull.points_mm(sphere.vertices_mm), faces=sphere.faces)
    normals, rays = vertex_normals(surface), camera.eye_mm - surface.vertices_mm
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    facing = np.einsum("vd,vd->v", normals, rays)
    seen = (facing > _WELL_SEEN) & (surface.vertices_mm[:, 1] > prior.base.centre_mm[1])
    if not seen.any():
        return covariance
    lift = np.einsum("vd,vd->v", normals, sphere.vertices_mm) / np.maximum(facing, _WELL_SEEN)
    slopes = (harmonics(sphere.vertices_mm[seen], skull.degree) * lift[seen, None]).mean(0)
    pull = covariance @ slopes
    return np.asarray(covariance - np.outer(pull, pull) / (slopes @ pull))


def _scale(prior: HeadPrior, fit: Fit, wish: ScaleWish, face: FaceSighting | None, camera: Camera) -> Scale:
    """Return how much larger the head is than the fit's."""
    skull = cranium_of(prior, fit.state)
    places = prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores
    tape = lay_tape(skull, places[prior.index("glabella")])
    sd_mm = float(np.sqrt(tape.slopes @ _shape_covariance(prior, fit) @ tape.slopes))
    corners = [prior.index(f"{side}_{corner}_canthus") for side in ("right", "left") for corner in ("inner", "outer")]
    eyes_mm = places[corners].reshape(2, 2, 3).mean(1)
    eyes = None if face is None else read_irises(face.iris_px, camera, eyes_mm)
    forehead = places[prior.index("mesh_151")]
    card = None if wish.card_px is None else read_card(wish.card_px, camera, forehead)
    return find_scale(wish, tape=tape, tape_sd_mm=sd_mm, eyes=eyes, card_ratio=card)


def _head(prior: HeadPrior, fit: Fit, sized: Scale, camera: Camera, photo: Photo) -> Head:
    """Return the head in mm with its origin between the tragi."""
    skull, sphere = cranium_of(prior, fit.state), icosphere(SURFACE_SUBDIVISIONS_COUNT)
    places = prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores
    origin = (places[prior.index("left_tragion")] + places[prior.index("right_tragion")]) / 2
    basis = harmonics(sphere.vertices_mm, skull.degree)
    radii = prior.base.radii_mm(sphere.vertices_mm) + basis @ skull.coefficients_mm
    vertices = prior.base.centre_mm + radii[:, None] * sphere.vertices_mm
    root = la.cholesky(_shape_alone(prior, fit, skull, camera) + 1e-8 * np.eye(basis.shape[1]), lower=True)
    sd_mm = np.linalg.norm(basis.astype(np.float32) @ root.astype(np.float32), axis=1).astype(float)
    landmarks = _landmarks(prior, places, skull, vertices)
    matrix = camera.camera_from_head.copy()
    matrix[:3, 3] = sized.factor * (matrix[:3, :3] @ origin + matrix[:3, 3])
    return Head(
        surface=Mesh(vertices_mm=sized.factor * (vertices - origin), faces=sphere.faces),
        landmarks_mm=sized.factor * (landmarks - origin),
        cameras=(replace(camera, camera_from_head=matrix),),
        photo_digests=(photo.digest,),
        scale_sd_fraction=sized.sd_fraction,
        surface_sd_mm=sized.factor * sd_mm,
    )


def _landmarks(prior: HeadPrior, places: FloatArray, skull: Cranium, vertices: FloatArray) -> FloatArray:
    """Return the landmarks of a head: those of the face from the model's points, vertex and inion on the surface."""
    landmarks = np.array([places[prior.index(name)] for name in LANDMARK_NAMES])
    landmarks[LANDMARK_NAMES.index("vertex")] = vertices[np.argmax(vertices[:, 1])]
    inion = LANDMARK_NAMES.index("inion")
    ray = landmarks[inion] - prior.base.centre_mm
    landmarks[inion] = skull.points_mm((ray / np.linalg.norm(ray))[None])[0]
    return landmarks
