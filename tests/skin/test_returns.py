"""Claims about the table of light that bare skin returns, against fresh solutions."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadTable
from scalp.skin import returns
from scalp.skin.doubling import solve_layers
from scalp.skin.photons import Layers
from scalp.skin.tissue import ANISOTROPY, INDEX, PAPILLARY_MM, SURFACE_GLARE


def solved(scattering, epidermal, papillary, reticular):
    mu_a = np.array([epidermal / returns.EPIDERMIS_MM, papillary, reticular])
    layers = Layers(
        mu_a_per_mm=mu_a,
        mu_s_per_mm=np.full(3, scattering / (1 - ANISOTROPY)),
        g=np.full(3, ANISOTROPY),
        n=np.full(3, INDEX),
        thickness_mm=np.array([returns.EPIDERMIS_MM, PAPILLARY_MM, np.inf]),
        n_below=INDEX,
    )
    return (solve_layers(layers, directions_count=24).reflected - SURFACE_GLARE) / (1 - SURFACE_GLARE)


def looked_up(*asked):
    return float(returns.returned_fractions(*(np.array([number]) for number in asked))[0])


@given(scattering=st.floats(2.0, 9.0), epidermal=st.floats(0.005, 2.0), papillary=st.floats(0.003, 0.6), reticular=st.floats(0.003, 0.6))
@settings(deadline=None, max_examples=60)
def test_the_table_gives_peoples_skin_to_three_parts_in_ten_thousand(scattering, epidermal, papillary, reticular):
    asked = (scattering, epidermal, papillary * scattering, reticular * scattering)
    assert looked_up(*asked) == pytest.approx(solved(*asked), abs=3e-4)


def test_beyond_the_table_its_edge_is_given():
    assert looked_up(40.0, 0.1, 0.2, 0.2) == pytest.approx(looked_up(18.0, 0.1, 0.2 * 18 / 40, 0.2 * 18 / 40))
    assert looked_up(4.0, 50.0, 0.2, 0.2) == pytest.approx(looked_up(4.0, 6.0, 0.2, 0.2), rel=1e-6)


@given(scattering=st.floats(1.0, 15.0), epidermal=st.floats(0.001, 4.0), dermal=st.floats(0.002, 20.0), axis=st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_more_absorption_anywhere_returns_less(scattering, epidermal, dermal, axis):
    asked = [scattering, epidermal, dermal, dermal]
    more = list(asked)
    more[axis] *= 1.1
    assert looked_up(*more) < looked_up(*asked) * (1 + 1e-4)


def test_the_shipped_table_is_what_its_script_builds():
    script = Path(__file__).parents[2] / "scripts" / "build_skin_reflectance.py"
    checked = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "digest as written" in checked.stdout


def test_a_damaged_table_is_refused(tmp_path, monkeypatch):
    text = returns.TABLE.read_text(encoding="utf-8")
    damaged = tmp_path / "table.csv"
    damaged.write_text(text.replace("0.90656", "0.90657", 1), encoding="utf-8")
    assert damaged.read_text(encoding="utf-8") != text
    monkeypatch.setattr(returns, "TABLE", damaged)
    returns.read_table.cache_clear()
    with pytest.raises(BadTable, match="build_skin_reflectance"):
        returns.read_table()
    returns.read_table.cache_clear()
