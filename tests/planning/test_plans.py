"""Claims about plans: the arithmetic of sessions, days, counts, hours and prices."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible, WrongParent
from scalp.domain.design import Design, Hairline, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.pigment import Pigment
from scalp.domain.price import PriceList
from scalp.geometry.meshes import face_areas_mm2, icosphere
from scalp.planning import SHARES_FRACTION, PlanSettings, count_impressions, plan_treatment, split_count
from scalp.planning.purposes import purpose_of

START = date(2027, 3, 1)
PRICES = PriceList(
    currency="EUR",
    per_session_low=Decimal(300),
    per_session_high=Decimal(400),
    per_cm2_low=Decimal(1),
    per_cm2_high=Decimal("2.2"),
    minimum_per_session=Decimal(400),
    rounded_to=Decimal(10),
)


def ball(radius_mm: float = 80.0, scale_sd_fraction: float = 0.04) -> Head:
    """A head that is a sphere."""
    sphere = icosphere(5)
    mesh = Mesh(vertices_mm=sphere.vertices_mm * radius_mm, faces=sphere.faces)
    return Head(
        surface=mesh,
        landmarks_mm=np.zeros((len(LANDMARK_NAMES), 3)),
        cameras=(),
        photo_digests=(),
        scale_sd_fraction=scale_sd_fraction,
        surface_sd_mm=np.zeros(len(mesh.vertices_mm)),
    )


def design_of(head: Head, density_per_cm2: np.ndarray) -> Design:
    """A design with this density and no other care."""
    mesh = head.surface
    treated = (density_per_cm2 >= 0.1 * density_per_cm2.max())[mesh.faces].all(1)
    return Design(
        head_digest=head.digest,
        wishes=Wishes(),
        hairline=Hairline(style="natural", points_mm=np.zeros((2, 3)), height_mm=65.0),
        density_per_cm2=density_per_cm2,
        zone_index=np.zeros(len(density_per_cm2), np.uint8),
        area_cm2=float(face_areas_mm2(mesh)[treated].sum() / 100),
    )


def cap(head: Head, area_cm2: float, density_per_cm2: float) -> Design:
    """A cap on top of the sphere with this area and density."""
    radius_mm = float(np.linalg.norm(head.surface.vertices_mm[0]))
    lowest_mm = radius_mm - 100.0 * area_cm2 / (2 * np.pi * radius_mm)
    return design_of(head, np.where(head.surface.vertices_mm[:, 1] > lowest_mm, density_per_cm2, 0.0))


def test_norwood_6_takes_the_counts_and_hours_of_published_practice() -> None:
    """Clinics' figures (C-D, smp 1.5): 215 cm2 at 150 per cm2 are about 32,000 impressions and 6 to 10.5 hours in all."""
    head = ball()
    plan = plan_treatment(cap(head, 215.0, 150.0), head, start=START, prices=PRICES)
    assert 30_500 <= plan.impressions_count <= 34_000
    assert sum(session.hours.low for session in plan.sessions) >= 6.0
    assert sum(session.hours.high for session in plan.sessions) <= 11.0


def test_the_count_is_the_integral_of_the_density() -> None:
    """Closed form: density a + b y over a sphere of radius R integrates to 4 pi R^2 a."""
    head = ball(75.0)
    density = 60.0 + 0.5 * head.surface.vertices_mm[:, 1]
    exact = 4 * np.pi * 7.5**2 * 60.0
    assert count_impressions(design_of(head, density), head) == pytest.approx(exact, rel=2e-3)


def test_the_count_agrees_with_the_mean_of_each_face() -> None:
    """An independent witness: area times mean of the corners, face by face."""
    head = ball()
    density = np.random.default_rng(5).uniform(0, 150, len(head.surface.vertices_mm))
    witness = float((face_areas_mm2(head.surface) / 100 * density[head.surface.faces].mean(1)).sum())
    assert count_impressions(design_of(head, density), head) == round(witness)


def test_three_sessions_are_30_40_30_and_twelve_days_apart() -> None:
    """The measured practice of [Liu2025]."""
    head = ball()
    plan = plan_treatment(cap(head, 200.0, 130.0), head, start=START, prices=PRICES)
    assert [session.share_fraction for session in plan.sessions] == [0.30, 0.40, 0.30]
    assert [(session.day - START).days for session in plan.sessions] == [0, 12, 24]
    assert [session.impressions_count / plan.impressions_count for session in plan.sessions] == pytest.approx([0.3, 0.4, 0.3], abs=1e-4)


def test_the_last_session_can_wait_longer() -> None:
    """Practitioners let the last correction wait up to four weeks."""
    head = ball()
    settings = PlanSettings(sessions_count=4, gap_days=10, last_gap_days=28)
    plan = plan_treatment(cap(head, 200.0, 130.0), head, start=START, prices=PRICES, settings=settings)
    assert [(session.day - START).days for session in plan.sessions] == [0, 10, 20, 48]


def test_temporary_pigment_takes_two_passes_and_says_that_it_goes() -> None:
    """Trichopigmentation."""
    head = ball()
    plan = plan_treatment(cap(head, 200.0, 130.0), head, start=START, prices=PRICES, pigment=Pigment(temporary=True))
    assert len(plan.sessions) == 2
    assert any(doubt.kind == "ageing" for doubt in plan.doubts)


def test_prices_are_exact_and_follow_the_list() -> None:
    """Decimal amounts, not floats: 200 cm2 cost 300 + 200 to 400 + 440 in each session."""
    head = ball()
    design = design_of(head, np.full(len(head.surface.vertices_mm), 10.0))
    plan = plan_treatment(design, head, start=START, prices=PRICES)
    assert all(session.price == PRICES.session_price(design.area_cm2) for session in plan.sessions)
    assert all(type(session.price.low) is Decimal and session.price.low % 10 == 0 for session in plan.sessions)


@pytest.mark.parametrize("sd_fraction", [0.01, 0.05])
def test_an_estimated_scale_is_a_doubt_of_the_count(sd_fraction: float) -> None:
    """Areas go with the square of lengths: two standard deviations of 5 % are 21 %."""
    head = ball(scale_sd_fraction=sd_fraction)
    plan = plan_treatment(cap(head, 200.0, 130.0), head, start=START, prices=PRICES)
    sizes = [doubt.size for doubt in plan.doubts if doubt.kind == "scale"]
    assert sizes == [f"+-{100 * ((1 + 2 * sd_fraction) ** 2 - 1):.0f} %"]


@given(count=st.integers(10, 200_000), sessions_count=st.sampled_from([2, 3, 4]))
def test_parts_add_up_and_follow_the_shares(count: int, sessions_count: int) -> None:
    """Nothing is lost to rounding, and each running total is the nearest whole number."""
    shares = SHARES_FRACTION[sessions_count]
    counts = split_count(count, shares)
    assert sum(counts) == count
    assert np.abs(np.cumsum(counts) - np.cumsum(shares) * count).max() <= 0.5 + 1e-6


def test_shares_are_whole() -> None:
    """Each table of shares adds up to 100 % and never starts with the heaviest session."""
    for shares in SHARES_FRACTION.values():
        assert sum(shares) == pytest.approx(1.0, abs=1e-12)
        assert shares[0] < max(shares)


@pytest.mark.parametrize(
    "wrong", [{"sessions_count": 1}, {"sessions_count": 5}, {"gap_days": 5}, {"last_gap_days": 3}, {"slowest_per_s": 3.0}]
)
def test_unhealed_skin_and_impossible_paces_are_refused(wrong: dict[str, float]) -> None:
    """The message names what is allowed."""
    with pytest.raises(BadInput, match="allowed"):
        PlanSettings(**wrong)


def test_a_design_of_another_head_is_refused() -> None:
    """Strangers do not mix."""
    with pytest.raises(WrongParent):
        plan_treatment(cap(ball(80.0), 200.0, 130.0), ball(81.0), start=START, prices=PRICES)


def test_an_empty_design_is_refused() -> None:
    """Nothing to place is said, not planned."""
    head = ball()
    with pytest.raises(NotPossible):
        plan_treatment(design_of(head, np.zeros(len(head.surface.vertices_mm))), head, start=START, prices=PRICES)


def test_work_between_hairs_alone_promises_no_hairline() -> None:
    for number in (1, 2):
        assert "hairline" in purpose_of(number, 3, temporary=False)
        assert "hairline" not in purpose_of(number, 3, temporary=False, lined=False)
    assert "hairline" not in purpose_of(1, 2, temporary=True, lined=False)
