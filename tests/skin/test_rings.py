"""Claims about the walks behind the table: all deposits at once give what each gives alone."""

import numpy as np
import pytest

from scalp.skin import grids
from scalp.skin.columns import Columns, Tissue, trace_columns
from scalp.skin.rings import trace_rings
from scalp.skin.tissue import ANISOTROPY

NODE, COUNT = 2, 4000


@pytest.fixture(scope="module")
def walked():
    return trace_rings(grids.SCATTERING_NODES_PER_MM[NODE], first_photon=0, photons_count=COUNT, seed=5)


@pytest.mark.parametrize(
    ("deposit", "skin"), [((2, 2, 3, 2), (1, 2, 1)), ((3, 4, 0, 1), (3, 1, 0)), ((1, 5, 6, 3), (0, 0, 3)), ((4, 1, 4, 0), (4, 3, 2))]
)
def test_a_deposit_among_all_takes_what_it_takes_alone(walked, deposit, skin):
    """At every third ring, within four standard errors of the difference (20 comparisons) and 0.001."""
    width, ink, top, height = deposit
    epidermal, dermal, ratio = skin
    taken, whole = walked
    rings = np.arange(0, 20, 3)
    among = taken[width, rings, epidermal, dermal, ratio, ink, top, height] / whole[epidermal, dermal, ratio]
    away = grids.ring_distances_mm(grids.DIAMETER_NODES_MM[width])[rings]
    full = np.full(len(rings), 1.0)
    columns = Columns(
        places_mm=np.column_stack([away, 0 * away]),
        radius_mm=full * grids.DIAMETER_NODES_MM[width] / 2,
        top_mm=full * grids.TOP_NODES_MM[top],
        bottom_mm=full * (grids.TOP_NODES_MM[top] + grids.HEIGHT_NODES_MM[height]),
        mu_ink_per_mm=full * grids.INK_NODES_PER_MM[ink],
    )
    mu_dermis = grids.DERMAL_NODES_PER_MM[dermal]
    tissue = Tissue(
        mu_a_per_mm=np.array(
            [grids.EPIDERMAL_NODES[epidermal] / grids.TABLE_EPIDERMIS_MM, mu_dermis * grids.PAPILLARY_NODES[ratio], mu_dermis]
        ),
        mu_s_per_mm=grids.SCATTERING_NODES_PER_MM[NODE] / (1 - ANISOTROPY),
    )
    alone = trace_columns(columns, tissue, photons_count=2 * COUNT, seed=6)
    assert (np.abs(among - alone.contrast) < 4 * np.sqrt(3) * alone.contrast_error + 0.001).all()


def test_photons_can_be_walked_in_parts(walked):
    """Each photon has its own stream: two halves add up to the whole, to single precision."""
    scattering = grids.SCATTERING_NODES_PER_MM[NODE]
    parts = [trace_rings(scattering, first_photon=first, photons_count=COUNT // 2, seed=5) for first in (0, COUNT // 2)]
    assert np.allclose(parts[0][1] + parts[1][1], walked[1], rtol=1e-6)
    assert np.allclose(parts[0][0] + parts[1][0], walked[0], rtol=1e-4, atol=1e-4)


def test_more_absorption_and_a_shallower_top_take_more_of_the_very_same_photons(walked):
    taken, _ = walked
    assert (np.diff(taken, axis=5) >= -1e-3).all()
    deep, shallow = taken[:, 0, 0, 2, 1, 3, 3:, 1], taken[:, 0, 0, 2, 1, 3, :-3, 1]
    assert (deep <= shallow).all()
