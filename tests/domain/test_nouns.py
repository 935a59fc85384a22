"""The other nouns: what they refuse, and the sums they answer."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadInput, BadMesh
from scalp.domain.design import HAIRLINE_STYLES, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Plan, PriceSpan, Session, Span
from scalp.domain.price import PriceList
from scalp.domain.sighting import POINT_NAMES, MarkedPoints
from scalp.domain.skin import Skin

TETRAHEDRON = Mesh(
    vertices_mm=np.array([[0.0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]]),
    faces=np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32),
)


def impressions(count, *, seed=3):
    chance = np.random.default_rng(seed)
    columns = ("deposit_diameter_mm", "top_depth_mm", "bottom_depth_mm", "concentration_mg_per_ml", "redness_fraction")
    return Impressions(
        head_digest="h",
        plan_digest="p",
        face_index=chance.integers(0, 4, count).astype(np.int32),
        barycentric=chance.dirichlet([1.0, 1.0, 1.0], count),
        session_number=chance.integers(1, 4, count).astype(np.uint8),
        **{name: np.full(count, 0.2, np.float32) for name in columns},
    )


def plan(shares=(0.3, 0.4, 0.3), gaps_days=(12, 12, 12)):
    days = [date(2026, 3, 2) + timedelta(days=sum(gaps_days[:place])) for place in range(len(shares))]
    hours, price = Span(low=2.0, expected=3.0, high=4.0), PriceSpan(low=Decimal(400), high=Decimal(600), currency="EUR")
    sessions = tuple(
        Session(number=place + 1, day=day, share_fraction=share, impressions_count=1000 * (place + 1), hours=hours, price=price)
        for place, (day, share) in enumerate(zip(days, shares, strict=True))
    )
    return Plan(design_digest="d", head_digest="h", sessions=sessions, pigment=Pigment(), needle=Needle())


@pytest.mark.parametrize(
    ("vertices_mm", "faces"),
    [
        (np.zeros((3, 2)), np.zeros((1, 3), np.int32)),
        (np.full((3, 3), np.nan), np.zeros((1, 3), np.int32)),
        (np.zeros((3, 3)), np.zeros((1, 4), np.int32)),
        (np.zeros((3, 3)), np.zeros((1, 3), np.int64)),
        (np.zeros((3, 3)), np.array([[0, 1, 3]], np.int32)),
        (np.zeros((3, 3)), np.array([[0, 1, -1]], np.int32)),
    ],
    ids=["flat", "not numbers", "quads", "long indices", "an index too high", "an index below zero"],
)
def test_what_is_no_triangle_surface_is_refused(vertices_mm, faces):
    with pytest.raises(BadMesh):
        Mesh(vertices_mm=vertices_mm, faces=faces)


def head(**changes):
    parts = {
        "surface": TETRAHEDRON,
        "landmarks_mm": np.arange(24.0).reshape(8, 3),
        "cameras": (),
        "photo_digests": (),
        "scale_sd_fraction": 0.02,
        "surface_sd_mm": np.zeros(4),
    }
    return Head(**{**parts, **changes})


def test_a_head_answers_for_each_landmark_by_name():
    assert [tuple(head().landmark(name)) for name in LANDMARK_NAMES] == [tuple(row) for row in head().landmarks_mm]


def test_a_head_without_a_triangle_is_refused():
    whole = head()
    with pytest.raises(BadMesh, match="without a triangle"):
        dataclasses.replace(whole, surface=dataclasses.replace(whole.surface, faces=whole.surface.faces[:0]))


@pytest.mark.parametrize("wrong", [{"landmarks_mm": np.zeros((7, 3))}, {"photo_digests": ("a",)}, {"surface_sd_mm": np.zeros(3)}])
def test_a_head_whose_parts_do_not_fit_is_refused(wrong):
    with pytest.raises(BadInput, match=next(iter(wrong)).replace("photo_digests", "cameras")):
        head(**wrong)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"style": "zigzag"}, "style"),
        ({"height_mm": 12.0}, "height-mm"),
        ({"height_mm": 6.5}, "height-mm"),
        ({"norwood": "9"}, "norwood"),
        ({"age_years": 16}, "age"),
        ({"peak_density_per_cm2": 400.0}, "density"),
    ],
)
def test_wishes_nobody_should_tattoo_are_refused_by_the_name_of_the_option(wrong, field):
    with pytest.raises(BadInput) as refused:
        Wishes(**wrong)
    assert refused.value.field == field


def test_an_unknown_style_is_answered_with_all_that_are_known():
    with pytest.raises(BadInput) as refused:
        Wishes(style="zigzag")
    assert all(style in str(refused.value) for style in HAIRLINE_STYLES)


def test_a_plan_counts_the_impressions_of_its_sessions():
    assert plan().impressions_count == 6000


@pytest.mark.parametrize(
    ("shares", "gaps_days", "field"),
    [
        ((1.0,), (12,), "sessions"),
        ((0.2,) * 5, (12,) * 5, "sessions"),
        ((0.3, 0.3, 0.3), (12, 12, 12), "shares"),
        ((0.5, 0.5), (6, 6), "session dates"),
        ((0.5, 0.5), (-12, 0), "session dates"),
    ],
    ids=["one", "five", "90 %", "six days apart", "backwards"],
)
def test_a_plan_nobody_should_follow_is_refused(shares, gaps_days, field):
    with pytest.raises(BadInput) as refused:
        plan(shares, gaps_days)
    assert refused.value.field == field


@given(numbers=st.tuples(*[st.floats(-1e3, 1e3)] * 3))
def test_a_span_is_in_order_or_refused(numbers):
    low, expected, high = numbers
    if low <= expected <= high:
        assert Span(low=low, expected=expected, high=high).expected == expected
    else:
        with pytest.raises(BadInput):
            Span(low=low, expected=expected, high=high)


def prices(**changes):
    amounts = {"per_session_low": 300, "per_session_high": 400, "per_cm2_low": 1, "per_cm2_high": 2, "minimum_per_session": 350}
    return PriceList(currency="EUR", **{**{name: Decimal(amount) for name, amount in amounts.items()}, **changes})


@given(area_cm2=st.floats(0.0, 600.0), more_cm2=st.floats(0.0, 300.0))
def test_a_larger_area_never_costs_less_and_no_session_less_than_the_minimum(area_cm2, more_cm2):
    small, large = prices().session_price(area_cm2), prices().session_price(area_cm2 + more_cm2)
    assert Decimal(350) <= small.low <= small.high
    assert small.low <= large.low
    assert small.high <= large.high


def test_a_price_is_exact_and_rounded_as_the_list_says():
    span = prices(rounded_to=Decimal(25), maximum_per_session=Decimal(700)).session_price(140.0)
    assert (span.low, span.high) == (Decimal(450), Decimal(675))
    assert prices(maximum_per_session=Decimal(700)).session_price(500.0).high == Decimal(700)


@pytest.mark.parametrize(
    "wrong", [{"per_cm2_low": Decimal(3)}, {"per_cm2_low": Decimal(-1)}, {"rounded_to": Decimal(0)}, {"per_cm2_high": Decimal("NaN")}]
)
def test_a_price_list_out_of_order_is_refused(wrong):
    with pytest.raises(BadInput):
        prices(**wrong)


def test_the_deposit_is_the_stock_thinned_and_partly_retained():
    pigment = Pigment(stock_mg_per_ml=210.0, dilution_ratio=20.0, retained_fraction=0.5)
    assert pigment.deposit_mg_per_ml == pytest.approx(5.0)


@pytest.mark.parametrize("wrong", [{"stock_mg_per_ml": 0.0}, {"dilution_ratio": 61.0}, {"retained_fraction": 0.0}])
def test_mixtures_nobody_uses_are_refused(wrong):
    with pytest.raises(BadInput):
        Pigment(**wrong)


@pytest.mark.parametrize("wrong", [{"deposit_diameter_mm": 2.0}, {"top_depth_mm": 0.7}, {"bottom_depth_mm": 3.0}])
def test_needles_that_make_no_impression_are_refused(wrong):
    with pytest.raises(BadInput):
        Needle(**wrong)


@given(count=st.integers(0, 60), number=st.integers(1, 3))
def test_the_impressions_through_a_session_are_those_placed_by_then_in_order(count, number):
    placed = impressions(count)
    kept = placed.through_session(number)
    assert len(kept) == int((placed.session_number <= number).sum())
    assert (kept.face_index == placed.face_index[placed.session_number <= number]).all()
    assert kept.through_session(number) == kept


@given(count=st.integers(1, 60))
def test_impressions_lie_on_their_face(count):
    placed = impressions(count)
    points_mm = placed.points_mm(TETRAHEDRON.vertices_mm, TETRAHEDRON.faces)
    corners_mm = TETRAHEDRON.vertices_mm[TETRAHEDRON.faces[placed.face_index]]
    normals = np.cross(corners_mm[:, 1] - corners_mm[:, 0], corners_mm[:, 2] - corners_mm[:, 0])
    assert np.allclose(np.einsum("nk,nk->n", normals, points_mm - corners_mm[:, 0]), 0.0, atol=1e-9)
    assert (points_mm >= corners_mm.min(1) - 1e-9).all()
    assert (points_mm <= corners_mm.max(1) + 1e-9).all()


def test_columns_of_different_lengths_are_refused():
    placed = impressions(5)
    columns = {name: getattr(placed, name) for name in placed.__dataclass_fields__}
    with pytest.raises(BadInput):
        Impressions(**{**columns, "redness_fraction": np.zeros(4, np.float32)})
    with pytest.raises(BadInput):
        Impressions(**{**columns, "barycentric": np.zeros((5, 2))})


@pytest.mark.parametrize("names", [("glabella", "third_eye"), ("glabella", "glabella")], ids=["unknown", "twice"])
def test_points_of_unknown_or_repeated_names_are_refused_with_the_known_ones(names):
    with pytest.raises(BadInput) as refused:
        MarkedPoints(names=names, points_px=np.zeros((2, 2)))
    assert all(name in refused.value.allowed for name in POINT_NAMES)


@pytest.mark.parametrize("points_px", [np.zeros((1, 2)), np.full((2, 2), np.inf)])
def test_points_without_a_place_are_refused(points_px):
    with pytest.raises(BadInput, match="points_px"):
        MarkedPoints(names=("glabella", "menton"), points_px=points_px)


@pytest.mark.parametrize(
    "wrong", [{"melanin_fraction": 0.9}, {"blood_fraction": 0.0}, {"oxygenation_fraction": 1.1}, {"epidermis_mm": 0.5}]
)
def test_skin_nobody_has_is_refused_by_field(wrong):
    with pytest.raises(BadInput) as refused:
        Skin(**{"melanin_fraction": 0.05, "blood_fraction": 0.02, **wrong})
    assert refused.value.field == next(iter(wrong))
