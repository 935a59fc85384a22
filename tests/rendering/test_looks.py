"""Looks on heads whose truth is known: what changes, where, and by how much."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.domain.photo import Encoding, Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.meshes import face_areas_mm2
from scalp.geometry.raster import rasterise
from scalp.rendering.looks import LookMaker, render_look
from scalp.skin.spread import field_transmittance, point_spread
from tests.makers import make_camera, make_head, make_photo, make_skin

HEALED = Moment(name="healed", label="Healed", session_number=3, days=42.0)


def sit(view="front", *, width_px=480, focal_px=1800.0, rgb_linear=(0.50, 0.31, 0.22)):
    """Return a head, its photo and its regions, with the camera exactly known."""
    camera = make_camera(view, width_px=width_px, height_px=width_px, focal_px=focal_px)
    bare = make_head(subdivisions_count=5)
    photo = make_photo(bare, camera, rgb_linear=rgb_linear)
    return of_photo(bare, camera, photo)


def of_photo(bare, camera, photo):
    head = Head(
        surface=bare.surface,
        landmarks_mm=bare.landmarks_mm,
        cameras=(camera,),
        photo_digests=(photo.digest,),
        scale_sd_fraction=0.0,
        surface_sd_mm=bare.surface_sd_mm,
    )
    seen = np.where(rasterise(camera, bare.surface).face_index >= 0, 255, 0).astype(np.uint8)
    return head, photo, Regions(head=seen, skin=seen, hair=seen * 0)


def impress(head, face_index, *, concentration_mg_per_ml=3.0, diameter_mm=0.2):
    """Return one impression in the middle of each named face."""
    count = len(face_index)
    full = lambda content: np.full(count, content, np.float32)  # noqa: E731
    return Impressions(
        head_digest=head.digest,
        plan_digest="plan",
        face_index=np.asarray(face_index, np.int32),
        barycentric=np.full((count, 3), 1 / 3),
        deposit_diameter_mm=full(diameter_mm),
        top_depth_mm=full(0.3),
        bottom_depth_mm=full(0.6),
        concentration_mg_per_ml=full(concentration_mg_per_ml),
        session_number=np.ones(count, np.uint8),
        redness_fraction=full(0.0),
    )


def faces_towards(head, camera, count, seed=0):
    """Return faces that look at the camera within 45 degrees, far from each other."""
    corners = head.surface.vertices_mm[head.surface.faces]
    middle = corners.mean(1)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    towards = camera.eye_mm - middle
    facing = np.einsum("nd,nd->n", normals, towards) / np.linalg.norm(towards, axis=1) > 0.72
    chosen = []
    for face in np.random.default_rng(seed).permutation(np.flatnonzero(facing)):
        if all(np.linalg.norm(middle[face] - middle[other]) > 9.0 for other in chosen):
            chosen.append(face)
        if len(chosen) == count:
            break
    return np.array(chosen)


def darkening(before, after):
    """Return how much green light was taken away at each pixel."""
    return (before.rgb_linear() - after.rgb_linear())[..., 1].astype(float)


def test_impressions_are_found_where_they_were_planned_within_a_third_of_a_pixel():
    head, photo, regions = sit(width_px=1000, focal_px=6000.0)
    camera = head.cameras[0]
    impressions = impress(head, faces_towards(head, camera, 25), concentration_mg_per_ml=8.0, diameter_mm=0.3)
    taken = darkening(photo, render_look(photo, head, impressions, regions, make_skin(), HEALED).photo)
    planned_px = camera.project(impressions.points_mm(head.surface.vertices_mm, head.surface.faces))
    rows, cols = np.mgrid[: taken.shape[0], : taken.shape[1]] + 0.5
    errors_px = []
    for x, y in planned_px:
        near = np.hypot(cols - x, rows - y) < 6.0
        weight = taken[near]
        errors_px.append(np.hypot((weight @ cols[near]) / weight.sum() - x, (weight @ rows[near]) / weight.sum() - y))
    assert len(errors_px) == 25
    assert max(errors_px) <= 0.3


def test_burnt_out_skin_keeps_its_white_and_bright_skin_is_darkened():
    head, photo, _ = sit(width_px=1000, focal_px=6000.0)
    camera = head.cameras[0]
    impressions = impress(head, faces_towards(head, camera, 40), concentration_mg_per_ml=8.0, diameter_mm=0.3)
    for white, changed in (((255, 255, 255), False), ((255, 236, 214), True)):
        painted = Photo(pixels=np.full_like(photo.pixels, white), encoding=photo.encoding)
        own_head, painted, regions = of_photo(head, camera, painted)
        impressions = Impressions(**{**columns_of(impressions), "head_digest": own_head.digest})
        look = render_look(painted, own_head, impressions, regions, make_skin(), HEALED)
        assert (look.photo != painted) == changed


def test_the_mean_tone_of_an_even_field_is_the_tables_at_every_scale():
    skin = make_skin()
    for width_px, focal_px in ((200, 800.0), (480, 1800.0), (900, 6000.0)):
        head, photo, regions = sit(width_px=width_px, focal_px=focal_px, rgb_linear=(0.5, 0.5, 0.5))
        flat = Photo(pixels=np.full_like(photo.pixels, 188), encoding=photo.encoding)
        head, photo, regions = of_photo(head, head.cameras[0], flat)
        chance = np.random.default_rng(1)
        areas = face_areas_mm2(head.surface)
        count = int(areas.sum() / 100 * 120)
        impressions = impress(head, chance.choice(len(areas), count, p=areas / areas.sum()))
        impressions = Impressions(**{**columns_of(impressions), "barycentric": chance.dirichlet([1, 1, 1], count)})
        after = render_look(photo, head, impressions, regions, skin, HEALED).photo.rgb_linear()
        middle = slice(int(width_px * 0.44), int(width_px * 0.56))
        seen = after[middle, middle].reshape(-1, 3).mean(0) / photo.rgb_linear()[0, 0]
        weights = point_spread(skin, deposit_diameter_mm=0.2, top_depth_mm=0.3, bottom_depth_mm=0.6, concentration_mg_per_ml=3.0)
        # Strewn independently, so that clumps overlap: a little lighter than an even field of the same density.
        assert seen == pytest.approx(field_transmittance(skin, weights, 120.0), rel=0.04)


def columns_of(impressions):
    return {name: getattr(impressions, name) for name in impressions.__dataclass_fields__}


def test_what_no_impression_reaches_keeps_its_stored_numbers():
    head, photo, regions = sit()
    look = render_look(photo, head, impress(head, faces_towards(head, head.cameras[0], 5)), regions, make_skin(), HEALED)
    outside = look.touched == 0
    assert outside.mean() > 0.5
    assert (look.photo.pixels[outside] == photo.pixels[outside]).all()
    assert (look.photo.pixels != photo.pixels).any()


def test_what_is_not_skin_is_left_alone():
    head, photo, _ = sit()
    skin = np.zeros(photo.pixels.shape[:2], np.uint8)
    skin[:, :240] = 255
    regions = Regions(head=skin | 255, skin=skin, hair=skin * 0)
    look = render_look(photo, head, impress(head, faces_towards(head, head.cameras[0], 30)), regions, make_skin(), HEALED)
    assert (look.photo.pixels[:, 240:] == photo.pixels[:, 240:]).all()
    assert (look.photo.pixels[:, :240] != photo.pixels[:, :240]).any()


def deepened(head, photo):
    """Return the same in 16 bits, of which faint changes are not lost in rounding."""
    return of_photo(head, head.cameras[0], Photo(pixels=photo.pixels.astype(np.uint16) * 257, encoding=srgb_encoding(65536)))


def test_skin_that_hair_half_hides_is_darkened_half_as_much():
    head, photo, regions = deepened(*sit()[:2])
    faces = faces_towards(head, head.cameras[0], 60)
    whole = darkening(photo, render_look(photo, head, impress(head, faces), regions, make_skin(), HEALED).photo)
    thin = Regions(head=regions.head, skin=regions.skin // 2, hair=regions.skin // 2)
    half = darkening(photo, render_look(photo, head, impress(head, faces), thin, make_skin(), HEALED).photo)
    assert half.sum() == pytest.approx(0.5 * whole.sum(), rel=0.03)


def test_a_mark_is_never_sharper_than_the_photo():
    head, photo, regions = deepened(*sit(width_px=600, focal_px=7000.0)[:2])
    camera = head.cameras[0]
    impressions = impress(head, faces_towards(head, camera, 1), concentration_mg_per_ml=6.0)
    x, y = camera.project(impressions.points_mm(head.surface.vertices_mm, head.surface.faces))[0]
    rows, cols = np.mgrid[: photo.height_px, : photo.width_px] + 0.5
    near = np.hypot(cols - x, rows - y) < 30
    for blur_px in (1.0, 2.0, 4.0):
        maker = LookMaker(photo, head, regions, make_skin())
        maker.__dict__["canvas"] = dataclasses.replace(maker.canvas, blur_px=blur_px)
        weight = np.maximum(darkening(photo, maker.render(impressions, HEALED).photo)[near], 0.0)
        for away in (cols[near] - x, rows[near] - y):
            assert np.sqrt(weight @ away**2 / weight.sum()) > blur_px


def test_a_camera_that_looks_away_gives_the_photo_itself():
    head, photo, regions = sit()
    turned = head.cameras[0].camera_from_head.copy()
    turned[[0, 2]] *= -1.0
    away = dataclasses.replace(head.cameras[0], camera_from_head=turned)
    looking_away = dataclasses.replace(head, cameras=(away,))
    look = render_look(photo, looking_away, impress(looking_away, np.arange(0, 2000, 10)), regions, make_skin(), HEALED)
    assert not look.touched.any()
    assert (look.photo.pixels == photo.pixels).all()


def test_a_look_does_not_depend_on_the_looks_made_before_it():
    head, photo, regions = sit()
    few, many = (impress(head, faces_towards(head, head.cameras[0], count)) for count in (3, 40))
    maker = LookMaker(photo, head, regions, make_skin())
    maker.render(few, HEALED)
    assert maker.render(many, HEALED).digest == render_look(photo, head, many, regions, make_skin(), HEALED).digest


def test_the_far_side_of_the_head_shows_nothing():
    head, photo, regions = sit("front")
    back = np.flatnonzero(head.surface.vertices_mm[head.surface.faces].mean(1)[:, 2] < -40)[::50]
    look = render_look(photo, head, impress(head, back), regions, make_skin(), HEALED)
    assert not look.touched.any()
    assert (look.photo.pixels == photo.pixels).all()


def test_no_impressions_give_the_photo_itself():
    head, photo, regions = sit()
    look = render_look(photo, head, impress(head, np.empty(0, int)), regions, make_skin(), HEALED)
    assert (look.photo.pixels == photo.pixels).all()


def test_glint_lies_over_the_marks_and_is_not_darkened():
    head, photo, regions = sit(width_px=700, focal_px=2600.0)
    camera = head.cameras[0]
    rows, cols = np.mgrid[:700, :700] + 0.5
    spot = 0.45 * np.exp(-((cols - 350) ** 2 + (rows - 250) ** 2) / (2 * 40.0**2))
    lit = photo.rgb_linear() + spot[..., None]
    stored = np.interp(np.clip(lit, 0, 1), photo.encoding.decode[:, 0], np.arange(256.0))
    shiny_photo = Photo(pixels=(stored + 0.5).astype(np.uint8), encoding=photo.encoding)
    shiny_head, _, _ = of_photo(head, camera, shiny_photo)
    faces = faces_towards(head, camera, 60)
    matte = darkening(photo, render_look(photo, head, impress(head, faces), regions, make_skin(), HEALED).photo)
    shiny = darkening(shiny_photo, render_look(shiny_photo, shiny_head, impress(shiny_head, faces), regions, make_skin(), HEALED).photo)
    in_glare = spot > 0.3
    assert matte[in_glare].sum() > 0
    # Painted over, the marks in the glare would take away more than twice as much light.
    assert shiny[in_glare].sum() < 1.35 * matte[in_glare].sum()


def test_sixteen_bit_photos_keep_their_depth():
    head, photo, _ = sit()
    deep = Photo(pixels=photo.pixels.astype(np.uint16) * 257, encoding=srgb_encoding(65536))
    head, deep, regions = of_photo(head, head.cameras[0], deep)
    look = render_look(deep, head, impress(head, faces_towards(head, head.cameras[0], 30)), regions, make_skin(), HEALED)
    changed = look.photo.pixels[look.touched > 0]
    assert look.photo.pixels.dtype == np.uint16
    assert (changed % 257 != 0).any()


def test_a_wide_gamut_photo_is_darkened_as_much_as_the_same_colours_in_srgb():
    head, photo, _ = sit(rgb_linear=(0.40, 0.30, 0.24))
    to_srgb = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
    wide_light = photo.rgb_linear() @ np.linalg.inv(to_srgb).T
    stored = np.interp(np.clip(wide_light, 0, 1), photo.encoding.decode[:, 0], np.arange(256.0))
    wide = Photo(
        pixels=(stored + 0.5).astype(np.uint8), encoding=Encoding(decode=photo.encoding.decode, srgb_from_native=to_srgb, icc_profile=b"p3")
    )
    wide_head, wide, regions = of_photo(head, head.cameras[0], wide)
    faces = faces_towards(head, head.cameras[0], 60)
    plain = darkening(photo, render_look(photo, head, impress(head, faces), regions, make_skin(), HEALED).photo)
    other = darkening(wide, render_look(wide, wide_head, impress(wide_head, faces), regions, make_skin(), HEALED).photo)
    assert other.sum() == pytest.approx(plain.sum(), rel=0.06)


def test_marks_are_foreshortened_where_the_skin_turns_away():
    head, photo, regions = sit(width_px=1000, focal_px=7000.0)
    camera = head.cameras[0]
    corners = head.surface.vertices_mm[head.surface.faces]
    middle = corners.mean(1)
    level = np.abs(middle[:, 1] - 60) < 4
    side = np.flatnonzero(level & (np.abs(middle[:, 0] - 62) < 3) & (middle[:, 2] > 0))[:1]
    front = np.flatnonzero(level & (np.abs(middle[:, 0]) < 3) & (middle[:, 2] > 0))[:1]
    widths = []
    for faces in (front, side):
        impressions = impress(head, faces, concentration_mg_per_ml=10.0, diameter_mm=0.4)
        taken = darkening(photo, render_look(photo, head, impressions, regions, make_skin(), HEALED).photo)
        x, y = camera.project(impressions.points_mm(head.surface.vertices_mm, head.surface.faces))[0]
        rows, cols = np.mgrid[: taken.shape[0], : taken.shape[1]] + 0.5
        near = np.hypot(cols - x, rows - y) < 12
        weight = np.maximum(taken[near], 0)
        widths.append([np.sqrt(weight @ (cols[near] - x) ** 2 / weight.sum()), np.sqrt(weight @ (rows[near] - y) ** 2 / weight.sum())])
    assert widths[0][0] / widths[0][1] > 0.93
    assert widths[1][0] / widths[1][1] < 0.8


def test_a_strange_photo_or_strange_impressions_are_refused():
    head, photo, regions = sit()
    other = make_head(subdivisions_count=4)
    with pytest.raises(WrongParent):
        render_look(photo, head, impress(other, np.arange(3)), regions, make_skin(), HEALED)
    stranger = Photo(pixels=photo.pixels[::-1], encoding=photo.encoding)
    with pytest.raises(WrongParent):
        LookMaker(stranger, head, regions, make_skin())


def test_impressions_on_faces_that_are_not_there_and_masks_of_another_size_are_refused():
    head, photo, regions = sit()
    with pytest.raises(WrongParent, match="faces"):
        render_look(photo, head, impress(head, [10**6]), regions, make_skin(), HEALED)
    with pytest.raises(BadInput, match="face"):
        impress(head, [-1])
    small = Regions(head=regions.head[:9], skin=regions.skin[:9], hair=regions.hair[:9])
    with pytest.raises(WrongParent, match="regions of this very photo"):
        LookMaker(photo, head, small, make_skin())
    with pytest.raises(BadInput, match="all three alike"):
        Regions(head=regions.head, skin=regions.skin[:9], hair=regions.hair)


def test_the_same_nouns_give_the_same_bytes():
    head, photo, regions = sit()
    impressions = impress(head, faces_towards(head, head.cameras[0], 30))
    looks = [render_look(photo, head, impressions, regions, make_skin(), HEALED) for _ in range(2)]
    assert looks[0].digest == looks[1].digest


def test_a_flat_mesh_needs_no_closed_head():
    flat = Mesh(
        vertices_mm=np.array([[-50.0, 0, 80], [50, 0, 80], [50, 100, 80], [-50, 100, 80]]), faces=np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    )
    head, photo, _ = sit()
    plane = Head(
        surface=flat,
        landmarks_mm=head.landmarks_mm,
        cameras=head.cameras,
        photo_digests=head.photo_digests,
        scale_sd_fraction=0.0,
        surface_sd_mm=np.zeros(4),
    )
    everywhere = np.full(photo.pixels.shape[:2], 255, np.uint8)
    regions = Regions(head=everywhere, skin=everywhere, hair=everywhere * 0)
    assert render_look(photo, plane, impress(plane, np.array([0, 1])), regions, make_skin(), HEALED).touched.any()
