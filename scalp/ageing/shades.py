"""How much light a deposit takes away, and how much pigment a changed deposit must hold to take a given amount.

What lives here: the measure of tone by which healing and years are told, so that both say what is seen and light in
skin stays the only judge of how it is seen. When it changes is `scalp.ageing.healing`'s and `scalp.ageing.years`'.
"""

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray, Value, value
from scalp.domain.impressions import Impressions
from scalp.domain.skin import Skin
from scalp.skin.spread import point_spread, transmittance

USUAL_SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
"""Light skin; tone against settled tone hardly depends on it."""

_GREEN = 1
_DISTANCES_MM = np.geomspace(0.012, 6.0, 28)
_STEPS_COUNT = 5
_ABSORPTION_PER_MM_PER_MG_PER_ML = 5.8
_MOST_CHANGED = 3000.0
_CLOSE = 5e-4


@value
class Deposits(Value):
    """Columns of pigment (N,) without places: what light in skin needs of impressions."""

    diameter_mm: FloatArray
    top_mm: FloatArray
    bottom_mm: FloatArray
    mg_per_ml: FloatArray


def deposits_of(impressions: Impressions) -> Deposits:
    """Return the columns of impressions as numbers of full width."""
    return Deposits(
        diameter_mm=impressions.deposit_diameter_mm.astype(float),
        top_mm=impressions.top_depth_mm.astype(float),
        bottom_mm=impressions.bottom_depth_mm.astype(float),
        mg_per_ml=impressions.concentration_mg_per_ml.astype(float),
    )


def with_deposits(impressions: Impressions, deposits: Deposits, redness_fraction: FloatArray) -> Impressions:
    """Return the impressions where they lie, with other deposits and redness."""
    return Impressions(
        head_digest=impressions.head_digest,
        plan_digest=impressions.plan_digest,
        face_index=impressions.face_index,
        barycentric=impressions.barycentric,
        deposit_diameter_mm=deposits.diameter_mm.astype(np.float32),
        top_depth_mm=deposits.top_mm.astype(np.float32),
        bottom_depth_mm=deposits.bottom_mm.astype(np.float32),
        concentration_mg_per_ml=deposits.mg_per_ml.astype(np.float32),
        session_number=impressions.session_number,
        redness_fraction=redness_fraction.astype(np.float32),
    )


def light_taken_mm2(skin: Skin, deposits: Deposits) -> FloatArray:
    """Return the light each deposit takes away (N,), as mm2 of skin that would have to be black to take as much.

    The integral of the contrast over the skin around an isolated impression, green band. For impressions strewn at random
    the mean optical density of a field is exactly this times their number a mm2, overlaps included; for the more even
    fields of real work nearly so.
    """
    weights = point_spread(skin, deposits.diameter_mm, deposits.top_mm, deposits.bottom_mm, deposits.mg_per_ml)
    taken = 1.0 - transmittance(weights[:, _GREEN : _GREEN + 1], _DISTANCES_MM)[..., 0]
    core = np.pi * _DISTANCES_MM[0] ** 2 * taken[:, 0]
    return np.asarray(core + np.trapezoid(taken * 2.0 * np.pi * _DISTANCES_MM**2, np.log(_DISTANCES_MM), axis=1))


def pigment_for(skin: Skin, shapes: Deposits, wanted_mm2: npt.NDArray[np.floating]) -> FloatArray:
    """Return the concentration (N,) mg/ml at which deposits of these shapes take the light that is wanted.

    Secant steps on logarithms from the concentration the shapes come with; it changes by a factor of 3000 at
    most, for a saturated deposit cannot take more however much pigment it holds.
    """
    start = np.maximum(shapes.mg_per_ml, 1e-6)
    tried = np.log(start)
    wanted = np.log(np.maximum(wanted_mm2, 1e-12))
    for _ in range(_STEPS_COUNT):
        now = np.exp(tried)
        taken = light_taken_mm2(
            skin, Deposits(diameter_mm=shapes.diameter_mm, top_mm=shapes.top_mm, bottom_mm=shapes.bottom_mm, mg_per_ml=now)
        )
        # How fast a column saturates gives the slope; the light around it keeps it from falling to nothing.
        thickness = np.minimum(_ABSORPTION_PER_MM_PER_MG_PER_ML * now * shapes.diameter_mm, 50.0)
        slope = np.maximum(thickness / np.expm1(np.maximum(thickness, 1e-9)), 0.3)
        step = (wanted - np.log(np.maximum(taken, 1e-12))) / slope
        tried = np.clip(tried + np.clip(step, -2.5, 2.5), np.log(start) - np.log(_MOST_CHANGED), np.log(start) + np.log(_MOST_CHANGED))
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    return np.asarray(np.exp(tried))
