"""Claims about the skin found from a spectrum, on skins whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.domain.skin import BLOOD_RANGE, MELANIN_RANGE, SCATTERING_RANGE_PER_MM, Skin
from scalp.skin.fitting import UsualSkin, fit_spectrum
from scalp.skin.tissue import SURFACE_GLARE
from scalp.skin.tone import inner_spectrum_at

NM = np.arange(430.0, 701.0, 5.0)


def spectrum_of(skin):
    return inner_spectrum_at(skin, NM) + SURFACE_GLARE


@given(
    melanin=st.floats(0.008, 0.3),
    blood=st.floats(0.004, 0.02),
    oxygenation=st.floats(0.4, 0.9),
    scattering=st.floats(3.0, 7.0),
    vessel=st.floats(5.0, 15.0),
)
@settings(deadline=None, max_examples=15)
def test_a_spectrum_gives_its_own_skin_back(melanin, blood, oxygenation, scattering, vessel):
    skin = Skin(
        melanin_fraction=melanin,
        blood_fraction=blood,
        oxygenation_fraction=oxygenation,
        scattering_per_mm=scattering,
        vessel_radius_um=vessel,
    )
    fit = fit_spectrum(NM, spectrum_of(skin))
    assert fit.rmse_fraction < 0.003
    assert fit.skin.melanin_fraction == pytest.approx(melanin, rel=0.25)


def test_an_instrument_with_a_gloss_trap_finds_the_same_skin():
    measured = spectrum_of(Skin(melanin_fraction=0.03, blood_fraction=0.01))
    trapped = fit_spectrum(NM, measured - SURFACE_GLARE, glare_included=False)
    assert trapped.skin == fit_spectrum(NM, measured).skin


def test_the_order_of_wavelengths_does_not_matter():
    measured = spectrum_of(Skin(melanin_fraction=0.03, blood_fraction=0.01))
    mixed = np.random.default_rng(1).permutation(len(NM))
    assert fit_spectrum(NM[mixed], measured[mixed]).skin == fit_spectrum(NM, measured).skin


def test_its_own_doubt_covers_the_truth():
    """Noise of what the fit takes a miss to be: melanin and blood within 2 standard deviations in 95 % of 60 cases, at least 51 (p < 0.001)."""
    rng = np.random.default_rng(5)
    usual = UsualSkin()
    noise_fraction = usual.misfit_sd_fraction * np.sqrt(len(NM) / usual.independent_count)
    inside = {"melanin": 0, "blood": 0}
    for _ in range(60):
        melanin, blood = np.exp(rng.normal(np.log([0.03, 0.0075]), [0.5, 0.5]))
        skin = Skin(
            melanin_fraction=float(melanin),
            blood_fraction=float(blood),
            oxygenation_fraction=float(np.clip(rng.normal(0.65, 0.15), 0.05, 0.95)),
            scattering_per_mm=float(np.clip(4.6 * np.exp(rng.normal(0, 0.25)), 2.1, 8.9)),
            scattering_power=float(np.clip(rng.normal(1.421, 0.3), 0.6, 2.9)),
            vessel_radius_um=float(np.clip(rng.normal(10, 4), 1, 29)),
        )
        fit = fit_spectrum(NM, np.clip(spectrum_of(skin) + rng.normal(0, noise_fraction, len(NM)), 0, 1))
        inside["melanin"] += abs(np.log(fit.skin.melanin_fraction / melanin)) < 2 * fit.melanin_log_sd
        inside["blood"] += abs(np.log(fit.skin.blood_fraction / blood)) < 2 * fit.blood_log_sd
    assert min(inside.values()) >= 51


@given(level=st.floats(0.02, 1.0), tilt=st.floats(-0.9, 0.9), wave=st.floats(0, 0.2))
@settings(deadline=None, max_examples=15)
def test_no_spectrum_leads_outside_what_skin_can_be(level, tilt, wave):
    odd = np.clip(level * (1 + tilt * np.linspace(-1, 1, len(NM))) + wave * np.sin(NM / 15), 0, 1)
    skin = fit_spectrum(NM, odd).skin
    assert MELANIN_RANGE[0] <= skin.melanin_fraction <= MELANIN_RANGE[1]
    assert BLOOD_RANGE[0] <= skin.blood_fraction <= BLOOD_RANGE[1]
    assert SCATTERING_RANGE_PER_MM[0] <= skin.scattering_per_mm <= SCATTERING_RANGE_PER_MM[1]


def test_green_paint_is_doubted_and_skin_is_not():
    paint = 0.1 + 0.5 * np.exp(-(((NM - 530) / 40) ** 2))
    assert "colour of the skin" in [doubt.where for doubt in fit_spectrum(NM, paint).skin.doubts]
    assert not fit_spectrum(NM, spectrum_of(Skin(melanin_fraction=0.03, blood_fraction=0.01))).skin.doubts


def test_skin_darker_than_any_measured_carries_a_doubt():
    dark = spectrum_of(Skin(melanin_fraction=0.3, blood_fraction=0.01))
    assert [doubt.where for doubt in fit_spectrum(NM, dark).skin.doubts] == ["contrast of the treatment"]


@pytest.mark.parametrize(
    ("nm", "measured", "said"),
    [
        (NM, np.ones(3), "one number for each wavelength"),
        (NM[:5], np.full(5, 0.3), "12 between 430 and 700"),
        (NM[NM < 600], np.full((NM < 600).sum(), 0.3), "more than 60 nm apart"),
        (NM, np.full(len(NM), 30.0), "fractions of the light"),
        (NM, np.full(len(NM), np.nan), "fractions of the light"),
    ],
)
def test_what_is_no_spectrum_is_refused(nm, measured, said):
    with pytest.raises(BadInput, match=said):
        fit_spectrum(nm, measured)


@pytest.mark.parametrize(
    "wrong", [{"blood_fraction": 0.0}, {"scattering_per_mm": 1000.0}, {"blood_log_sd": float("nan")}, {"independent_count": 0}]
)
def test_usual_skin_that_is_none_is_refused(wrong):
    with pytest.raises(BadInput, match="usual"):
        UsualSkin(**wrong)


def test_words_are_no_spectrum():
    with pytest.raises(BadInput, match="numbers"):
        fit_spectrum(["a"], ["b"])
