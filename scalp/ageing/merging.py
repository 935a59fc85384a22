"""Touch-ups on older work, and when marks have merged into a blotch.

What lives here: one set of impressions made of two, and how far the marks of a set have run into each other, from what
is seen of them: coverage by their widths, and the contrast that is left between them. How wide a mark gets over the years
is `scalp.ageing.years`'.
"""

import dataclasses

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from scalp.base import BadInput, Doubt, FloatArray, Value, as_numbers, value
from scalp.domain.impressions import Impressions
from scalp.domain.skin import Skin
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.spread import optical_width_mm, point_spread

_GREEN = 1
_FARTHEST_MM = 1e7
_DENSE_QUANTILE = 0.9
_JUDGED_COUNT = 300
_NEIGHBOURS_COUNT = 16
_REACHED_COUNT = 40
_SPOTS_COUNT = 24
_SPOT_MM = 4.5
_PLACES_COUNT = 48
_BETWEEN_QUANTILE = 0.8
_FEWEST_COUNT = 2 * _NEIGHBOURS_COUNT


@value
class MergingLimits(Value):
    """From when on marks read as a blotch. Both are taken from photographs of finished work, good and poor."""

    widest_fraction: float = 0.5
    """Seen width of a mark against the spacing: about .34 in good healed work; more than half is what reads as bad at
    once. (D: three photographs of one clinic)"""
    least_contrast_fraction: float = 0.12
    """Contrast of a mark against the skin between marks from which single marks can be told: .42 in good healed work. (D)"""

    faintest_fraction: float = 0.03
    """Darkening of a field below which nobody sees whether it has merged: a mean L* of 1. (E)"""

    def check(self) -> None:
        """Refuse limits that are none."""
        if not 0.0 <= self.faintest_fraction <= 0.5:
            raise BadInput("limits", self.faintest_fraction, "faintest darkening 0 to 0.5", "0.03 is usual.")
        if not 0.1 <= self.widest_fraction <= 2.0 or not 0.0 <= self.least_contrast_fraction <= 0.9:
            raise BadInput("limits", self.widest_fraction, "width 0.1 to 2 spacings, contrast 0 to 0.9", "0.5 and 0.12 are usual.")


@value
class Merging(Value):
    """How far the marks of a field have run into each other, where they stand densest (the densest tenth)."""

    density_per_cm2: float
    """How many there are."""
    width_mm: float
    """How wide a single one is seen, half of its contrast, green."""
    covered_fraction: float
    """Part of the skin within the seen width of a mark."""
    doubled_fraction: float
    """Part of the skin within the seen width of two marks or more."""
    touching_fraction: float
    """Part of the marks whose nearest neighbour is within their seen width."""
    contrast_fraction: float
    """How much darker the middle of a mark is than the skin between marks, as a part of it."""
    darkening_fraction: float
    """How much darker the field is on average than bare skin, of the light from inside."""
    limits: MergingLimits = MergingLimits()

    @property
    def spacing_mm(self) -> float:
        """Return the mean spacing, one over the root of the density."""
        return float(10.0 / np.sqrt(self.density_per_cm2))

    @property
    def width_fraction(self) -> float:
        """Return the seen width as a part of the spacing."""
        return self.width_mm / self.spacing_mm

    @property
    def safe_density_per_cm2(self) -> float:
        """Return the density at which marks of this width still keep apart."""
        return float((10.0 * self.limits.widest_fraction / self.width_mm) ** 2)

    @property
    def blotched(self) -> bool:
        """Tell whether marks that are still seen are too wide for their spacing."""
        return self.width_fraction > self.limits.widest_fraction and self.darkening_fraction > self.limits.faintest_fraction

    @property
    def hazy(self) -> bool:
        """Tell whether single marks cannot be told from skin between them that they darken as much: a veil, not faded marks."""
        weak = self.contrast_fraction < self.limits.least_contrast_fraction
        return weak and self.darkening_fraction > max(self.contrast_fraction, self.limits.faintest_fraction)


def merge(old: Impressions, new: Impressions) -> Impressions:
    """Return the impressions of one head with those of a touch-up: the old first, the new with session numbers after theirs.

    Both come as they lie in the skin on the day that is meant: the old ones aged, the new ones healed. Deposits that overlap
    each keep their own pigment; their light multiplies, as everywhere. The result is named by the newer plan.
    """
    last = int(old.session_number.max()) if len(old) else 0
    if last + (int(new.session_number.max()) if len(new) else 0) > np.iinfo(np.uint8).max:
        raise BadInput("sessions", "more than 255 in all", "255 sessions of one head", "Merge the oldest ones under one number.")
    later = dataclasses.replace(new, session_number=(new.session_number + last).astype(np.uint8))
    return dataclasses.replace(old.followed_by(later), plan_digest=new.plan_digest)


def _checked(given_mm: FloatArray, count: int | None = None) -> FloatArray:
    """Return where impressions lie, (N, 3) mm; refuse what is none, or not one for each of so many."""
    points_mm = as_numbers("points_mm", given_mm)
    count = len(points_mm) if count is None and points_mm.ndim else count
    if points_mm.shape != (count, 3) or not (np.abs(points_mm) < _FARTHEST_MM).all():
        raise BadInput("points_mm", points_mm.shape, f"finite ({count}, 3) in mm", "Give one row of x, y, z for each impression.")
    return points_mm


def densest_spots(points_mm: FloatArray) -> npt.NDArray[np.int64]:
    """Return which impressions (M,) lie in a few dozen of the densest spots: enough to judge merging by, quicker than all."""
    points_mm = _checked(points_mm)
    if len(points_mm) < _FEWEST_COUNT:
        return np.arange(len(points_mm))
    tree = cKDTree(points_mm)
    dense = _densest(_density_per_mm2(tree, points_mm))
    middles = dense[np.linspace(0, len(dense) - 1, _SPOTS_COUNT).astype(int)]
    return np.unique(np.concatenate([np.asarray(near, np.int64) for near in tree.query_ball_point(points_mm[middles], _SPOT_MM)]))


def judge_merging(impressions: Impressions, points_mm: FloatArray, skin: Skin, limits: MergingLimits | None = None) -> Merging | None:
    """Return how far the marks have merged where they stand densest; None where there are too few to have a spacing.

    Looked up around some hundred impressions of the densest tenth: the seen width of each alone, then coverage and
    contrast at places spread evenly over the skin nearest to it, all neighbours counted. `points_mm` (N, 3) is where the
    impressions lie; the skin is taken as flat within a few mm.
    """
    points_mm = _checked(points_mm, len(impressions))
    if len(impressions) < _FEWEST_COUNT:
        return None
    tree = cKDTree(points_mm)
    density_per_mm2 = _density_per_mm2(tree, points_mm)
    dense = _densest(density_per_mm2)
    judged = dense[np.linspace(0, len(dense) - 1, min(_JUDGED_COUNT, len(dense))).astype(int)]
    away_mm, near = (np.asarray(found) for found in tree.query(points_mm[judged], k=min(_REACHED_COUNT, len(points_mm))))
    around, place = np.unique(near, return_inverse=True)
    near = place.reshape(near.shape)
    weights = _weights(impressions.where(around), skin)
    widths_mm = optical_width_mm(weights[:, _GREEN : _GREEN + 1])[:, 0]
    density = float(np.median(density_per_mm2[judged]))
    covered, doubled, left = _between(points_mm[around], near, widths_mm, weights, 1.0 / np.sqrt(density))
    marks = np.exp(-_density_at(away_mm, weights[near]))
    touching = away_mm[:, 1] < 0.5 * (widths_mm[near[:, 0]] + widths_mm[near[:, 1]])
    return Merging(
        density_per_cm2=100.0 * density,
        width_mm=float(np.median(widths_mm[near[:, 0]])),
        covered_fraction=covered,
        doubled_fraction=doubled,
        touching_fraction=float(touching.mean()),
        contrast_fraction=float(1.0 - np.median(marks) / np.quantile(left, _BETWEEN_QUANTILE)),
        darkening_fraction=float(1.0 - left.mean()),
        limits=limits or MergingLimits(),
    )


def _density_per_mm2(tree: cKDTree, points_mm: FloatArray) -> FloatArray:
    """Return how densely impressions lie around each, (N,), from the distance of the sixteenth neighbour."""
    reach_mm = np.asarray(tree.query(points_mm, k=[_NEIGHBOURS_COUNT + 1])[0])[:, 0]
    return np.asarray(_NEIGHBOURS_COUNT / (np.pi * np.maximum(reach_mm, 1e-3) ** 2))


def _densest(density_per_mm2: FloatArray) -> npt.NDArray[np.int64]:
    """Return the impressions of the densest tenth."""
    return np.flatnonzero(density_per_mm2 >= np.quantile(density_per_mm2, _DENSE_QUANTILE))


def _weights(impressions: Impressions, skin: Skin) -> FloatArray:
    """Return the point-spreads of impressions, (N, 3, K)."""
    columns = (impressions.deposit_diameter_mm, impressions.top_depth_mm, impressions.bottom_depth_mm)
    return np.asarray(point_spread(skin, *columns, impressions.concentration_mg_per_ml), float)


def _density_at(away_mm: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the optical density (P,) in green at places whose impressions (P, M, 3, K) lie at distances (P, M)."""
    shapes = np.exp(-(away_mm[..., None] ** 2) / (2.0 * np.array(SIGMAS_MM) ** 2))
    return np.asarray(np.einsum("pmk,pmk->p", shapes, weights[:, :, _GREEN]))


def _between(
    points_mm: FloatArray, near: npt.NDArray[np.int64], widths_mm: FloatArray, weights: FloatArray, spacing_mm: float
) -> tuple[float, float, FloatArray]:
    """Return how much of the skin one mark covers, how much two or more, and the light left at each place.

    Places on a spiral around each judged impression, each turned its own way, in the plane of its neighbours, count where no other is nearer: so that
    all together lie evenly over the skin.
    """
    own_turn = np.arange(len(near))[None, :] * np.sqrt(2.0)
    ring = (np.arange(_PLACES_COUNT)[:, None] + (np.arange(len(near))[None, :] * np.sqrt(5.0)) % 1.0) / _PLACES_COUNT
    turn_rad = np.arange(_PLACES_COUNT)[:, None] * np.pi * (3.0 - np.sqrt(5.0)) + 2.0 * np.pi * own_turn
    spiral_mm = 1.2 * spacing_mm * np.sqrt(ring)[..., None] * np.stack([np.cos(turn_rad), np.sin(turn_rad)], axis=-1)
    offsets_mm = points_mm[near] - points_mm[near[:, :1]]
    _, _, axes = np.linalg.svd(offsets_mm[:, : _NEIGHBOURS_COUNT + 1], full_matrices=False)
    flat_mm = np.einsum("smd,sad->sma", offsets_mm, axes[:, :2])
    covering, left = [], []
    for place_mm in spiral_mm:
        away_mm = np.linalg.norm(flat_mm - place_mm[:, None], axis=-1)
        own = away_mm.argmin(axis=1) == 0
        covering.append((away_mm < 0.5 * widths_mm[near]).sum(axis=1)[own])
        left.append(np.exp(-_density_at(away_mm[own], weights[near[own]])))
    over = np.concatenate(covering)
    return float((over >= 1).mean()), float((over >= 2).mean()), np.concatenate(left)


def doubts_of_merging(merging: Merging | None, where: str) -> tuple[Doubt, ...]:
    """Return a doubt where marks have become too wide for their spacing, or can no longer be told apart, with numbers."""
    if merging is None or not (merging.blotched or merging.hazy):
        return ()
    size = (
        f"seen {merging.width_mm:.2f} mm wide at {merging.spacing_mm:.2f} mm, {100 * merging.covered_fraction:.0f} % covered, "
        f"contrast {merging.contrast_fraction:.2f} between them"
    )
    advice = (
        f"Wider than half their spacing marks merge into a blotch: keep to {merging.safe_density_per_cm2:.0f} per cm2 in all."
        if merging.blotched
        else "Single marks can no longer be told apart: place less deep rather than more."
    )
    return (Doubt(kind="ageing", where=where, size=size, advice=advice),)
