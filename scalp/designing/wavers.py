"""What makes an ideal line a grown one: mounds, raggedness, the lateral hump, a widow's peak, gaps and clusters.

Ways are measured along the line from its middle, mm. Where the ideal line runs is `hairlines`'; how dense the field behind it
is, `densities`'.
"""

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.designing.styles import StyleShape
from scalp.geometry.curves import waver_mm
from scalp.geometry.easing import eased

MACRO_WAVELENGTH_MM, MICRO_WAVELENGTH_MM = (18.0, 33.0), (3.0, 8.0)
SETTLED_MM = 20.0
"""Half width around the middle over which the waver is shifted so that the middle lies where it was wished."""
UNMIRRORED_FRACTION = 0.6
"""Part of the allowed asymmetry that the mounds may take; the anchors of the sides take the rest."""
HUMP_AT_FRACTION, HUMP_WIDTH_FRACTION = 0.66, 0.16
"""Where the lateral hump stands between the middle and the corner, and its half width. (D, smp 2.2)"""
PEAK_ROUNDING_MM = 3.0
"""Radius at the tip of a widow's peak. (E)"""
PEAK_HOLLOW = 1.6
"""How hollow the flanks of a widow's peak are: 1 straight, 2 a needle on a wide foot. (E)"""
GAP_SHARE = 0.33
"""Part of a broken line that its gaps take. (E)"""
WAVES_COUNT = 32


def shift_along_mm(
    from_middle_mm: FloatArray, corner_mm: tuple[float, float], shape: StyleShape, asymmetry_mm: float, seed: int
) -> FloatArray:
    """Return how far each point of an ideal line moves down the head, mm; the middle itself stays.

    `from_middle_mm` (N,) is the way along the line, below 0 on the client's right; `corner_mm` the ways to the two corners.
    The two sides come from one waver, its difference between them held within what asymmetry allows: at 0 mm they
    are mirror images, at 2 mm no two mounds are.
    """
    macro_mm = _two_sided(from_middle_mm, shape.macro_waver_mm, MACRO_WAVELENGTH_MM, UNMIRRORED_FRACTION * asymmetry_mm, seed * 2 + 1)
    micro_mm = _two_sided(from_middle_mm, shape.micro_waver_mm, MICRO_WAVELENGTH_MM, asymmetry_mm, seed * 2 + 2)
    stillness = np.exp(-0.5 * (from_middle_mm / SETTLED_MM) ** 2)
    wavering_mm = macro_mm + micro_mm
    wavering_mm = wavering_mm - np.interp(0.0, from_middle_mm, wavering_mm) * stillness
    outward = np.abs(from_middle_mm) / np.where(from_middle_mm < 0, *corner_mm)
    hump_mm = shape.hump_mm * np.exp(-0.5 * ((outward - HUMP_AT_FRACTION) / HUMP_WIDTH_FRACTION) ** 2)
    return np.asarray(wavering_mm + hump_mm + peak_mm(from_middle_mm, shape))


def peak_mm(from_middle_mm: FloatArray, shape: StyleShape) -> FloatArray:
    """Return how far a widow's peak hangs below the line around it, (N,) mm: a rounded tip between hollow flanks.

    It ends at its base: further out the line is what it would be without a peak.
    """
    way_mm = np.hypot(from_middle_mm, PEAK_ROUNDING_MM) - PEAK_ROUNDING_MM
    base_mm = np.hypot(shape.peak_width_mm / 2, PEAK_ROUNDING_MM) - PEAK_ROUNDING_MM
    return np.asarray(shape.peak_depth_mm * np.clip(1.0 - way_mm / base_mm, 0.0, 1.0) ** PEAK_HOLLOW)


def _two_sided(
    from_middle_mm: FloatArray, crests_mm: tuple[float, float], wavelength_mm: tuple[float, float], most_mm: float, seed: int
) -> FloatArray:
    """Return one waver whose sides differ by at most `most_mm` at equal ways from the middle."""
    reach_mm = float(np.abs(from_middle_mm).max()) + 1.0
    grid_mm = np.arange(-np.ceil(reach_mm), np.ceil(reach_mm) + 1.0) if wavelength_mm[0] > 10.0 else np.arange(-reach_mm, reach_mm, 0.25)
    grid_mm = np.unique(np.concatenate([grid_mm, -grid_mm]))
    own_mm = waver_mm(grid_mm, wavelength_mm, crests_mm, seed)
    other_mm = own_mm[::-1]
    held_mm = _held(own_mm - other_mm, most_mm)
    # Averaging two wavers lowers their crests by the root of two where nothing is held back of the difference.
    shared_mm = (own_mm + other_mm) / 2
    return np.interp(from_middle_mm, grid_mm, shared_mm + held_mm / 2)


def _held(difference_mm: FloatArray, most_mm: float) -> FloatArray:
    """Return a difference bent so that it never exceeds `most_mm`, unchanged where it is small."""
    if most_mm <= 0:
        return np.zeros_like(difference_mm)
    return np.asarray(most_mm * np.tanh(difference_mm / most_mm))


def edge_pattern(points_mm: FloatArray, behind_mm: FloatArray, line_mm: FloatArray, shape: StyleShape, seed: int) -> FloatArray:
    """Return by how much the density behind the line is multiplied at points (N, 3), (N,): gaps and clusters of the style.

    `behind_mm` (N,) is how far behind the line each lies. Gaps reach from the line to their depth and close smoothly; clusters
    lie all over the scalp, as curls do, and keep the mean density. 1 for styles that have neither.
    """
    pattern = np.ones(len(points_mm))
    if shape.gap_depth_mm > 0:
        front = np.flatnonzero(np.abs(behind_mm) < shape.gap_depth_mm)
        along = cKDTree(line_mm).query(points_mm[front])[1]
        pattern[front] *= 1.0 - _gaps(line_mm, shape, seed)[along] * _fading(behind_mm[front] / shape.gap_depth_mm)
    if shape.cluster_fraction > 0:
        behind = np.flatnonzero(behind_mm > 0)
        pattern[behind] *= 1.0 + shape.cluster_fraction * np.tanh(1.6 * _lumps(points_mm[behind], shape.cluster_mm, seed))
    return pattern


def _gaps(line_mm: FloatArray, shape: StyleShape, seed: int) -> FloatArray:
    """Return how open each point of a line is, (N,) 0..1: gaps of unequal length and depth, one each `gap_every_mm`."""
    chance = np.random.default_rng([seed, 15])
    along_mm = np.arange(len(line_mm)) * float(np.median(np.linalg.norm(np.diff(line_mm, axis=0), axis=1)))
    count = int(along_mm[-1] / shape.gap_every_mm)
    middles_mm = (np.arange(count) + chance.uniform(0.2, 0.8, count)) * shape.gap_every_mm
    halves_mm = GAP_SHARE * shape.gap_every_mm / 2 * chance.uniform(0.6, 1.4, count)
    depths = chance.uniform(0.55, 0.95, count)
    apart = (along_mm[:, None] - middles_mm) / halves_mm
    return np.asarray((depths * np.exp(-(apart**4))).max(1, initial=0.0))


def _lumps(points_mm: FloatArray, apart_mm: float, seed: int) -> FloatArray:
    """Return smooth noise whose lumps are so far apart, (N,), deviation 1: plane waves of every heading, too many to be a lattice."""
    chance = np.random.default_rng([seed, 16])
    headings = chance.normal(size=(WAVES_COUNT, 3))
    headings /= np.linalg.norm(headings, axis=1, keepdims=True)
    waves_per_mm = 2 * np.pi * headings / (apart_mm * chance.uniform(0.75, 1.5, (WAVES_COUNT, 1)))
    phases_rad = chance.uniform(0.0, 2 * np.pi, WAVES_COUNT)
    return np.asarray(np.sin(points_mm @ waves_per_mm.T + phases_rad).sum(1) * np.sqrt(2.0 / WAVES_COUNT))


def _fading(fraction: FloatArray) -> FloatArray:
    """Return 1 at 0 and before, 0 at 1 and beyond, smoothly."""
    return eased(1.0 - fraction)
