"""Lights: how much power each has at each wavelength.

What lives here: daylight of any colour temperature and glowing bodies by formula, lamps by table. What a surface looks
like under them is `scalp.colour.spectra`'s.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np

from scalp.base import BadInput, FloatArray, Value, value

LIGHT_WAVELENGTHS_NM: tuple[float, ...] = tuple(float(wavelength_nm) for wavelength_nm in range(400, 701, 5))
"""Where the power of lights is known: 400 to 700 nm, every 5 nm, (61,), close enough for the narrow bands of lamps."""
DAYLIGHT_RANGE_KELVIN = (4000.0, 25000.0)
GLOW_RANGE_KELVIN = (1000.0, 20000.0)
_DAYLIGHTS_KELVIN = {"D50": 5003.0, "D55": 5503.0, "D65": 6504.0, "D75": 7504.0}
_LAMPS = {"F2": 4, "F11": 5, "LED-B3": 6}
_STANDARD_A_KELVIN = 2855.54
_SECOND_RADIATION_NM_KELVIN = 1.438776877e7
LIGHT_NAMES = (*_DAYLIGHTS_KELVIN, "A", *_LAMPS)
"""Lights of the CIE that `light_named` knows: daylights, a light bulb, two fluorescent lamps and a white diode."""


@value
class Light(Value):
    """A light: its name, and its relative power (61,) at `LIGHT_WAVELENGTHS_NM`. Only ratios count."""

    name: str
    power_weights: FloatArray

    def check(self) -> None:
        """Refuse what is no spectrum of a light."""
        power = self.power_weights
        if power.shape != (len(LIGHT_WAVELENGTHS_NM),) or not np.isfinite(power).all() or power.min() < 0 or power.max() <= 0:
            allowed = f"{len(LIGHT_WAVELENGTHS_NM)} numbers from 0 up, every 5 nm from 400 to 700 nm"
            raise BadInput("power_weights", power.shape, allowed, "Sample the light's spectrum there.")


def light_named(name: str) -> Light:
    """Return a light of the CIE by its name: D50, D55, D65, D75, A, F2, F11 or LED-B3. [CIE2018]"""
    if name in _DAYLIGHTS_KELVIN:
        return Light(name=name, power_weights=daylight(_DAYLIGHTS_KELVIN[name]).power_weights)
    if name == "A":
        return Light(name=name, power_weights=glow(_STANDARD_A_KELVIN).power_weights)
    if name not in _LAMPS:
        raise BadInput("light", name, ", ".join(LIGHT_NAMES), "Name one of these, or give daylight(...) or glow(...).")
    return Light(name=name, power_weights=_table()[:, _LAMPS[name]].copy())


def daylight(temperature_kelvin: float) -> Light:
    """Return daylight of a correlated colour temperature, 4000 K (low sun) to 25000 K (blue sky). [CIE2018]

    The CIE's mean of measured daylights and its two ways of varying, weighted by the place on the daylight curve.
    """
    _check_temperature(temperature_kelvin, DAYLIGHT_RANGE_KELVIN, "Use glow(...) for lights redder than daylight.")
    x, y = daylight_chromaticity(temperature_kelvin)
    scale = 0.0241 + 0.2562 * x - 0.7341 * y
    first = (-1.3515 - 1.7703 * x + 5.9114 * y) / scale
    second = (0.0300 - 31.4424 * x + 30.0717 * y) / scale
    _, mean, warm, pink, *_ = _table().T
    return Light(name=f"daylight {temperature_kelvin:.0f} K", power_weights=mean + first * warm + second * pink)


def daylight_chromaticity(temperature_kelvin: float) -> tuple[float, float]:
    """Return the place (x, y) of daylight of a colour temperature in the 1931 diagram. [CIE2018]

    >>> [round(place, 4) for place in daylight_chromaticity(6504.0)]
    [0.3127, 0.3291]
    """
    _check_temperature(temperature_kelvin, DAYLIGHT_RANGE_KELVIN, "Daylight is in that range.")
    inverse = 1e3 / temperature_kelvin
    if temperature_kelvin <= 7000.0:
        x = 0.244063 + inverse * (0.09911 + inverse * (2.9678 - 4.6070 * inverse))
    else:
        x = 0.237040 + inverse * (0.24748 + inverse * (1.9018 - 2.0064 * inverse))
    return x, -3.0 * x * x + 2.870 * x - 0.275


def glow(temperature_kelvin: float) -> Light:
    """Return the light of a black body by Planck's law, 1000 to 20000 K: bulbs are about 2700 to 3200 K, a candle 1850 K. [CIE2018]"""
    _check_temperature(temperature_kelvin, GLOW_RANGE_KELVIN, "Use daylight(...) for the light of the sky.")
    nm = np.array(LIGHT_WAVELENGTHS_NM)
    power = (560.0 / nm) ** 5 / np.expm1(_SECOND_RADIATION_NM_KELVIN / (nm * temperature_kelvin))
    return Light(name=f"glow {temperature_kelvin:.0f} K", power_weights=100.0 * power / np.interp(560.0, nm, power))


def _check_temperature(temperature_kelvin: float, span: tuple[float, float], remedy: str) -> None:
    """Refuse a colour temperature outside the formula's range."""
    if not span[0] <= temperature_kelvin <= span[1]:
        raise BadInput("temperature_kelvin", temperature_kelvin, f"{span[0]:g} to {span[1]:g}", remedy)


@lru_cache(maxsize=1)
def _table() -> FloatArray:
    """Return wavelength, the three components of daylight and the power of the lamps, (61, 7)."""
    table: FloatArray = np.loadtxt(str(files("scalp.tables") / "skin-lights.csv"), delimiter=",", comments=("#", "w"))
    return table
