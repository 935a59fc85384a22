"""Claims about plain walks past columns of pigment, against two independent witnesses."""

import numpy as np

from scalp.skin.columns import Columns, Tissue, trace_columns
from scalp.skin.photons import Layers, trace_layers
from scalp.skin.tissue import SURFACE_GLARE

MU_EPIDERMIS, MU_DERMIS, MU_S, G, N = 1.0, 0.25, 15.0, 0.8, 1.4
RADIUS_MM, TOP_MM, BOTTOM_MM, MU_INK = 0.15, 0.1, 0.4, 4.0
AWAY_MM = (0.0, 0.1, 0.3)


def columns_at(distances_mm, mu_ink_per_mm=MU_INK):
    count = len(distances_mm)
    return Columns(
        places_mm=np.array([[distance, 0.0] for distance in distances_mm]),
        radius_mm=np.full(count, RADIUS_MM),
        top_mm=np.full(count, TOP_MM),
        bottom_mm=np.full(count, BOTTOM_MM),
        mu_ink_per_mm=np.full(count, mu_ink_per_mm),
    )


def tissue(papillary=MU_DERMIS):
    return Tissue(mu_a_per_mm=np.array([MU_EPIDERMIS, papillary, MU_DERMIS]), mu_s_per_mm=MU_S)


def test_bare_skin_reflects_what_absorbing_walks_say():
    count, papillary = 30_000, 2.0
    found = trace_columns(columns_at([50.0]), tissue(papillary), photons_count=count, seed=3)
    layers = Layers(
        mu_a_per_mm=np.array([MU_EPIDERMIS, papillary, MU_DERMIS]),
        mu_s_per_mm=np.full(3, MU_S),
        g=np.full(3, G),
        n=np.full(3, N),
        thickness_mm=np.array([0.08, 0.2, np.inf]),
        n_below=N,
    )
    absorbing = trace_layers(layers, photons_count=count, seed=4)
    reflected = (1 - SURFACE_GLARE) * found.whole_fraction + SURFACE_GLARE
    assert abs(reflected - absorbing.reflected) < 3 * np.sqrt(2) * absorbing.reflected_sd


def witness_contrast(distance_mm, photons_count, seed):
    """Walk all photons at once in plain NumPy, pigment sampled at eight points a step; contrast and its error."""
    rng = np.random.default_rng(seed)
    position, direction = np.zeros((photons_count, 3)), np.tile([0.0, 0.0, 1.0], (photons_count, 1))
    bare, inked = np.ones(photons_count), np.zeros(photons_count)
    left_bare, left_inked = np.zeros(photons_count), np.zeros(photons_count)
    alive = np.arange(photons_count)
    along = (np.arange(8) + 0.5) / 8
    while len(alive):
        step = -np.log(rng.random(len(alive))) / MU_S
        z, uz = position[alive, 2], direction[alive, 2]
        out = z + step * uz < 0
        step = np.where(out, -z / np.where(uz == 0, 1, uz), step)
        points = position[alive, None] + along[:, None] * (step[:, None] * direction[alive])[:, None]
        shallow = (points[..., 2] < 0.08).mean(axis=1)
        bare[alive] *= np.exp(-step * (shallow * MU_EPIDERMIS + (1 - shallow) * MU_DERMIS))
        inside = (
            (np.hypot(points[..., 0] - distance_mm, points[..., 1]) < RADIUS_MM) & (points[..., 2] > TOP_MM) & (points[..., 2] < BOTTOM_MM)
        )
        inked[alive] += MU_INK * step * inside.mean(axis=1)
        position[alive] += step[:, None] * direction[alive]
        cosine = np.abs(direction[alive, 2])
        beyond = np.sqrt(np.maximum(1 - (1 - cosine**2) * N * N, 0))
        back = np.where(
            beyond > 0,
            0.5 * (((N * cosine - beyond) / (N * cosine + beyond)) ** 2 + ((N * beyond - cosine) / (N * beyond + cosine)) ** 2),
            1.0,
        )
        leaves = out & (rng.random(len(alive)) >= back)
        left_bare[alive[leaves]] = bare[alive[leaves]]
        left_inked[alive[leaves]] = bare[alive[leaves]] * np.exp(-inked[alive[leaves]])
        turned = scatter(direction[alive], rng)
        mirrored = direction[alive] * [1, 1, -1]
        direction[alive] = np.where(out[:, None], mirrored, turned)
        alive = alive[~leaves & (bare[alive] > 1e-3)]
    taken = left_bare - left_inked
    contrast = taken.mean() / left_bare.mean()
    error = (taken - contrast * left_bare).std() / np.sqrt(photons_count) / left_bare.mean()
    return contrast, error


def scatter(direction, rng):
    part = (1 - G * G) / (1 - G + 2 * G * rng.random(len(direction)))
    cosine = (1 + G * G - part**2) / (2 * G)
    angle = 2 * np.pi * rng.random(len(direction))
    helper = np.where(np.abs(direction[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    across = np.cross(direction, helper)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    other = np.cross(direction, across)
    sine = np.sqrt(1 - cosine**2)
    return cosine[:, None] * direction + (sine * np.cos(angle))[:, None] * across + (sine * np.sin(angle))[:, None] * other


def test_a_column_takes_what_a_slow_walk_of_another_make_says():
    found = trace_columns(columns_at(AWAY_MM), tissue(), photons_count=10_000, seed=3)
    for index, distance_mm in enumerate(AWAY_MM):
        expected, error = witness_contrast(distance_mm, 2500, seed=10 + index)
        assert abs(found.contrast[index] - expected) < 3 * np.hypot(error, found.contrast_error[index]) + 0.002


def test_the_stated_error_is_the_scatter_of_many_walks():
    many = [trace_columns(columns_at([0.1]), tissue(), photons_count=400, seed=seed) for seed in range(60)]
    scatter = np.std([float(found.contrast[0]) for found in many])
    stated = np.mean([float(found.contrast_error[0]) for found in many])
    assert 0.7 < scatter / stated < 1.35  # three standard errors of a standard deviation of 60


def test_more_pigment_takes_more_light_but_never_all_that_was_there():
    weak, strong = (trace_columns(columns_at(AWAY_MM, mu), tissue(), photons_count=3000, seed=3) for mu in (2.0, 4.0))
    assert (strong.taken_fraction >= weak.taken_fraction).all()
    assert (strong.taken_fraction < strong.whole_fraction).all()
