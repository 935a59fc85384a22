"""What the designer measures on a head before drawing: the middle line, the levels, where the ears are.

Only measuring; where a hairline should go is `hairlines`' business.
"""

import dataclasses
import functools

import numpy as np

from scalp.base import FloatArray
from scalp.domain.head import Head
from scalp.geometry.curves import lengths_along_mm
from scalp.geometry.sections import PolarChart, RayCaster, chart_of, directions_of, polar_of

CENTRE_LEVEL_FRACTION = 0.37
"""Level of the middle of the cranium between tragi and vertex, from the mean head of ICT-FaceKit. [Li2020]"""
CENTRE_FORWARD_FRACTION = 0.3
"""Where the eye of the chart stands between back and brow: far enough back to see all of a temple line side by side."""

SLOPE_OVER_RAD = 0.02
"""Over what angle the slope of the skin is taken: about the step of the chart."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Anatomy:
    """One head as the designer sees it.

    `midline_mm` (N, 3) runs over the skin from the glabella over the vertex to the inion, `midline_along_mm` (N,) is the
    way along it, `vertex_along_mm` the way to where it is highest.
    """

    head: Head
    caster: RayCaster
    chart: PolarChart
    midline_mm: FloatArray
    midline_along_mm: FloatArray
    vertex_along_mm: float
    tragus_mm: FloatArray
    """Middle between the tragi."""
    canthus_mm: FloatArray
    """Outer corner of the eye, both sides averaged, x above 0."""

    @property
    def eye_forward_mm(self) -> float:
        """Return how far the outer corners of the eyes lie before the tragi."""
        return float(self.canthus_mm[2] - self.tragus_mm[2])

    def on_midline_mm(self, along_mm: float) -> FloatArray:
        """Return the point of the midline so far over the skin above the glabella, (3,) mm."""
        return np.array([np.interp(along_mm, self.midline_along_mm, column) for column in self.midline_mm.T])

    def slopes_mm(self, azimuth_rad: FloatArray, polar_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the way over the skin for a radian of azimuth and for one of polar angle at places of the chart, (N, 3) mm each."""
        half, chart = SLOPE_OVER_RAD / 2, self.chart
        round_mm = (chart.point_mm(azimuth_rad + half, polar_rad) - chart.point_mm(azimuth_rad - half, polar_rad)) / SLOPE_OVER_RAD
        down_mm = (chart.point_mm(azimuth_rad, polar_rad + half) - chart.point_mm(azimuth_rad, polar_rad - half)) / SLOPE_OVER_RAD
        return round_mm, down_mm


@functools.lru_cache(maxsize=2)
def survey(head: Head) -> Anatomy:
    """Return what the designer needs to know of a head; that of the last two is kept, as one head is designed many times."""
    tragus_mm = (head.landmark("left_tragion") + head.landmark("right_tragion")) / 2
    centre_mm = _middle_of_cranium_mm(head, tragus_mm)
    caster = RayCaster(head.surface, centre_mm)
    midline_mm = _midline_mm(head, caster)
    along_mm = lengths_along_mm(midline_mm)
    canthi_mm = np.array([head.landmark("left_outer_canthus"), head.landmark("right_outer_canthus")]) - [centre_mm[0], 0.0, 0.0]
    return Anatomy(
        head=head,
        caster=caster,
        chart=chart_of(caster),
        midline_mm=midline_mm,
        midline_along_mm=along_mm,
        vertex_along_mm=float(along_mm[np.argmax(midline_mm[:, 1])]),
        tragus_mm=tragus_mm,
        canthus_mm=np.array([np.abs(canthi_mm[:, 0]).mean(), *canthi_mm[:, 1:].mean(0)]),
    )


def _middle_of_cranium_mm(head: Head, tragus_mm: FloatArray) -> FloatArray:
    """Return a point inside the cranium from which all of the scalp is seen, above and behind the tragi."""
    vertices_mm = head.surface.vertices_mm
    glabella_mm, vertex_mm = head.landmark("glabella"), head.landmark("vertex")
    high = vertices_mm[:, 1] > glabella_mm[1]
    back_mm = vertices_mm[high, 2].min() if high.any() else tragus_mm[2] - (glabella_mm[2] - tragus_mm[2])
    level_mm = tragus_mm[1] + CENTRE_LEVEL_FRACTION * (vertex_mm[1] - tragus_mm[1])
    return np.array([(glabella_mm[0] + tragus_mm[0]) / 2, level_mm, back_mm + CENTRE_FORWARD_FRACTION * (glabella_mm[2] - back_mm)])


def _midline_mm(head: Head, caster: RayCaster) -> FloatArray:
    """Return the section of the skin by the mid-sagittal plane from the glabella to the inion, (N, 3) mm, half a degree apart."""
    _, polar_rad = polar_of(np.array([head.landmark("glabella"), head.landmark("inion")]), caster.centre_mm)
    angles_rad = np.arange(-polar_rad[0], polar_rad[1], np.radians(0.5))
    azimuth_rad = np.where(angles_rad < 0, 0.0, np.pi)
    directions = directions_of(azimuth_rad, np.abs(angles_rad))
    out_mm = caster.meet(directions)
    met = np.isfinite(out_mm)
    return np.asarray(caster.centre_mm + out_mm[met, None] * directions[met])
