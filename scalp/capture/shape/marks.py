"""Which points marked by hand cannot be right: those the camera could not see, and those far from where a head has them.

Refused here, after the fit; smaller misfits are told by `doubting`. The fit itself is `fitting`'s.
"""

import numpy as np

from scalp.base import BadInput, FloatArray, IntArray, Value, value
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import cranium_of
from scalp.domain.sighting import MarkedPoints

WORST_MISS_MM = 14.0
"""Points that lie further off than this in the median are not those of a head."""
REFUSED_MM = 40.0
"""A point marked by hand further off than this is another place or another side. (D)"""
HIDDEN_MM = 35.0
"""How deep under the skull a sight line may run to a point that was marked: 20 mm to a vertex seen from 25 degrees below,
22 mm to the far ear of a head seen from behind at 150 degrees; 40 mm and more where the point is hidden. (D)"""
ALLOWED = "points in view, left and right the client's own"
_REACH_MM, _STEPS_COUNT = 320.0, 161


@value
class Judged(Value):
    """What is wrong with the points: `faults`, in phrases, and the median misfit of all."""

    faults: tuple[str, ...]
    miss_mm: float

    @property
    def sound(self) -> bool:
        """Tell whether the points can be those of a head in view."""
        return not self.faults and self.miss_mm <= WORST_MISS_MM


def judge_marks(prior: HeadPrior, fit: Fit, evidence: Evidence, points: MarkedPoints | None) -> Judged:
    """Return which points cannot be right on a fitted head: hidden from the camera or far from their place."""
    miss_mm = fit.points_miss_px / fit.state.px_per_mm
    middle_mm = float(np.median(miss_mm)) if np.isfinite(fit.cost) else np.inf
    if points is None or not np.isfinite(middle_mm):
        return Judged(faults=(), miss_mm=middle_mm)
    marked = ~evidence.from_mesh
    hidden_mm = depths_under_skull_mm(prior, fit, evidence.point_index[marked])
    hidden = [name for name, depth in zip(points.names, hidden_mm, strict=True) if depth > HIDDEN_MM]
    faults = [f"{' and '.join(hidden)} on the far side of the head, hidden from the camera"] if hidden else []
    for name, miss in zip(points.names, miss_mm[marked], strict=True):
        if miss > REFUSED_MM and name not in hidden:
            faults.append(f"{name} {miss:.0f} mm from where a head has it")
    return Judged(faults=tuple(faults), miss_mm=middle_mm)


def depths_under_skull_mm(prior: HeadPrior, fit: Fit, point_index: IntArray) -> FloatArray:
    """Return how deep under the fitted skull the sight lines to points run at most, mm, below 0 where they run free."""
    places = (prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores)[point_index] - prior.base.centre_mm
    rays = -fit.state.rotation.T @ fit.state.shift_mm - places
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    along = places[:, None] + np.linspace(0, _REACH_MM, _STEPS_COUNT)[None, :, None] * rays[:, None]
    lengths = np.linalg.norm(along, axis=2)
    radii = cranium_of(prior, fit.state).radii_mm((along / lengths[:, :, None]).reshape(-1, 3)).reshape(lengths.shape)
    return np.asarray((radii - lengths).max(axis=1))


def exchange_sides(points: MarkedPoints) -> MarkedPoints:
    """Return the points with left and right exchanged in their names.

    >>> exchange_sides(MarkedPoints(names=("left_tragion",), points_px=np.zeros((1, 2)))).names
    ('right_tragion',)
    """
    other = {"left": "right", "right": "left"}
    names = tuple("_".join([other.get(side, side), *rest]) for side, *rest in (name.split("_") for name in points.names))
    return MarkedPoints(names=names, points_px=points.points_px)


def refuse_marks(judged: Judged, what: str, *, exchanged_sound: bool) -> BadInput:
    """Return the refusal of points that cannot be right, saying whether left and right look swapped."""
    if exchanged_sound:
        remedy = "Left and right look swapped, or the photo mirrored: with the names exchanged every point fits and is in view."
    else:
        remedy = "Check these points, that left and right are the client's own and not swapped, that the photo is not mirrored, and that all are of one head."
    # Where most points are wrong none of them is the culprit.
    if judged.faults and (exchanged_sound or judged.miss_mm <= WORST_MISS_MM):
        return BadInput("points", "; ".join(judged.faults), ALLOWED, remedy)
    return BadInput("points", f"{judged.miss_mm:.0f} mm from those of a head ({what})", f"up to {WORST_MISS_MM:.0f} mm", remedy)
