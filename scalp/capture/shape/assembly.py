"""From a finished fit to a head in millimetres: cameras, scale, surface with its doubt, landmarks. Fitting is `fitting`'s."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy.linalg as la

from scalp.base import FloatArray
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import MODEL_SD_MM, State, cranium_of, shape_columns
from scalp.capture.shape.visage import raise_face
from scalp.capture.size.scale import Scale
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.photo import Photo
from scalp.geometry.alignment import nearest_rotation
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere, vertex_normals

SURFACE_SUBDIVISIONS_COUNT = 6
"""40,962 vertices, about 3 mm apart."""
SD_FACTOR = 0.95
"""What the fit's own doubt is multiplied with, so that true errors lie inside it as often as they should."""
WELL_SEEN = 0.5
"""Least cosine between the surface's normal and the sight line where depth is read."""


def place_camera(prior: HeadPrior, state: State, evidence: Evidence, photo: Photo) -> Camera:
    """Return the camera to the head in the fit's size, in the prior's frame."""
    matrix = np.eye(4)
    matrix[:3, :3] = nearest_rotation(state.rotation)
    matrix[:3, 3] = state.shift_mm - matrix[:3, :3] @ prior.base.centre_mm
    return Camera(
        focal_px=float(np.exp(state.focal_log)),
        centre_px=evidence.centre_px,
        width_px=photo.width_px,
        height_px=photo.height_px,
        camera_from_head=matrix,
    )


def shape_covariance(prior: HeadPrior, fit: Fit) -> FloatArray:
    """Return the covariance of the harmonic coefficients, mm^2."""
    shape = shape_columns(prior)
    by_parameter = np.hstack([prior.harmonics_modes_mm, np.diag(prior.harmonics_rest_mm)])
    return np.asarray(by_parameter @ fit.covariance[shape, shape] @ by_parameter.T) * SD_FACTOR**2


def shape_alone(prior: HeadPrior, fit: Fit, camera: Camera) -> FloatArray:
    """Return the covariance of the coefficients once the mean depth of the skull seen in one photo is known, mm^2.

    Depth and size are one thing in a photo, and the size is the scale's doubt; what is left is shape.
    """
    covariance, sphere = shape_covariance(prior, fit), icosphere(3)
    skull = cranium_of(prior, fit.state)
    surface = Mesh(vertices_mm=skull.points_mm(sphere.vertices_mm), faces=sphere.faces)
    normals, rays = vertex_normals(surface), camera.eye_mm - surface.vertices_mm
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    facing = np.einsum("vd,vd->v", normals, rays)
    seen = (facing > WELL_SEEN) & (surface.vertices_mm[:, 1] > prior.base.centre_mm[1])
    if not seen.any():
        return covariance
    lift = np.einsum("vd,vd->v", normals, sphere.vertices_mm) / np.maximum(facing, WELL_SEEN)
    slopes = (harmonics(sphere.vertices_mm[seen], skull.degree) * lift[seen, None]).mean(0)
    pull = covariance @ slopes
    return np.asarray(covariance - np.outer(pull, pull) / (slopes @ pull))


def shape_apart(prior: HeadPrior, fit: Fit) -> FloatArray:
    """Return the covariance of the coefficients once place, turn and size of the head are known, mm^2.

    Where cameras stand all round, a head moved, turned or grown as a whole is the same head; what is left is shape. The
    seven ways of moving are written as harmonics and taken out by least squares over the upper half of the skull.
    """
    sphere, skull = icosphere(3), cranium_of(prior, fit.state)
    places = skull.points_mm(sphere.vertices_mm)
    normals = vertex_normals(Mesh(vertices_mm=places, faces=sphere.faces))
    arms = places - prior.base.centre_mm
    along = np.einsum("vd,vd->v", normals, sphere.vertices_mm)[:, None]
    ways = np.hstack([normals, np.cross(arms, normals), np.einsum("vd,vd->v", arms, normals)[:, None]]) / along
    basis = harmonics(sphere.vertices_mm, skull.degree)
    moved = np.linalg.lstsq(basis, ways, rcond=None)[0]
    upper = sphere.vertices_mm[:, 1] > 0.0
    seen, told = basis[upper], basis[upper] @ moved
    taken = np.eye(basis.shape[1]) - moved @ np.linalg.lstsq(told, seen, rcond=None)[0]
    floor = MODEL_SD_MM**2 / basis.shape[1] * np.eye(basis.shape[1]) * (4 * np.pi)
    return np.asarray(taken @ shape_covariance(prior, fit) @ taken.T + floor)


def assemble_head(prior: HeadPrior, fit: Fit, sized: Scale, cameras: Mapping[str, Camera], covariance: FloatArray) -> Head:
    """Return the head in mm with its origin between the tragi; cameras by the digest of their photo."""
    skull, sphere = cranium_of(prior, fit.state), icosphere(SURFACE_SUBDIVISIONS_COUNT)
    places = prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores
    origin = (places[prior.index("left_tragion")] + places[prior.index("right_tragion")]) / 2
    basis = harmonics(sphere.vertices_mm, skull.degree)
    radii = prior.base.radii_mm(sphere.vertices_mm) + basis @ skull.coefficients_mm
    raised = raise_face(prior, places, skull, sphere.vertices_mm)
    vertices = prior.base.centre_mm + (radii + raised)[:, None] * sphere.vertices_mm
    root = la.cholesky(covariance + 1e-8 * np.eye(basis.shape[1]), lower=True)
    sd_mm = np.linalg.norm(basis.astype(np.float32) @ root.astype(np.float32), axis=1).astype(float)
    landmarks = _landmarks(prior, places, skull, vertices)
    return Head(
        surface=Mesh(vertices_mm=sized.factor * (vertices - origin), faces=sphere.faces),
        landmarks_mm=sized.factor * (landmarks - origin),
        cameras=tuple(_seated(camera, origin, sized.factor) for camera in cameras.values()),
        photo_digests=tuple(cameras),
        scale_sd_fraction=sized.sd_fraction,
        surface_sd_mm=sized.factor * sd_mm,
    )


def _seated(camera: Camera, origin_mm: FloatArray, factor: float) -> Camera:
    """Return the camera to a head moved to its origin and scaled."""
    matrix = camera.camera_from_head.copy()
    matrix[:3, 3] = factor * (matrix[:3, :3] @ origin_mm + matrix[:3, 3])
    return replace(camera, camera_from_head=matrix)


def _landmarks(prior: HeadPrior, places: FloatArray, skull: Cranium, vertices: FloatArray) -> FloatArray:
    """Return the landmarks of a head: those of the face from the model's points, vertex and inion on the surface."""
    landmarks = np.array([places[prior.index(name)] for name in LANDMARK_NAMES])
    landmarks[LANDMARK_NAMES.index("vertex")] = vertices[np.argmax(vertices[:, 1])]
    inion = LANDMARK_NAMES.index("inion")
    ray = landmarks[inion] - prior.base.centre_mm
    landmarks[inion] = skull.points_mm((ray / np.linalg.norm(ray))[None])[0]
    return landmarks
