"""Heads from one photo: known heads are found again, doubts are told, bad evidence is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible
from scalp.capture.shape.cranium import Cranium, Ellipsoid
from scalp.capture.shape.doubting import name_unseen, name_view
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.shape.marks import exchange_sides
from scalp.capture.shape.prior import read_head_prior
from scalp.capture.size.scale import ScaleWish
from scalp.capture.size.tapes import lay_tape
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import POINT_NAMES, FaceSighting, MarkedPoints, Outline
from scalp.geometry.meshes import icosphere
from scalp.geometry.raster import rasterise

WIDE_PX, HIGH_PX, FOCAL_PX = 1200, 1600, 2400.0
PRIOR = read_head_prior()
FACE_POINTS = ("glabella", "left_outer_canthus", "right_outer_canthus", "nose_tip", "menton", "left_tragion", "right_tragion", "vertex")


def photo(focal_px: float | None = FOCAL_PX) -> Photo:
    return Photo(pixels=np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8), encoding=srgb_encoding(), focal_px=focal_px)


def camera(yaw_degrees: float, pitch_degrees: float = 0.0, distance_mm: float = 700.0) -> Camera:
    """Return a camera that looks at the middle of the prior's head from the client's left by `yaw`, from above by `pitch`."""
    yaw, pitch = np.deg2rad([-yaw_degrees, pitch_degrees])
    around = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    over = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag([1.0, -1.0, -1.0]) @ over @ around
    matrix[:3, 3] = [0, 0, distance_mm] - matrix[:3, :3] @ PRIOR.base.centre_mm
    return Camera(focal_px=FOCAL_PX, centre_px=(WIDE_PX / 2, HIGH_PX / 2), width_px=WIDE_PX, height_px=HIGH_PX, camera_from_head=matrix)


class Known:
    """A head drawn from the prior, with everything a photo of it would show."""

    def __init__(self, seed: int, where: Camera, spread: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        scores = spread * rng.standard_normal(PRIOR.modes_count)
        rest = 0.5 * spread * rng.standard_normal(len(PRIOR.harmonics_rest_mm))
        self.camera = where
        self.places = PRIOR.points_mean_mm + PRIOR.points_modes_mm @ scores
        coefficients = PRIOR.harmonics_mean_mm + PRIOR.harmonics_modes_mm @ scores + PRIOR.harmonics_rest_mm * rest
        self.skull = Cranium(base=PRIOR.base, coefficients_mm=coefficients)

    def face(self, noise_px: float = 1.0, iris_px: float = np.nan) -> FaceSighting:
        seen = np.zeros((468, 2))
        pixels = self.camera.project(self.places) + np.random.default_rng(1).normal(0, noise_px, (len(self.places), 2))
        for name, pixel in zip(PRIOR.names, pixels, strict=True):
            if name.startswith("mesh_"):
                seen[int(name.removeprefix("mesh_"))] = pixel
        irises = np.column_stack([self.camera.project(self.places[[PRIOR.index("mesh_33"), PRIOR.index("mesh_263")]]), [iris_px, iris_px]])
        return FaceSighting(box_px=(0.0, 0.0, 1.0, 1.0), score_fraction=1.0, mesh_px=seen, iris_px=irises)

    def outline(self, noise_px: float = 0.5) -> Outline:
        points = self.skull.points_mm(self.skull.contour(self.camera.eye_mm, 5).directions)
        upper = points[points[:, 1] > self.places[PRIOR.index("left_ear_top"), 1] + 5]
        pixels = self.camera.project(upper)
        return Outline(points_px=pixels + np.random.default_rng(2).normal(0, noise_px, pixels.shape), sd_px=max(noise_px, 0.3))

    def marked(self, names: tuple[str, ...], noise_px: float = 1.0) -> MarkedPoints:
        pixels = self.camera.project(self.places[[PRIOR.index(name) for name in names]])
        return MarkedPoints(names=names, points_px=pixels + np.random.default_rng(3).normal(0, noise_px, pixels.shape))

    def gap_mm(self, head: Head) -> np.ndarray:
        """Return how far the upper surface is from the truth, along the radius, after one global scale about the camera."""
        centre = self.camera.in_camera(PRIOR.base.centre_mm[None])[0]
        found = head.cameras[0].in_camera(head.surface.vertices_mm) * self.scale(head)
        rays = (found - centre) @ self.camera.camera_from_head[:3, :3]
        lengths = np.linalg.norm(rays, axis=1)
        upper = rays[:, 1] > 20
        return np.abs(lengths - self.skull.radii_mm(rays / lengths[:, None]))[upper]

    def scale(self, head: Head) -> float:
        """Return true over found distance of the middle of the upper surface."""
        true = self.skull.points_mm(icosphere(4).vertices_mm[icosphere(4).vertices_mm[:, 1] > 0.2])
        found = head.surface.vertices_mm[icosphere(6).vertices_mm[:, 1] > 0.2]
        return float(np.linalg.norm(self.camera.in_camera(true).mean(0)) / np.linalg.norm(head.cameras[0].in_camera(found).mean(0)))


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (35, 0), (-35, 10), (0, 35)])
def test_a_head_of_the_prior_is_found_again_from_face_and_outline(yaw, pitch):
    gaps = []
    for seed in range(3):
        known = Known(seed, camera(yaw, pitch))
        gaps.append(np.median(known.gap_mm(reconstruct_head(photo(), face=known.face(), outline=known.outline()))))
    assert np.median(gaps) < 2.5
    assert max(gaps) < 5.0


def test_the_outline_of_the_head_lies_on_the_outline_seen():
    known = Known(4, camera(10))
    outline = known.outline(noise_px=0.3)
    head = reconstruct_head(photo(), face=known.face(), outline=outline)
    inside = rasterise(head.cameras[0], head.surface).face_index >= 0
    middle = outline.points_px.mean(0)
    outward = (outline.points_px - middle) / np.linalg.norm(outline.points_px - middle, axis=1, keepdims=True)
    for reach_px, expected in ((-3.0, True), (3.0, False)):
        columns, rows = (outline.points_px + reach_px * outward).astype(int).T
        assert (inside[rows, columns] == expected).mean() > 0.97


def test_a_face_alone_gives_a_head_with_a_doubt_about_its_shape():
    known = Known(5, camera(0))
    head = reconstruct_head(photo(), face=known.face())
    with_outline = reconstruct_head(photo(), face=known.face(), outline=known.outline())
    assert "outline" in {doubt.kind for doubt in head.doubts}
    assert np.median(known.gap_mm(head)) < 6.0
    assert np.median(head.surface_sd_mm) > np.median(with_outline.surface_sd_mm)


@pytest.mark.parametrize(
    ("yaw", "pitch", "names"),
    [
        (0, 0, FACE_POINTS),
        (90, 0, ("glabella", "nose_tip", "menton", "left_tragion", "left_ear_top", "vertex", "inion")),
        (-90, 0, ("glabella", "nose_tip", "menton", "right_tragion", "right_ear_top", "vertex", "inion")),
        (180, 0, ("left_ear_top", "right_ear_top", "left_tragion", "right_tragion", "vertex", "inion")),
        (0, 80, ("vertex", "left_ear_top", "right_ear_top", "nose_tip", "glabella")),
    ],
)
def test_points_by_hand_and_outline_give_the_turn_of_a_head_from_any_side(yaw, pitch, names):
    known = Known(6, camera(yaw, pitch), spread=0.7)
    head = reconstruct_head(photo(), points=known.marked(names), outline=known.outline())
    turn = head.cameras[0].camera_from_head[:3, :3] @ known.camera.camera_from_head[:3, :3].T
    assert np.rad2deg(np.arccos(min(1.0, (np.trace(turn) - 1) / 2))) < 10.0
    assert np.median(known.gap_mm(head)) < 6.0


def test_true_errors_of_seen_and_unseen_skull_are_of_the_stated_size():
    shares = []
    for seed in range(20, 28):
        known = Known(seed, camera(15))
        head = reconstruct_head(photo(), face=known.face(), outline=known.outline())
        seen = head.cameras[0].in_camera(head.surface.vertices_mm) * known.scale(head) - known.camera.in_camera(PRIOR.base.centre_mm[None])
        upper = (seen @ known.camera.camera_from_head[:3, :3])[:, 1] > 20
        shares.append((known.gap_mm(head) < 1.645 * head.surface_sd_mm[upper]).mean())
    assert 0.75 < np.mean(shares) < 0.995


def test_the_same_evidence_gives_the_same_bytes():
    known = Known(7, camera(0))
    first, second = (reconstruct_head(photo(), face=known.face(), outline=known.outline()) for _ in range(2))
    assert first.digest == second.digest


def test_a_tape_sets_the_size_and_its_doubt():
    known = Known(8, camera(0))
    heads = [
        reconstruct_head(photo(), face=known.face(), outline=known.outline(), scale=ScaleWish(circumference_mm=tape))
        for tape in (None, 540.0, 594.0)
    ]
    size = [np.ptp(head.surface.vertices_mm, axis=0)[0] for head in heads]
    assert heads[1].scale_sd_fraction < heads[0].scale_sd_fraction
    assert 1.05 < size[2] / size[1] < 1.11
    assert np.allclose(
        heads[1].cameras[0].project(heads[1].surface.vertices_mm), heads[2].cameras[0].project(heads[2].surface.vertices_mm), atol=1e-6
    )


def test_a_card_on_the_forehead_gives_the_true_distance():
    known, true_factor = Known(9, camera(0), spread=0.3), 1.08
    forehead = known.places[PRIOR.index("mesh_151")]
    corners = forehead + np.array([[-42.8, -26.99, 0], [42.8, -26.99, 0], [42.8, 26.99, 0], [-42.8, 26.99, 0]]) / true_factor
    head = reconstruct_head(photo(), face=known.face(), outline=known.outline(), scale=ScaleWish(card_px=known.camera.project(corners)))
    without = reconstruct_head(photo(), face=known.face(), outline=known.outline())
    assert head.scale_sd_fraction < 0.02
    assert np.linalg.norm(head.cameras[0].camera_from_head[:3, 3]) == pytest.approx(700 * true_factor, rel=0.04)
    assert head.scale_sd_fraction < without.scale_sd_fraction


def test_irises_pull_the_size_the_right_way():
    known = Known(10, camera(0))
    wide, narrow = (reconstruct_head(photo(), face=known.face(iris_px=px), outline=known.outline()) for px in (44.0, 36.0))
    assert np.ptp(wide.surface.vertices_mm[:, 0]) < np.ptp(narrow.surface.vertices_mm[:, 0])


def test_an_outline_with_a_wild_stretch_is_held_by_the_rest():
    known = Known(11, camera(0))
    outline = known.outline()
    wild = outline.points_px.copy()
    wild[: len(wild) // 6] += [40.0, -40.0]
    head = reconstruct_head(photo(), face=known.face(), outline=Outline(points_px=wild, sd_px=0.5))
    assert np.median(known.gap_mm(head)) < 4.0


@pytest.mark.parametrize("hair_mm", [3.0, 40.0])
def test_the_skull_stays_inside_an_outline_of_hair_and_says_so(hair_mm):
    known = Known(16, camera(0), spread=0.5)
    bare = known.outline().points_px
    outward = bare - bare.mean(0)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    hair = bare + outward * hair_mm * FOCAL_PX / 700
    outline = Outline(points_px=np.zeros((0, 2)), sd_px=1.0, hair_fraction=1.0, hair_points_px=hair)
    head = reconstruct_head(photo(), face=known.face(), outline=outline)
    assert "hair" in {doubt.kind for doubt in head.doubts}
    assert np.median(known.gap_mm(head)) < 7.0


def test_the_landmarks_lie_where_a_head_has_them():
    known = Known(12, camera(0), spread=0.5)
    head = reconstruct_head(photo(), face=known.face(), outline=known.outline())
    assert len(head.landmarks_mm) == len(LANDMARK_NAMES)
    assert np.allclose((head.landmark("left_tragion") + head.landmark("right_tragion")) / 2, 0, atol=1e-6)
    assert head.landmark("left_tragion")[0] > 60 > -60 > head.landmark("right_tragion")[0]
    assert head.landmark("vertex")[1] == pytest.approx(131, abs=18)
    assert head.landmark("inion")[2] < -70
    assert head.landmark("sellion")[1] < head.landmark("glabella")[1]
    pixel = head.cameras[0].project(head.landmark("sellion")[None])[0]
    assert np.linalg.norm(pixel - known.camera.project(known.places[[PRIOR.index("sellion")]])[0]) < 12


def test_a_photo_without_exif_doubts_the_lens_and_one_with_it_does_not():
    known = Known(13, camera(0))
    kinds = [
        {doubt.kind for doubt in reconstruct_head(photo(focal), face=known.face(), outline=known.outline()).doubts}
        for focal in (None, FOCAL_PX)
    ]
    assert "focal" in kinds[0]
    assert "focal" not in kinds[1]


def test_too_little_says_which_points_to_add():
    with pytest.raises(NotPossible, match="glabella"):
        reconstruct_head(photo())
    known = Known(14, camera(0))
    with pytest.raises(NotPossible, match="4 points"):
        reconstruct_head(photo(), points=known.marked(FACE_POINTS[:4]))


def test_points_on_one_line_are_refused():
    line = np.column_stack([np.full(6, 600.0), np.linspace(300, 900, 6)])
    with pytest.raises(BadInput, match="one line"):
        reconstruct_head(photo(), points=MarkedPoints(names=FACE_POINTS[:6], points_px=line))


def test_points_of_no_head_are_refused():
    places = np.random.default_rng(0).uniform(200, 1000, (len(POINT_NAMES), 2))
    with pytest.raises(BadInput, match="of a head"):
        reconstruct_head(photo(), points=MarkedPoints(names=tuple(POINT_NAMES), points_px=places))


BACK_POINTS = ("left_ear_top", "right_ear_top", "left_tragion", "vertex", "inion")
TOP_POINTS = ("vertex", "left_ear_top", "right_ear_top", "nose_tip", "glabella")
PROFILE_POINTS = ("glabella", "nose_tip", "menton", "left_tragion", "left_ear_top", "vertex", "inion")


@pytest.mark.parametrize(
    ("yaw", "pitch", "names", "hidden"),
    [
        (180, 0, BACK_POINTS, "inion"),
        (0, 80, TOP_POINTS, "vertex"),
        (90, 0, PROFILE_POINTS, "right_ear_top"),
        (0, 0, FACE_POINTS, "nose_tip"),
    ],
)
def test_left_and_right_swapped_are_refused_and_named_as_swapped(yaw, pitch, names, hidden):
    known = Known(6, camera(yaw, pitch), spread=0.7)
    swapped = exchange_sides(known.marked(names))
    with pytest.raises(BadInput, match="far side of the head") as refused:
        reconstruct_head(photo(), points=swapped, outline=known.outline())
    assert hidden in str(refused.value.value)
    assert "look swapped" in refused.value.remedy


def test_one_point_far_from_the_face_is_refused_by_name():
    known = Known(17, camera(0))
    marked = known.marked(("glabella",))
    px_per_mm = FOCAL_PX / 700
    with pytest.raises(BadInput, match=r"glabella (8|9)\d mm from where") as refused:
        reconstruct_head(photo(), face=known.face(), points=replace(marked, points_px=marked.points_px - [0, 90 * px_per_mm]))
    assert "look swapped" not in refused.value.remedy


def test_a_point_two_centimetres_off_is_only_doubted():
    known = Known(17, camera(0))
    marked = known.marked(("glabella",))
    off = replace(marked, points_px=marked.points_px - [0, 22 * FOCAL_PX / 700])
    head = reconstruct_head(photo(), face=known.face(), points=off)
    assert "the point glabella" in {doubt.where for doubt in head.doubts}


def test_a_point_that_the_camera_cannot_see_is_refused():
    known = Known(18, camera(0))
    with pytest.raises(BadInput, match="inion on the far side"):
        reconstruct_head(photo(), face=known.face(), points=known.marked(("inion", "vertex")))


@pytest.mark.parametrize(
    ("yaw", "pitch", "view", "unseen"),
    [
        (0, 0, "0 degrees from", "crown and back"),
        (180, 10, "from behind", "front of the head"),
        (90, 0, "90 degrees from the left", "right side"),
        (-90, 0, "90 degrees from the right", "left side"),
        (0, 88, "from straight above", "forehead, sides and back"),
        (180, 88, "from straight above", "forehead, sides and back"),
    ],
)
def test_what_is_seen_and_unseen_is_named_by_the_view(yaw, pitch, view, unseen):
    seen = camera(yaw, pitch)
    about_tragi = replace(seen, camera_from_head=seen.camera_from_head @ _lifted(PRIOR.base.centre_mm))
    assert view in name_view(about_tragi)
    assert unseen in name_unseen(about_tragi)


def _lifted(centre_mm: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = centre_mm
    return matrix


def test_an_outline_of_the_back_alone_says_that_the_sides_were_not_seen():
    known = Known(6, camera(0, 80), spread=0.7)
    whole = known.outline()
    arc = whole.points_px[whole.points_px[:, 1] < np.quantile(whole.points_px[:, 1], 0.15)]
    wheres = [
        {doubt.where for doubt in reconstruct_head(photo(), points=known.marked(TOP_POINTS), outline=outline).doubts}
        for outline in (whole, replace(whole, points_px=arc))
    ]
    assert "sides of the head" not in wheres[0]
    assert "sides of the head" in wheres[1]


def test_no_doubt_asks_for_a_photo_that_cannot_be_given():
    known = Known(6, camera(180), spread=0.7)
    head = reconstruct_head(photo(), points=known.marked(BACK_POINTS), outline=known.outline())
    unseen = next(doubt for doubt in head.doubts if doubt.kind == "unseen")
    assert unseen.where == "front of the head"
    assert "tape" in unseen.advice
    assert all("a photo of that side" not in doubt.advice and "front photo" not in doubt.advice for doubt in head.doubts)


@pytest.mark.parametrize("tape", [57.0, 449.9, 680.1, 5700.0])
def test_a_tape_no_head_has_is_refused(tape):
    with pytest.raises(BadInput, match="millimetres"):
        ScaleWish(circumference_mm=tape)


@pytest.mark.parametrize(
    "corners",
    [
        np.zeros((4, 2)),
        np.array([[0, 0], [400, 0], [400, 20], [0, 20.0]]),
        np.array([[0, 0], [100, 0], [30, 20], [0, 60.0]]),
        np.zeros((3, 2)),
    ],
)
def test_corners_of_no_card_are_refused(corners):
    with pytest.raises(BadInput, match="card"):
        ScaleWish(card_px=corners)


@given(st.floats(70, 90), st.floats(75, 105), st.floats(85, 110))
@settings(max_examples=15, deadline=None)
def test_the_tape_around_an_ellipsoid_measures_its_ellipse(across, up, along):
    from scipy.special import ellipe

    shape = Cranium(
        base=Ellipsoid(centre_mm=np.zeros(3), half_axes_mm=np.array([across, up, along]), pitch_rad=0.0), coefficients_mm=np.zeros(9)
    )
    tape = lay_tape(shape, np.array([0.0, -8.0, along]))
    longest, shortest = max(across, along), min(across, along)
    assert tape.length_mm == pytest.approx(4 * longest * ellipe(1 - (shortest / longest) ** 2), rel=2e-3)
