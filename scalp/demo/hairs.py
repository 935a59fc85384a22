"""Where a man's hairs stand, how long they are and which way they grow: brows, lashes, shaven fringe, stubble of the beard."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import Float32Array, FloatArray
from scalp.demo.person import Person
from scalp.demo.strokes import Hairs
from scalp.demo.zones import Zones, brow_line
from scalp.domain.head import Mesh
from scalp.geometry.meshes import face_areas_mm2


class Roots(NamedTuple):
    """Places (N, 3) mm on the surface, normals (N, 3) and the light (N, 3) there."""

    places_mm: FloatArray
    normals: FloatArray
    light: FloatArray


class Ground(NamedTuple):
    """What hairs grow on: the bust, the normals (V, 3) and the light (V, 3) of its vertices."""

    mesh: Mesh
    normals: FloatArray
    light: Float32Array


def sow(ground: Ground, density_per_cm2: FloatArray, apart_mm: float, random: np.random.Generator) -> Roots:
    """Return roots with a density (V,) given at the vertices, none nearer to another than `apart_mm` in space.

    Points thrown at random, of which those too near to an earlier one drop out: Matern's second process, thrown so much
    more densely, -ln(1 - rho pi r2) / (pi r2), that the density asked for is left. [Matern1986]
    """
    faces, disc_cm2 = ground.mesh.faces, np.pi * apart_mm**2 / 100.0
    thrown_per_cm2 = -np.log(1.0 - np.minimum(density_per_cm2 * disc_cm2, 0.95)) / disc_cm2
    ceiling = thrown_per_cm2[faces].max(axis=1)
    face = np.repeat(np.arange(len(faces)), random.poisson(face_areas_mm2(ground.mesh) / 100.0 * ceiling))
    one, two, chance = random.random((3, len(face)))
    root = np.sqrt(one)
    weights = np.column_stack([1.0 - root, root * (1.0 - two), root * two])
    thrown = chance * ceiling[face] < np.einsum("nk,nk->n", weights, thrown_per_cm2[faces[face]])
    # The faces come in the order of the mesh, so that who was earlier is drawn anew.
    order = random.permutation(np.flatnonzero(thrown))
    corners, weights = faces[face[order]], weights[order]
    places = np.einsum("nk,nkd->nd", weights, ground.mesh.vertices_mm[corners])
    kept = np.ones(len(places), bool)
    if len(places):
        kept[cKDTree(places).query_pairs(apart_mm, output_type="ndarray").max(axis=1, initial=-1)] = False
    corners, weights = corners[kept], weights[kept]
    normals = np.einsum("nk,nkd->nd", weights, ground.normals[corners])
    light = np.einsum("nk,nkd->nd", weights, ground.light[corners])
    return Roots(places[kept], normals / np.linalg.norm(normals, axis=1, keepdims=True), light)


def _lying(ways: FloatArray, normals: FloatArray) -> FloatArray:
    """Return unit vectors along the surface nearest to given ways."""
    flat = ways - (ways * normals).sum(axis=1, keepdims=True) * normals
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6))


def _curves(roots: Roots, ways: FloatArray, length_mm: FloatArray, rise: tuple[float, float]) -> FloatArray:
    """Return curves (N, 4, 3) that leave the skin with slope `rise[0]` and end with slope `rise[1]`."""
    points = [roots.places_mm]
    for step in range(3):
        slope = rise[0] + (rise[1] - rise[0]) * step / 2.0
        way = ways + slope * roots.normals
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        points.append(points[-1] + way * (length_mm / 3.0)[:, None])
    return np.stack(points, axis=1)


def _colours(roots: Roots, hair: FloatArray, random: np.random.Generator, spread: float) -> FloatArray:
    """Return the lit colour of each hair; each is lighter or darker than the mean on its own."""
    own = np.exp(random.normal(0.0, spread, len(roots.places_mm)))[:, None]
    return np.asarray(roots.light * (hair * own + 0.006))


def _fringe(ground: Ground, zones: Zones, hair: FloatArray, random: np.random.Generator) -> Hairs:
    """Return the shaven hair of the sides and back, one to three hairs a follicle, 0.4-1.2 mm long."""
    roots = sow(ground, zones.fringe_per_cm2 / 1.75, 0.42, random)
    copies = random.choice(3, size=len(roots.places_mm), p=[0.40, 0.45, 0.15]) + 1
    index = np.repeat(np.arange(len(copies)), copies)
    places = roots.places_mm[index] + random.normal(0.0, 0.09, (len(index), 3))
    roots = Roots(places, roots.normals[index], roots.light[index])
    forward = np.where(places[:, 2] > -15.0, 0.5, -0.25)
    ways = np.column_stack([np.zeros(len(index)), np.full(len(index), -1.0), forward]) + random.normal(0.0, 0.22, (len(index), 3))
    length = random.gamma(7.0, 0.55 / 7.0, len(index)).clip(0.25, 1.1)
    curves = _curves(roots, _lying(ways, roots.normals), length, (0.75, 0.35))
    width = random.normal(0.072, 0.012, len(index)).clip(0.035, 0.11)
    return Hairs(curves, width, np.full(len(index), 0.8), _colours(roots, hair, random, 0.35), np.full(len(index), 0.85))


def _top(ground: Ground, zones: Zones, hair: FloatArray, random: np.random.Generator) -> Hairs:
    """Return the few fine, short hairs left on top."""
    roots = sow(ground, zones.top_per_cm2, 0.5, random)
    count = len(roots.places_mm)
    ways = np.column_stack([0.3 * np.sign(roots.places_mm[:, 0]), np.full(count, -0.2), np.ones(count)]) + random.normal(
        0.0, 0.45, (count, 3)
    )
    curves = _curves(roots, _lying(ways, roots.normals), random.uniform(0.3, 0.9, count), (0.6, 0.3))
    width = random.normal(0.040, 0.008, count).clip(0.02, 0.07)
    return Hairs(curves, width, np.full(count, 0.6), _colours(roots, hair * 1.6, random, 0.4), random.uniform(0.25, 0.75, count))


def _beard(ground: Ground, zones: Zones, hair: FloatArray, random: np.random.Generator) -> Hairs:
    """Return the stubble of a day and a half, growing down and a little outward."""
    roots = sow(ground, zones.beard_per_cm2, 0.5, random)
    count = len(roots.places_mm)
    ways = np.column_stack([0.25 * np.sign(roots.places_mm[:, 0]), np.full(count, -1.0), np.full(count, -0.15)]) + random.normal(
        0.0, 0.3, (count, 3)
    )
    length = random.gamma(6.0, 0.50 / 6.0, count).clip(0.2, 1.0)
    curves = _curves(roots, _lying(ways, roots.normals), length, (0.7, 0.4))
    width = random.normal(0.085, 0.016, count).clip(0.04, 0.13)
    grey = random.random(count) < 0.06  # a first grey hair in sixteen
    colours = _colours(roots, hair, random, 0.35)
    colours[grey] = roots.light[grey] * (0.10 + 5.0 * hair)
    return Hairs(curves, width, np.full(count, 0.75), colours, np.full(count, 0.75))


def _brows(ground: Ground, zones: Zones, person: Person, hair: FloatArray, random: np.random.Generator) -> Hairs:
    """Return the brows: hairs that rise at the inner end, lie outward in the middle and meet from above and below."""
    roots = sow(ground, zones.brow_per_cm2, 0.22, random)
    count = len(roots.places_mm)
    side = np.sign(roots.places_mm[:, 0])
    x = np.abs(roots.places_mm[:, 0])
    glabella_y_mm = person.point("glabella")[1]
    left, half = brow_line(x, glabella_y_mm, 1.0)
    right, _ = brow_line(x, glabella_y_mm, -1.0)
    above = (roots.places_mm[:, 1] - np.where(side > 0, left, right)) / np.maximum(half, 0.5)
    angle = np.interp(x, [10.0, 18.0, 30.0, 44.0, 56.0], [1.25, 0.85, 0.35, -0.15, -0.5]) - 0.55 * above + random.normal(0.0, 0.16, count)
    ways = np.column_stack([side * np.cos(angle), np.sin(angle), np.zeros(count)])
    length = np.interp(x, [10.0, 20.0, 40.0, 56.0], [6.0, 8.0, 8.0, 5.5]) * random.uniform(0.6, 1.15, count)
    curves = _curves(roots, _lying(ways, roots.normals), length, (0.28, -0.12))
    bend = np.linspace(0.0, 1.0, 4)[None, :] ** 2 * (length * 0.16)[:, None]
    curves[..., 1] -= bend
    width = random.normal(0.075, 0.014, count).clip(0.03, 0.11)
    return Hairs(curves, width, np.full(count, 0.2), _colours(roots, hair, random, 0.3), np.full(count, 0.9))


def _lashes(ground: Ground, rims: list[tuple[FloatArray, FloatArray]], hair: FloatArray, random: np.random.Generator) -> Hairs:
    """Return the lashes from the lids' rims: the upper ones long, forward and curled up, the lower ones short, fanning outward."""
    parts = []
    for number, (upper, lower) in enumerate(rims):
        side = 1.0 if number == 0 else -1.0
        for rim, many, length_mm, lift in ((upper, 150, 7.5, 1.0), (lower, 70, 4.0, -0.55)):
            at = np.sort(random.choice(len(rim), many))
            outward = (rim[at, 0] - rim[:, 0].mean()) / max(np.ptp(rim[:, 0]) / 2, 1.0)
            grow = length_mm * random.uniform(0.55, 1.1, many) * (0.62 + 0.38 * (1.0 - np.abs(outward * side - 0.3)))
            fan = 0.75 * outward + random.normal(0.0, 0.12, many)
            first = np.column_stack([0.6 * fan, np.full(many, -0.25 if lift > 0 else -0.5), np.ones(many)])
            last = np.column_stack([fan, np.full(many, lift), np.full(many, 0.35)]) + random.normal(0.0, 0.08, (many, 3))
            steps = [first + (last - first) * t for t in (0.1, 0.6, 1.0)]
            points = [rim[at]]
            for step in steps:
                points.append(points[-1] + step / np.linalg.norm(step, axis=1, keepdims=True) * (grow / 3.0)[:, None])
            parts.append((np.stack(points, axis=1), np.full(many, 0.15 if lift > 0 else 0.10), np.full(many, 0.92 if lift > 0 else 0.55)))
    points_mm, width, opacity = (np.concatenate(column) for column in zip(*parts, strict=True))
    light = np.full((len(width), 3), float(np.median(ground.light[ground.light[:, 1] > 0, 1])))
    return Hairs(points_mm, width * random.uniform(0.8, 1.2, len(width)), np.full(len(width), 0.25), light * hair * 0.4, opacity)


def grow_hairs(
    person: Person, ground: Ground, zones: Zones, rims: list[tuple[FloatArray, FloatArray]], hair: FloatArray, seed: int
) -> tuple[Hairs, ...]:
    """Return all hairs of a man, in the order in which they are to be drawn."""
    random = np.random.default_rng((seed, 7))
    return (
        _fringe(ground, zones, hair, random),
        _top(ground, zones, hair, random),
        _beard(ground, zones, hair, random),
        _brows(ground, zones, person, hair, random),
        _lashes(ground, rims, hair, random),
    )
