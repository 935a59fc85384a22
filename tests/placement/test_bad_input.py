"""Claims about what cannot be placed, and what can although it looks odd: every refusal says what is allowed and what to do."""

import numpy as np
import pytest

from scalp.base import BadInput, BadMesh, NotPossible, WrongParent
from scalp.domain.head import Head, Mesh
from scalp.geometry.meshes import face_areas_mm2, neighbour_faces
from scalp.placement import PlacementSettings, place_impressions
from tests.placement.scenes import ball, count_meant, design_of, even_design, head_of, plan_of, treated


def test_more_than_fits_is_refused_with_what_fits() -> None:
    """A density beyond practice names the count that is reachable, and that count is then placed."""
    head = ball(30.0)
    design = design_of(head, np.full(len(head.surface.vertices_mm), 100.0))
    with pytest.raises(NotPossible) as refused:
        place_impressions(plan_of(design, 60_000), design, head, seed=1)
    reachable = int(refused.value.reachable.split()[0])
    assert 15_000 < reachable < 30_000
    assert len(place_impressions(plan_of(design, reachable), design, head, seed=1, settings=PlacementSettings(fast=True))) == reachable


def test_a_head_that_is_kept_free_everywhere_is_refused() -> None:
    """No room is said, not squeezed."""
    head = ball(30.0)
    design = design_of(head, np.full(len(head.surface.vertices_mm), 20.0))
    chosen = PlacementSettings(keep_away_distance_mm=10.0)
    with pytest.raises(NotPossible, match="leaves 0 % of the area"):
        place_impressions(plan_of(design, 1000), design, head, seed=1, keep_away_mm=head.surface.vertices_mm, settings=chosen)


def test_strangers_and_bad_points_are_refused() -> None:
    """Another head, and points that are not points."""
    head, design, plan, _ = treated()
    with pytest.raises(WrongParent):
        place_impressions(plan, design, ball(80.0), seed=1)
    with pytest.raises(BadInput):
        place_impressions(plan, design, head, seed=1, keep_away_mm=np.array([[0.0, np.nan, 0.0]]))
    with pytest.raises(BadInput, match="0 or more"):
        place_impressions(plan, design, head, seed=-1)


@pytest.mark.parametrize("count", [0, 200])
def test_an_empty_plan_and_an_empty_design_are_refused(count: int) -> None:
    """Nothing to place, or nowhere to place it: each says what is missing."""
    head = ball(30.0, 2)
    design = even_design(head, 20.0) if count == 0 else design_of(head, np.zeros(len(head.surface.vertices_mm)))
    with pytest.raises(NotPossible, match="Plan the treatment again" if count == 0 else "Draw an area"):
        place_impressions(plan_of(design, count), design, head, seed=1)


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_a_handful_of_impressions_is_placed(count: int) -> None:
    """Fewer impressions than sessions, or hardly more, still come out exactly."""
    head = ball(30.0, 3)
    design = even_design(head, 20.0)
    assert len(place_impressions(plan_of(design, count), design, head, seed=1)) == count


def holed(head: Head, kept: np.ndarray) -> Head:
    """The same head without some of its faces."""
    return head_of(Mesh(vertices_mm=head.surface.vertices_mm, faces=head.surface.faces[kept]))


@pytest.mark.parametrize("name", ["a tenth of the faces missing", "half a sphere"])
def test_a_surface_with_holes_is_treated_around_them(name: str) -> None:
    """Exact count; faces at a rim hold as many as others within 35 %; marks do not stand in a row on the rim itself."""
    whole = ball(40.0)
    middles_mm = whole.surface.vertices_mm[whole.surface.faces].mean(1)
    kept = middles_mm[:, 1] > 0 if name.startswith("half") else np.random.default_rng(0).random(len(middles_mm)) < 0.9
    head = holed(whole, kept)
    design = even_design(head, 80.0)
    count = count_meant(head, design)
    impressions = place_impressions(plan_of(design, count), design, head, seed=1)
    assert len(impressions) == count
    assert (impressions.barycentric.min(1) < 1e-6).mean() < 0.02
    held = np.bincount(impressions.face_index, minlength=len(head.surface.faces))
    neighbours = neighbour_faces(head.surface)
    rim = (neighbours < 0).any(1)
    areas_cm2 = face_areas_mm2(head.surface) / 100
    at_rim_per_cm2, inside_per_cm2 = held[rim].sum() / areas_cm2[rim].sum(), held[~rim].sum() / areas_cm2[~rim].sum()
    assert at_rim_per_cm2 == pytest.approx(inside_per_cm2, rel=0.35)


def test_a_surface_that_is_not_one_is_refused() -> None:
    """Faces turned both ways, faces that lie twice, NaN: the message says what is wrong and what to do."""
    whole = ball(40.0, 3)
    faces = whole.surface.faces
    turned = np.where((np.arange(len(faces)) % 2 == 0)[:, None], faces, faces[:, ::-1]).astype(np.int32)
    for wrong in (turned, np.vstack([faces, faces[:200]])):
        head = head_of(Mesh(vertices_mm=whole.surface.vertices_mm, faces=wrong))
        design = even_design(head, 20.0)
        with pytest.raises(BadMesh, match="outward"):
            place_impressions(plan_of(design, 500), design, head, seed=1)
    with pytest.raises(BadMesh, match="finite"):
        Mesh(vertices_mm=np.full((3, 3), np.nan), faces=np.array([[0, 1, 2]], np.int32))


@pytest.mark.parametrize("wrong", ["words", [[1.0, 2.0]], [["a", "b", "c"]]])
def test_what_is_no_array_of_points_is_refused(wrong: object) -> None:
    """Words, pairs and letters: the message says that rows of three numbers are wanted."""
    head = ball(30.0, 2)
    design = even_design(head, 20.0)
    with pytest.raises(BadInput, match="x, y, z"):
        place_impressions(plan_of(design, 100), design, head, seed=1, keep_away_mm=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"regularity_fraction": 1.5},
        {"pairs_fraction": -0.1},
        {"pairs_fraction": 0.7, "triples_fraction": 0.4},
        {"apart_mm": 0.6},
        {"largest_density_per_cm2": 5000.0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    """The message names what is allowed."""
    with pytest.raises(BadInput, match="allowed"):
        PlacementSettings(**wrong)


@pytest.mark.parametrize("seed", [-1, 1.5, "x", None])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    """The message says what a seed is."""
    head = ball(30.0, 2)
    design = even_design(head, 20.0)
    with pytest.raises(BadInput, match="whole number"):
        place_impressions(plan_of(design, 100), design, head, seed=seed)  # type: ignore[arg-type]


def test_a_design_of_another_size_and_a_surface_without_faces_are_refused() -> None:
    """A density that is not one for each vertex, no faces at all, and places beyond all lengths."""
    head = ball(30.0, 2)
    design = design_of(head, np.ones(7))
    with pytest.raises(WrongParent, match="each vertex"):
        place_impressions(plan_of(design, 100), design, head, seed=1)
    with pytest.raises(BadMesh, match="without a triangle"):
        head_of(Mesh(vertices_mm=head.surface.vertices_mm, faces=np.empty((0, 3), np.int32)))
    other = head_of(Mesh(vertices_mm=head.surface.vertices_mm * 1e200, faces=head.surface.faces))
    design = even_design(other, 20.0)
    with pytest.raises(BadMesh):
        place_impressions(plan_of(design, 100), design, other, seed=1)
    design = even_design(head, 20.0)
    with pytest.raises(BadInput, match="within"):
        place_impressions(plan_of(design, 100), design, head, seed=1, keep_away_mm=np.full((1, 3), 1e200))
    with pytest.raises(BadInput, match="natural"):
        PlacementSettings(apart_mm=0.0, pair_distance_mm=0.0, triples_fraction=0.2)
