"""Which pixels of the scan's photos show scalp, by its mesh and exact cameras; and points on it that a person would name."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.survey.regions import read_regions
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, MarkedPoints, Regions, Sighting
from scalp.geometry.raster import Fragments, rasterise
from scalp.io.photos import read_photo
from tests.known_heads import HEADS, scan_camera, scan_mesh

VIEWS = ("front", "front_top", "q_left", "left", "right", "back", "top")
_SIDE = ("glabella", "nose_tip", "menton", "inion", "vertex")
NAMED = {
    "left": (*_SIDE, "left_tragion", "left_ear_top"),
    "right": (*_SIDE, "right_tragion", "right_ear_top"),
    "back": ("left_ear_top", "right_ear_top", "left_tragion", "vertex", "inion"),
    "top": ("vertex", "left_ear_top", "right_ear_top", "nose_tip", "glabella"),
}
BAND_MM = 5.0
"""Brow, ear and nape line are conventions that no photo shows: what lies so near to them does not count."""


class Seen(NamedTuple):
    """A photo of the scan, what was found in it and made of it."""

    photo: Photo
    face: FaceSighting | None
    person: Float32Array
    head: Head
    regions: Regions


def see(photo: Photo, models: Path, points: MarkedPoints | None = None) -> Seen:
    """Return the head and the regions of a photo, by its last face or by named points."""
    faces = find_faces(photo, models)
    face = None if points else faces[-1]
    person = segment_person(photo, face, models, others=faces)
    head = reconstruct_head(photo, face=face, points=points, outline=trace_outline(photo, person, face))
    return Seen(photo, face, person, head, read_regions(photo, head, face=face, person=person))


@cache
def sight_scan(view: str, models: Path) -> tuple[Sighting, Float32Array]:
    """Return what is seen in one of the scan's photos, where no face is by points as a person would click them, and the person."""
    camera = scan_camera(view)
    photo = replace(read_photo(HEADS / "lee-perry-smith" / f"photo-{view}.jpg"), focal_px=camera.focal_px)
    faces = () if view in NAMED else find_faces(photo, models)
    face, points, places = (faces[-1] if faces else None), None, scan_points()
    if view in NAMED:
        points = MarkedPoints(names=NAMED[view], points_px=camera.project(np.array([places[name] for name in NAMED[view]])))
    person = segment_person(photo, face, models, others=faces)
    return Sighting(photo=photo, face=face, points=points, outline=trace_outline(photo, person, face)), person


@cache
def see_scan(view: str, models: Path, views: tuple[str, ...] = VIEWS) -> Seen:
    """Return one of the scan's photos with the head that all of `views` make together."""
    sighting, person = sight_scan(view, models)
    head = _together(models, views)
    return Seen(sighting.photo, sighting.face, person, head, read_regions(sighting.photo, head, face=sighting.face, person=person))


@cache
def _together(models: Path, views: tuple[str, ...]) -> Head:
    return reconstruct_together(tuple(sight_scan(view, models)[0] for view in views))


@cache
def scan_points() -> dict[str, FloatArray]:
    """Return points of the scan in mm of its own axes: clicked in the pictures, the inion where the profile bends to the neck."""
    mesh = scan_mesh()
    left = _clicked("left", mesh, (700, 1085)), _clicked("left", mesh, (768, 945))
    mirrored = np.array([-1.0, 1.0, 1.0])
    vertices = mesh.vertices_mm
    front, back = scan_camera("front"), scan_camera("back")
    return {
        "left_tragion": left[0],
        "right_tragion": left[0] * mirrored,
        "left_ear_top": left[1],
        "right_ear_top": left[1] * mirrored,
        "vertex": vertices[vertices[:, 1].argmax()],
        "nose_tip": vertices[vertices[:, 2].argmax()],
        "glabella": _clicked("front", mesh, _pixel(front, (-1.0, 100.0, 105.0))),
        "menton": _clicked("front", mesh, _pixel(front, (0.0, -14.0, 100.0))),
        "inion": _clicked("back", mesh, _pixel(back, (0.0, 67.0, -90.0))),
    }


def _pixel(camera: Camera, place_mm: tuple[float, float, float]) -> tuple[int, int]:
    x, y = camera.project(np.array([place_mm]))[0]
    return int(x), int(y)


@cache
def _fragments(view: str) -> Fragments:
    return rasterise(scan_camera(view), scan_mesh())


def _clicked(view: str, mesh: Mesh, at: tuple[int, int]) -> FloatArray:
    """Return the place of the mesh that a pixel of a view shows."""
    seen = _fragments(view)
    return np.asarray(mesh.vertices_mm[mesh.faces[seen.face_index[at[1], at[0]]]].T @ seen.barycentric[at[1], at[0]])


def true_scalp(view: str) -> tuple[BoolArray, BoolArray]:
    """Return which pixels show scalp or forehead (brow to ear tops to nape, by the scan's own landmarks), and which count.

    All of the picture counts but what of the head lies within 5 mm of that line.
    """
    mesh, at = scan_mesh(), scan_points()
    origin = (at["left_tragion"] + at["right_tragion"]) / 2.0
    places = mesh.vertices_mm - origin
    glabella, inion, ear_top = (at[name] - origin for name in ("glabella", "inion", "left_ear_top"))
    ahead = [inion[2] - 60.0, inion[2], -35.0, 25.0, glabella[2] - 25.0, glabella[2] + 40.0]
    levels = [inion[1] - 12.0, inion[1] - 12.0, ear_top[1] - 8.0, ear_top[1] + 2.0, glabella[1] + 12.0, glabella[1] + 12.0]
    above = places[:, 1] - np.interp(places[:, 2], ahead, levels)
    seen = _fragments(view)
    hit = seen.face_index >= 0
    height = (above[mesh.faces[np.maximum(seen.face_index, 0)]] * seen.barycentric).sum(axis=-1)
    return hit & (height > 0.0), ~hit | (np.abs(height) > BAND_MM)


def overlap(regions: Regions, view: str) -> tuple[float, float]:
    """Return the intersection over union of the scalp mask with the truth: of what counts, and of everything."""
    truth, counts = true_scalp(view)
    seen = regions.skin > 127
    both, either = seen & truth, seen | truth
    return float((both & counts).sum() / (either & counts).sum()), float(both.sum() / either.sum())
