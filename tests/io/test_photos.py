"""Reading photos: what is in the file is what is read, upright and in its own colours, and nothing of where it was taken."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from scalp.domain.photo import Photo
from scalp.io.icc import DISPLAY_P3_PRIMARIES, SRGB_PRIMARIES, build_profile, matrix_encoding
from scalp.io.photos import read_photo
from scalp.io.pictures import write_picture
from tests.io.files import chunk, encoded, exif, jpeg_with, linear_grey_profile, png_of, quarters, table_profile

HERE = Path(__file__).parent
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
P3 = build_profile(DISPLAY_P3_PRIMARIES, name="Display P3")
FOCAL, FOCAL_35, RESOLUTION, UNIT, WIDTH, HEIGHT = 0x920A, 0xA405, 0xA20E, 0xA210, 0xA002, 0xA003


def _read(folder: Path, content: bytes, name: str) -> Photo:
    place = folder / name
    place.write_bytes(content)
    return read_photo(place)


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.PNG"), ("WEBP", "a.webp"), ("PNG", "no suffix")])
def test_each_kind_shows_the_picture_that_was_put_in(tmp_path: Path, kind: str, name: str) -> None:
    settings = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}, "PNG": {}}[kind]
    photo = _read(tmp_path, encoded(quarters(), kind, **settings), name)
    assert np.abs(photo.pixels.astype(int) - quarters()).max() <= (4 if kind == "JPEG" else 0)
    assert photo.focal_px is None
    assert photo.doubts == ()
    assert photo.encoding.is_srgb


def test_a_heic_shows_the_picture_that_was_put_in() -> None:
    """The two files are `quarters()` encoded once; one with a Display P3 profile, one turned and with EXIF."""
    flat = read_photo(HERE / "quarters-p3.heic")
    assert np.abs(flat.pixels.astype(int) - quarters()).mean() < 3
    assert np.abs(flat.encoding.srgb_from_native - [[1.225, -0.225, 0], [-0.042, 1.042, 0], [-0.020, -0.079, 1.098]]).max() < 1e-3


def test_a_turned_heic_is_turned_once() -> None:
    turned = read_photo(HERE / "quarters-turned.heic")
    assert np.abs(turned.pixels.astype(int) - np.rot90(quarters(), -1)).mean() < 3
    assert turned.focal_px == pytest.approx(26 / 43.2666 * np.hypot(80, 96))


_STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_all_eight_orientations_give_the_same_upright_picture(tmp_path: Path, orientation: int, order: str) -> None:
    stored = np.ascontiguousarray(_STORED[orientation](quarters()))
    block = exif(orientation=orientation, order=order)
    from_png = _read(tmp_path, png_of(stored, more=chunk(b"eXIf", block[6:])), "a.png")
    np.testing.assert_array_equal(from_png.pixels, quarters())
    from_jpeg = _read(tmp_path, jpeg_with(((0xE1, block),), encoded(stored, "JPEG", quality=95, subsampling=0)), "a.jpg")
    assert np.abs(from_jpeg.pixels.astype(int) - quarters()).max() <= 4
    from_webp = _read(tmp_path, encoded(stored, "WEBP", lossless=True, exif=block), "a.webp")
    np.testing.assert_array_equal(from_webp.pixels, quarters())


@pytest.mark.parametrize("orientation", [0, 9, 400])
def test_an_orientation_that_does_not_exist_is_passed_over(tmp_path: Path, orientation: int) -> None:
    photo = _read(tmp_path, jpeg_with(((0xE1, exif(orientation=orientation)),), encoded(quarters(), "JPEG")), "a.jpg")
    assert photo.pixels.shape == quarters().shape


@pytest.mark.parametrize(
    ("inner", "focal_px"),
    [
        (((FOCAL_35, 3, 26),), 26 / 43.2666 * np.hypot(80, 96)),
        (((FOCAL, 5, 4.25), (FOCAL_35, 3, 26)), 26 / 43.2666 * np.hypot(80, 96)),
        (((FOCAL, 5, 50.0), (RESOLUTION, 5, 80.0), (UNIT, 3, 3)), 50 * 8.0),
        (((FOCAL, 5, 50.0), (RESOLUTION, 5, 80.0), (UNIT, 3, 3), (WIDTH, 4, 960), (HEIGHT, 4, 800)), 40.0),
        (((FOCAL, 5, 4.25),), None),
        (((FOCAL_35, 3, 0),), None),
        (((FOCAL_35, 3, 1),), None),
        (((FOCAL_35, 3, 26), (WIDTH, 4, 4000), (HEIGHT, 4, 3000)), None),
        ((), None),
    ],
    ids=["35 mm", "35 mm first", "sensor", "sensor of a shrunk picture", "no sensor", "unknown", "implausible", "cropped", "none"],
)
def test_the_focal_length_in_pixels_follows_from_exif(
    tmp_path: Path, inner: tuple[tuple[int, int, float], ...], focal_px: float | None
) -> None:
    photo = _read(tmp_path, jpeg_with(((0xE1, exif(inner=inner)),), encoded(quarters(), "JPEG")), "a.jpg")
    assert photo.focal_px == (None if focal_px is None else pytest.approx(focal_px))


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_nothing_of_the_place_leaves_with_the_written_picture(tmp_path: Path, suffix: str) -> None:
    block = exif(inner=((FOCAL_35, 3, 26),), place=True)
    assert dict(Image.open(io.BytesIO(jpeg_with(((0xE1, block),), encoded(quarters(), "JPEG")))).getexif().get_ifd(0x8825)) == {1: "N"}
    comment = (0xFE, b"Clinic of somebody")
    photo = _read(tmp_path, jpeg_with(((0xE1, block), comment), encoded(quarters(), "JPEG")), "a.jpg")
    written = tmp_path / f"out.{suffix}"
    write_picture(photo, written)
    content = written.read_bytes()
    assert b"Exif" not in content
    assert b"eXIf" not in content
    assert b"somebody" not in content
    with Image.open(written) as opened:
        assert dict(opened.getexif()) == {}


def test_a_display_p3_picture_keeps_its_numbers_and_says_its_light(tmp_path: Path) -> None:
    photo = _read(tmp_path, encoded(quarters(), "PNG", icc_profile=P3), "a.png")
    np.testing.assert_array_equal(photo.pixels, quarters())
    assert photo.encoding.icc_profile == P3
    white = photo.encoding.srgb_from_native @ np.ones(3)
    np.testing.assert_allclose(white, 1.0, atol=2e-4)


@pytest.mark.parametrize(
    ("primaries", "published"),
    [
        (DISPLAY_P3_PRIMARIES, [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]),
        (ADOBE_PRIMARIES, [[1.39836, -0.39836, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04293, 1.04293]]),
        (SRGB_PRIMARIES, np.eye(3)),
    ],
    ids=["Display P3", "Adobe RGB", "sRGB"],
)
def test_matrices_to_srgb_are_the_published_ones(primaries: tuple[tuple[float, float], ...], published: object) -> None:
    encoding = matrix_encoding(build_profile(primaries, coefficients=(2.19921875,)), 256)
    assert encoding is not None
    np.testing.assert_allclose(encoding.srgb_from_native, published, atol=5e-4)
    np.testing.assert_allclose(encoding.decode[128], (128 / 255) ** 2.19921875, atol=1e-5)


def test_our_colours_agree_with_littlecms() -> None:
    """An independent witness: the same profile through littlecms, inside the gamut, within one stored level."""
    stored = np.random.default_rng(3).integers(70, 180, (64, 64, 3)).astype(np.uint8)
    encoding = matrix_encoding(P3, 256)
    assert encoding is not None
    ours = Photo(pixels=stored, encoding=encoding).srgb_u8
    source, target = ImageCms.ImageCmsProfile(io.BytesIO(P3)), ImageCms.createProfile("sRGB")
    theirs = np.asarray(
        ImageCms.profileToProfile(Image.fromarray(stored), source, target, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    )
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_an_srgb_profile_is_exactly_srgb() -> None:
    for profile in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), build_profile(SRGB_PRIMARIES)):
        encoding = matrix_encoding(profile, 256)
        assert encoding is not None
        assert encoding.is_srgb


def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path) -> None:
    pixels = (quarters().astype(np.uint16) << 8) + np.arange(96, dtype=np.uint16)[None, :, None]
    photo = _read(tmp_path, png_of(pixels), "a.png")
    assert photo.pixels.dtype == np.uint16
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert len(photo.encoding.decode) == 65536


@pytest.mark.parametrize("bits", [8, 16])
def test_an_opaque_alpha_is_dropped_and_a_clear_one_laid_over_mid_grey(tmp_path: Path, bits: int) -> None:
    highest = 2**bits - 1
    colour = (quarters().astype(float) / 255 * highest).astype(np.uint8 if bits == 8 else np.uint16)
    alpha = np.full((*colour.shape[:2], 1), highest, colour.dtype)
    opaque = _read(tmp_path, png_of(np.concatenate([colour, alpha], axis=2)), "a.png")
    np.testing.assert_array_equal(opaque.pixels, colour)
    assert opaque.doubts == ()
    alpha[:40] = 0
    clear = _read(tmp_path, png_of(np.concatenate([colour, alpha], axis=2)), "a.png")
    assert np.unique(clear.pixels[:40]).tolist() == [(highest + 1) // 2]
    np.testing.assert_array_equal(clear.pixels[40:], colour[40:])
    assert [doubt.where for doubt in clear.doubts] == ["background"]


def test_grey_pictures_of_every_depth_become_three_equal_bands(tmp_path: Path) -> None:
    grey = quarters()[..., 1]
    deep = grey.astype(np.uint16) * 257
    for content, expected in ((png_of(grey), grey), (png_of(deep), deep), (encoded(grey, "PNG", mode="LA"), grey)):
        photo = _read(tmp_path, content, "a.png")
        for band in range(3):
            np.testing.assert_array_equal(photo.pixels[..., band], expected)
    photo = _read(tmp_path, encoded(grey, "JPEG", quality=98), "a.jpg")
    assert np.abs(photo.pixels.astype(int) - grey[..., None]).max() <= 2


def test_palettes_and_single_bits_become_colours(tmp_path: Path) -> None:
    photo = _read(tmp_path, encoded(quarters(), "PNG", mode="P"), "a.png")
    assert np.abs(photo.pixels.astype(int) - quarters()).max() <= 51
    bilevel = _read(tmp_path, encoded(np.where(quarters()[..., 0] > 100, 255, 0).astype(np.uint8), "PNG", mode="1"), "a.png")
    assert np.unique(bilevel.pixels).tolist() == [0, 255]


def test_a_palette_with_a_clear_colour_is_laid_over_mid_grey(tmp_path: Path) -> None:
    image = Image.fromarray(quarters()).quantize(4)
    written = io.BytesIO()
    image.save(written, "PNG", transparency=image.getpixel((0, 0)))
    photo = _read(tmp_path, written.getvalue(), "a.png")
    assert np.unique(photo.pixels[:40, :48]).tolist() == [128]
    assert len(photo.doubts) == 1


def test_a_cmyk_photo_becomes_srgb_and_says_so(tmp_path: Path) -> None:
    photo = _read(tmp_path, encoded(quarters(), "JPEG", mode="CMYK", quality=95), "a.jpg")
    assert np.abs(photo.pixels.astype(int) - quarters()).mean() < 6
    assert [doubt.kind for doubt in photo.doubts] == ["skin"]


def test_profiles_that_cannot_be_used_leave_a_doubt_not_a_failure(tmp_path: Path) -> None:
    for profile in (b"no profile at all" * 20, P3[:200], P3[:128] + bytes(300)):
        photo = _read(tmp_path, encoded(quarters(), "PNG", icc_profile=profile), "a.png")
        np.testing.assert_array_equal(photo.pixels, quarters())
        assert photo.encoding.is_srgb
        assert [doubt.kind for doubt in photo.doubts] == ["skin"]


def test_a_profile_for_another_kind_of_pixels_leaves_a_doubt(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    photo = _read(tmp_path, png_of(quarters(), more=chunk(b"iCCP", b"lab\0\0" + zlib.compress(lab))), "a.png")
    assert photo.encoding.is_srgb
    assert len(photo.doubts) == 1


def _stored_srgb(light: float) -> float:
    return 255 * (light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def test_a_profile_by_table_is_converted_to_srgb(tmp_path: Path) -> None:
    """Closed form: the table gives neutrals of L* = mean / 255 x 100, whose light is ((L* + 16) / 116)^3."""
    photo = _read(tmp_path, png_of(quarters(), more=chunk(b"iCCP", b"t\0\0" + zlib.compress(table_profile()))), "a.png")
    assert photo.doubts == ()
    for row, col in ((10, 10), (10, 80), (70, 10), (70, 80)):
        lightness = quarters()[row, col].mean() / 2.55
        meant = _stored_srgb(((lightness + 16) / 116) ** 3)
        np.testing.assert_allclose(photo.pixels[row, col], meant, atol=2.5)


def test_a_grey_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    """Closed form: grey numbers that are linear light."""
    grey = np.tile(np.arange(20, 250, dtype=np.uint8), (80, 1))
    photo = _read(tmp_path, png_of(grey, more=chunk(b"iCCP", b"g\0\0" + zlib.compress(linear_grey_profile()))), "a.png")
    assert photo.doubts == ()
    meant = np.array([_stored_srgb(number / 255) for number in grey[0]])
    np.testing.assert_allclose(photo.pixels[0], np.repeat(meant[:, None], 3, axis=1), atol=2)


def test_the_first_frame_of_an_animation_is_the_photo(tmp_path: Path) -> None:
    frames = [Image.fromarray(quarters()), Image.fromarray(255 - quarters())]
    for kind, name in (("WEBP", "a.webp"), ("PNG", "a.png")):
        written = io.BytesIO()
        frames[0].save(written, kind, save_all=True, append_images=frames[1:], **({"lossless": True} if kind == "WEBP" else {}))
        np.testing.assert_array_equal(_read(tmp_path, written.getvalue(), name).pixels, quarters())


def test_bytes_after_the_picture_do_no_harm(tmp_path: Path) -> None:
    """Phones append short films and depth maps to their JPEGs."""
    photo = _read(tmp_path, encoded(quarters(), "JPEG") + b"film" * 500, "a.jpg")
    assert photo.pixels.shape == quarters().shape
