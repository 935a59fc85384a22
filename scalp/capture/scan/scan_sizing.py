"""How large a scanned head is: what the file, the person, a tape and adults' heads say of a scan's unit."""

import numpy as np

from scalp.base import BadInput, Doubt, FloatArray, Value, value
from scalp.capture.scan.scan_fit import ScanFit
from scalp.capture.shape.anthropometry import expect_circumference
from scalp.capture.shape.doubting import doubt_size
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.size.scale import MEASURES_MM, ScaleWish, Told, weigh
from scalp.capture.size.tapes import ABOVE_BROWS_MM, lay_over_crown, lay_over_ears, lay_tape, span_breadth
from scalp.domain.client import Client
from scalp.domain.head import Mesh
from scalp.domain.scan import MM_OF_UNIT, Scan
from scalp.geometry.girths import cut_points_mm, taut_mm
from scalp.geometry.meshes import icosphere

SCANNER_LOG_SD = 0.007
"""How well a scanner's own millimetres hold. (D)"""
SMALLEST_MM, LARGEST_MM = 470.0, 720.0
"""Circumferences that may be an adult's head, hair and all; units of mm, inches, cm and m lie further apart than these two."""
STRAIN_SD = 3.0
BESIDE_MM, EAR_MM, STRAY_MM, FEWEST_CUTS_COUNT = 50.0, 8.0, 30.0, 24
EAR_BEHIND_MM, EAR_REACH_MM = 15.0, 30.0
"""An ear lies so far to the side, behind the tragion and round there, and stands so far out; what strays further is no skin. (D)"""
_UNIT_WORDS = {"mm": "millimetres", "cm": "centimetres", "m": "metres", "in": "inches"}


@value
class Size(Value):
    """True mm over mm of the model at the mean head's size: `factor`, one SD as a fraction of it, and what is doubtful."""

    factor: float
    sd_fraction: float
    doubts: tuple[Doubt, ...]


def size_scan(scan: Scan, shown: Mesh, fit: ScanFit, prior: HeadPrior, zoom: float, wish: ScaleWish, client: Client | None) -> Size:
    """Return the size of a scanned head. `shown` is its surface as the fit saw it, `zoom` times larger than in its own units.

    A unit that makes an adult's head of it is taken: the person's, then the file's, then whichever of mm, cm, m and inches does.
    Where none does, the size is that of adults' heads, told so, and a tape makes it sure.
    """
    surface = Mesh(vertices_mm=fit.placed.undo(shown.vertices_mm), faces=shown.faces)
    round_mm = girth_mm(surface, fit, prior)
    per_mm = fit.placed.factor / zoom
    unit_mm, doubts = _unit(scan, round_mm * per_mm)
    told = _measured(fit, prior, wish, round_mm)
    if unit_mm is not None:
        told.append(_one("the scan's own unit", np.log(unit_mm * per_mm), SCANNER_LOG_SD))
    else:
        expected_mm, sd = expect_circumference(client)
        told.append(_one("what adults' heads measure", np.log(expected_mm / round_mm), sd))
    found = weigh(told, np.zeros((1, 1)))
    if unit_mm is None:
        doubts = [_of_size(found.sd_fraction, found.source)]
    if found.strain > STRAIN_SD:
        size = f"the measures are {found.strain:.0f} times further apart than they should be"
        advice = "Check the tape, and that it is in millimetres; or the unit of the scan."
        doubts.append(Doubt(kind="scale", where="size of the head", size=size, advice=advice))
    return Size(factor=found.factor, sd_fraction=found.sd_fraction, doubts=tuple(doubts))


def girth_mm(surface: Mesh, fit: ScanFit, prior: HeadPrior) -> float:
    """Return the circumference of a surface above the brows and round the farthest place behind, ears left out. [Gordon2014]

    The tape bridges hollows: the convex outline of the cut. What stands more than 8 mm out of the fitted cranium is an ear.
    """
    start = fit.places[prior.index("glabella")] + [0.0, ABOVE_BROWS_MM, 0.0]
    way = _occiput(fit, prior, start) - start
    along = np.array([0.0, way[1], way[2]]) / np.hypot(way[1], way[2])
    cut = cut_points_mm(surface, start, np.array([0.0, -along[2], along[1]]))
    arms = cut - fit.cranium.base.centre_mm
    far = np.linalg.norm(arms, axis=1)
    off_mm = far - fit.cranium.radii_mm(arms / far[:, None])
    tragus_mm = fit.places[prior.index("left_tragion")]
    beside = (np.abs(cut[:, 0]) > BESIDE_MM) & (np.abs(cut[:, 2] - tragus_mm[2] + EAR_BEHIND_MM) < EAR_REACH_MM)
    cut = cut[(np.abs(off_mm) < STRAY_MM) & ~(beside & (off_mm > EAR_MM))]
    if len(cut) < FEWEST_CUTS_COUNT:
        return float(lay_tape(fit.cranium, fit.places[prior.index("glabella")]).length_mm)
    return taut_mm(np.column_stack([cut[:, 0], (cut - start) @ along]))


def _occiput(fit: ScanFit, prior: HeadPrior, start_mm: FloatArray) -> FloatArray:
    """Return the place of the cranium's middle line behind that is farthest from another, (3,) mm."""
    points = fit.cranium.points_mm(icosphere(5).vertices_mm)
    low_mm = fit.places[prior.index("inion")][1]
    behind = points[(np.abs(points[:, 0]) < BESIDE_MM / 5) & (points[:, 2] < fit.cranium.base.centre_mm[2]) & (points[:, 1] > low_mm)]
    return np.asarray(behind[np.argmax(np.linalg.norm(behind - start_mm, axis=1))])


def _one(name: str, log_factor: float, sd_fraction: float) -> Told:
    return Told(name=name, log_factor=float(log_factor), sd_fraction=sd_fraction, slopes=np.zeros(1))


def _unit(scan: Scan, round_units: float) -> tuple[float | None, list[Doubt]]:
    """Return what a unit of the scan measures by its circumference in units, and what is doubtful about that."""
    if scan.unit_mm is not None and _plausible(round_units * scan.unit_mm):
        return scan.unit_mm, []
    if scan.unit_given and scan.unit_mm is not None:
        allowed = f"a unit that makes it {SMALLEST_MM:.0f} to {LARGEST_MM:.0f} mm round"
        remedy = "Leave the unit out to have it found, or give the circumference of the head."
        raise BadInput("unit", f"one of a head {round_units * scan.unit_mm:,.0f} mm round", allowed, remedy)
    fitting = [(name, mm) for name, mm in MM_OF_UNIT.items() if _plausible(round_units * mm)]
    if not fitting:
        return None, []
    name, mm = fitting[0]
    said = "does not say its unit" if scan.unit_mm is None else "says a unit in which it is no head"
    advice = f"The file {said}; {_UNIT_WORDS[name]} make it an adult's head. Say the unit if it is another."
    return mm, [
        Doubt(kind="scale", where="all lengths on the head", size=f"{round_units * mm:.0f} mm round in {_UNIT_WORDS[name]}", advice=advice)
    ]


def _plausible(round_mm: float) -> bool:
    return SMALLEST_MM <= round_mm <= LARGEST_MM


def _measured(fit: ScanFit, prior: HeadPrior, wish: ScaleWish, round_mm: float) -> list[Told]:
    """Return what a person measured, against the same lengths of the scanned head."""
    skull, places = fit.cranium, {name: fit.places[prior.index(name)] for name in ("glabella", "inion", "left_tragion", "right_tragion")}
    tragi: FloatArray = np.array([places["left_tragion"], places["right_tragion"]])
    own = {
        "circumference": round_mm,
        "over_ears": lay_over_ears(skull, tragi).length_mm,
        "over_crown": lay_over_crown(skull, places["glabella"], places["inion"]).length_mm,
        "breadth": span_breadth(skull, places["glabella"]).length_mm,
        "length": float(np.linalg.norm(_occiput(fit, prior, places["glabella"]) - places["glabella"])),
    }
    words = {"circumference": "the tape", "over_ears": "the tape over the ears", "over_crown": "the tape over the crown"}
    return [
        _one(words.get(name, f"the {name}"), np.log(given / own[name]), MEASURES_MM[name][2] / given)
        for name, given in wish.measured_mm.items()
    ]


def _of_size(sd_fraction: float, source: str) -> Doubt:
    """Tell that the scan has no unit of its own."""
    told = f"The scan has no unit in which it is a head; its size comes from {source}."
    return doubt_size(sd_fraction, told, untaped=100 * sd_fraction > 1.5)
