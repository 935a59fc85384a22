"""Light in plane layers without noise: adding and doubling of thin sheets.

What lives here: reflection and transmission of stacks of homogeneous layers with Fresnel surfaces, as matrices between
directions. It knows nothing of skin; `scripts/build_skin_reflectance.py` makes the table of bare skin with it, and the
photon walks of `scalp.skin.photons` are its independent witness.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import roots_jacobi

from scalp.base import BadInput, FloatArray
from scalp.skin.photons import Balance, Layers, fresnel

_THINNEST = 1e-7
FEWEST_DIRECTIONS, MOST_DIRECTIONS = 4, 512
_DEEPEST_DOUBLINGS = 60


class Directions(NamedTuple):
    """Where light goes inside a layer: cosines (D,) from grazing to straight, the last exactly 1, and their weights.

    `weights` (D,) integrate over the cosine, so that 2 x cosine x weight adds up to 1. `cosine_critical` parts
    those that can leave into air from those that cannot.
    """

    cosines: FloatArray
    weights: FloatArray
    cosine_critical: float

    @property
    def flux(self) -> FloatArray:
        """Return what each direction counts in a flux of even light, (D,)."""
        return np.asarray(2.0 * self.cosines * self.weights)


class Slab(NamedTuple):
    """What a stack of layers does to light of each direction, matrices (..., D, D) from incoming to leaving.

    Seen from above (`reflected`, `transmitted`) and from below (`reflected_below`, `transmitted_below`). A plain tuple and no
    noun: these are passing products of a sum, and large.
    """

    reflected: FloatArray
    transmitted: FloatArray
    reflected_below: FloatArray
    transmitted_below: FloatArray


@lru_cache(maxsize=8)
def spread_directions(n: float, directions_count: int) -> Directions:
    """Return directions that integrate exactly over what can leave into air and over what cannot.

    Gauss points below the critical cosine, Radau points with the normal itself above it. [Prahl1993]
    """
    critical = math.sqrt(max(0.0, 1.0 - 1.0 / (n * n)))
    shut_count = directions_count // 2 if critical > 0 else 0
    free, free_weights = _radau(directions_count - shut_count)
    cosines = critical + (1.0 - critical) * (free + 1.0) / 2.0
    weights = free_weights * (1.0 - critical) / 2.0
    if shut_count:
        shut, shut_weights = np.polynomial.legendre.leggauss(shut_count)
        cosines = np.concatenate([critical * (shut + 1.0) / 2.0, cosines])
        weights = np.concatenate([shut_weights * critical / 2.0, weights])
    return Directions(cosines=cosines, weights=weights, cosine_critical=critical)


def _radau(points_count: int) -> tuple[FloatArray, FloatArray]:
    """Return places and weights on -1..1 of the rule that has the upper end among its places."""
    inner, jacobi_weights = roots_jacobi(points_count - 1, 1.0, 0.0)
    places = np.append(inner, 1.0)
    weights = np.append(jacobi_weights / (1.0 - inner), 2.0 / points_count**2)
    return places, weights


def _redistribution(directions: Directions, g: float) -> tuple[FloatArray, FloatArray, float]:
    """Return Henyey-Greenstein scattering forward and backward (D, D), less its narrow peak, and that peak's share. [Wiscombe1977]"""
    order_count = len(directions.cosines)
    peak = g**order_count
    moments = (g ** np.arange(order_count) - peak) / (1.0 - peak)
    legendre = np.polynomial.legendre.legvander(directions.cosines, order_count - 1)
    scaled = legendre * (moments * (2 * np.arange(order_count) + 1))
    signs = (-1.0) ** np.arange(order_count)
    return scaled @ legendre.T, (scaled * signs) @ legendre.T, peak


def double_layer(directions: Directions, *, mu_a_per_mm: FloatArray, mu_s_per_mm: FloatArray, g: float, thickness_mm: float) -> Slab:
    """Return homogeneous layers without surfaces, one for each pair of absorption and scattering (...,).

    A sheet thinner than the smallest cosine by the diamond rule, doubled until it is as thick as asked; an infinite
    thickness is doubled until nothing comes through. [Prahl1993, Wiscombe1977]
    """
    mu_a, mu_s = np.broadcast_arrays(np.asarray(mu_a_per_mm, float), np.asarray(mu_s_per_mm, float))
    forward, backward, peak = _redistribution(directions, g)
    albedo = mu_s * (1.0 - peak) / (mu_a + mu_s * (1.0 - peak))
    mu_t = mu_a + mu_s * (1.0 - peak)
    endless = math.isinf(thickness_mm)
    sheet_depth = directions.cosines.min() * 1e-2
    doublings = 20 if endless else max(0, math.ceil(math.log2(mu_t.max() * thickness_mm / sheet_depth)))
    depth = np.full(mu_t.shape, sheet_depth) if endless else mu_t * thickness_mm / 2.0**doublings
    reflected, transmitted = _thin_sheet(directions, forward, backward, albedo, depth)
    step = 0
    while step < doublings or (endless and transmitted.max() > _THINNEST and step < _DEEPEST_DOUBLINGS):
        bounced = np.linalg.solve(np.eye(len(directions.cosines)) - reflected @ reflected, transmitted)
        reflected = reflected + transmitted @ reflected @ bounced
        transmitted = transmitted @ bounced
        step += 1
    return Slab(reflected=reflected, transmitted=transmitted, reflected_below=reflected, transmitted_below=transmitted)


def _thin_sheet(
    directions: Directions, forward: FloatArray, backward: FloatArray, albedo: FloatArray, depth: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what a sheet of small optical depth reflects and transmits, (..., D, D)."""
    one = np.eye(len(directions.cosines))
    slant = (depth / 2.0)[..., None, None] / directions.cosines[:, None]
    half_albedo = (albedo / 2.0)[..., None, None]
    loss = slant * (one - half_albedo * forward * directions.weights)
    turned = slant * half_albedo * backward * directions.weights
    through = np.linalg.solve(one + loss, turned)
    gain = np.linalg.inv(one + loss - turned @ through)
    return 2.0 * gain @ turned @ np.linalg.inv(one + loss), 2.0 * gain - one


def add_slabs(above: Slab, below: Slab) -> Slab:
    """Return one stack made of two, light thrown to and fro between them included. [Prahl1993]"""
    one = np.eye(above.reflected.shape[-1])
    down = np.linalg.solve(one - above.reflected_below @ below.reflected, np.broadcast_to(one, above.reflected.shape))
    up = np.linalg.solve(one - below.reflected @ above.reflected_below, np.broadcast_to(one, above.reflected.shape))
    return Slab(
        reflected=above.reflected + above.transmitted_below @ up @ below.reflected @ above.transmitted,
        transmitted=below.transmitted @ down @ above.transmitted,
        reflected_below=below.reflected_below + below.transmitted @ down @ above.reflected_below @ below.transmitted_below,
        transmitted_below=above.transmitted_below @ up @ below.transmitted_below,
    )


def air_surface(directions: Directions, n: float) -> Slab:
    """Return the surface between air above and a layer of index n below; air's directions are named by those they bend to."""
    thrown = np.array([fresnel(n, 1.0, cosine)[0] for cosine in directions.cosines])
    back, through = np.diag(thrown), np.diag(1.0 - thrown)
    return Slab(reflected=back, transmitted=through, reflected_below=back, transmitted_below=through)


def turned_over(slab: Slab) -> Slab:
    """Return the same stack seen from the other side."""
    return Slab(slab.reflected_below, slab.transmitted_below, slab.reflected, slab.transmitted)


def straight_fluxes(directions: Directions, matrix: FloatArray) -> FloatArray:
    """Return the part (...,) of light falling straight in that leaves in any direction, by a matrix (..., D, D)."""
    flux = directions.flux
    return np.asarray(np.einsum("i,...i->...", flux, matrix[..., :, -1]) / flux[-1])


def solve_layers(layers: Layers, *, directions_count: int = 32) -> Balance:
    """Return the total reflectance and transmittance of plane layers of one refractive index, without noise.

    Light falls straight in through air; the same layers as `scalp.skin.photons.trace_layers` walks through. Left out:
    layers whose indices differ from one another. [Prahl1993]
    """
    n = float(layers.n[0])
    if (layers.n != n).any() or layers.n_below not in (1.0, n):
        raise BadInput("n", layers.n, "one index for all layers, and air or the same below", "Walk photons through these layers.")
    if directions_count not in range(FEWEST_DIRECTIONS, MOST_DIRECTIONS + 1):
        allowed = f"{FEWEST_DIRECTIONS} to {MOST_DIRECTIONS}, whole"
        raise BadInput("directions_count", directions_count, allowed, "32 are exact to five digits.")
    directions = spread_directions(n, directions_count)
    stack = air_surface(directions, n)
    columns = zip(layers.mu_a_per_mm, layers.mu_s_per_mm, layers.g, layers.thickness_mm, strict=True)
    for mu_a, mu_s, g, thickness_mm in columns:
        layer = double_layer(directions, mu_a_per_mm=mu_a, mu_s_per_mm=mu_s, g=float(g), thickness_mm=float(thickness_mm))
        stack = add_slabs(stack, layer)
    if layers.n_below != n:
        stack = add_slabs(stack, turned_over(air_surface(directions, n)))
    reflected, transmitted = (float(straight_fluxes(directions, matrix)) for matrix in (stack.reflected, stack.transmitted))
    return Balance(reflected=reflected, reflected_sd=0.0, transmitted=transmitted, transmitted_sd=0.0)
