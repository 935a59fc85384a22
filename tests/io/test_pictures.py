"""Writing pictures and films: exact where that is promised, small where that is, whole or not at all."""

import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scalp.base import BadInput
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.films import LARGEST_FILM_BYTES, LARGEST_WIDTH_PX, write_film
from scalp.io.icc import DISPLAY_P3_PRIMARIES, build_profile, matrix_encoding
from scalp.io.photos import read_photo
from scalp.io.pictures import demand_room, write_picture, write_whole
from tests.io.files import quarters

P3 = build_profile(DISPLAY_P3_PRIMARIES, name="Display P3")


def _photo(pixels: np.ndarray, profile: bytes | None = None) -> Photo:
    levels_count = int(np.iinfo(pixels.dtype).max) + 1
    encoding = matrix_encoding(profile, levels_count) if profile else srgb_encoding(levels_count)
    assert encoding is not None
    return Photo(pixels=pixels, encoding=encoding)


@pytest.fixture
def little_disk() -> Iterator[None]:
    """Let this process write no file above 2,000 bytes: what a full disk does to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("profile", [None, P3], ids=["sRGB", "P3"])
def test_a_png_read_back_is_the_photo_written(tmp_path: Path, dtype: type, profile: bytes | None) -> None:
    pixels = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (70, 90, 3), endpoint=True).astype(dtype)
    write_picture(_photo(pixels, profile), tmp_path / "a.png")
    assert read_photo(tmp_path / "a.png") == _photo(pixels, profile)


def test_a_jpeg_keeps_its_profile_and_all_its_colour_samples(tmp_path: Path) -> None:
    write_picture(_photo(quarters(), P3), tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as opened:
        assert opened.info["icc_profile"] == P3
        assert {layer[1:3] for layer in opened.layer} == {(1, 1)}, "4:4:4"
        assert set(opened.info) <= {"icc_profile", "jfif", "jfif_version", "jfif_unit", "jfif_density"}
    again = read_photo(tmp_path / "a.jpg")
    assert again.encoding.icc_profile == P3
    assert np.abs(again.pixels.astype(int) - quarters()).max() <= 4


def test_a_profile_larger_than_a_segment_comes_back_whole(tmp_path: Path) -> None:
    large = P3 + bytes(np.random.default_rng(2).integers(0, 256, 150_000).astype(np.uint8))
    write_picture(_photo(quarters(), large), tmp_path / "a.jpg")
    assert read_photo(tmp_path / "a.jpg").encoding.icc_profile == large


def test_sixteen_bits_become_the_nearest_eight_in_a_jpeg(tmp_path: Path) -> None:
    write_picture(_photo(quarters().astype(np.uint16) * 257 + 100), tmp_path / "a.jpg", quality=100)
    assert np.abs(read_photo(tmp_path / "a.jpg").pixels.astype(int) - quarters()).max() <= 3


def test_better_quality_is_nearer_to_the_photo(tmp_path: Path) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    errors = []
    for quality in (50, 80, 95):
        write_picture(_photo(pixels), tmp_path / "a.jpg", quality=quality)
        errors.append(np.abs(read_photo(tmp_path / "a.jpg").pixels.astype(float) - pixels).mean())
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize(
    ("name", "quality", "told"), [("a.gif", 95, "ends in .jpg or .png"), ("a.jpg", 0, "1 to 100"), ("a.jpg", 101, "1 to 100")]
)
def test_other_names_and_qualities_are_refused(tmp_path: Path, name: str, quality: int, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        write_picture(_photo(quarters()), tmp_path / name, quality=quality)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "none" / "a.jpg", tmp_path / "file" / "a.jpg"):
        with pytest.raises(BadInput, match=r"a\.jpg is in a place that is not a folder"):
            write_picture(_photo(quarters()), place)


@pytest.mark.usefixtures("little_disk")
def test_a_full_disk_leaves_the_older_picture_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"older")
    noise = np.random.default_rng(5).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    with pytest.raises(BadInput, match="space left on the disk"):
        write_picture(_photo(noise), tmp_path / "a.png")
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"a.png": b"older"}


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_never_takes_the_place_of_a_pipe_or_a_device(tmp_path: Path, linked: bool) -> None:
    """For root `--out /dev/null` would take the device itself away; a pipe stands for one here."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for refuse in (lambda place: write_whole(place, b"told"), demand_room):
        with pytest.raises(BadInput, match="not an ordinary file"):
            refuse(link if linked else pipe)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert {entry.name for entry in tmp_path.iterdir()} == {"link", "pipe"}


def _scene(width_px: int, height_px: int) -> np.ndarray:
    rows, cols = np.mgrid[:height_px, :width_px]
    skin = (
        np.array([205.0, 160.0, 135.0])
        * (0.4 + 0.6 * np.exp(-((rows / height_px - 0.5) ** 2 + (cols / width_px - 0.5) ** 2) * 4))[..., None]
    )
    return skin.astype(np.uint8)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_film_loops_through_its_frames_for_as_long_as_asked(tmp_path: Path, suffix: str) -> None:
    bare = _scene(300, 200)
    treated = bare.copy()
    treated[:100] //= 2
    write_film([bare, treated, bare], [1.2, 0.5, 2.0], tmp_path / f"film.{suffix}")
    with Image.open(tmp_path / f"film.{suffix}") as film:
        assert (film.size, film.n_frames, film.info["loop"]) == ((300, 200), 3, 0)
        durations, frames = [], []
        for number in range(3):
            film.seek(number)
            film.load()
            durations.append(film.info["duration"])
            frames.append(np.asarray(film.convert("RGB")).astype(float))
    assert durations == [1200, 500, 2000]
    for frame, meant in zip(frames, (bare, treated, bare), strict=True):
        assert np.abs(frame - meant).mean() < 3.0


def test_what_does_not_change_does_not_flicker_in_a_gif(tmp_path: Path) -> None:
    bare = _scene(300, 200)
    treated = bare.copy()
    treated[:100] //= 2
    write_film([bare, treated, bare], 0.5, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        frames = []
        for number in range(3):
            film.seek(number)
            frames.append(np.asarray(film.convert("RGB")))
    np.testing.assert_array_equal(frames[0][100:], frames[1][100:])
    np.testing.assert_array_equal(frames[0], frames[2])


def test_a_smooth_shade_keeps_its_mean_tone_in_a_gif(tmp_path: Path) -> None:
    """Dither trades colours of the palette for tone: over 20 px blocks the mean is right."""
    bare = _scene(400, 400)
    write_film([bare, bare], 0.5, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        shown = np.asarray(film.convert("RGB")).astype(float)
    blocks = (shown - bare).reshape(20, 20, 20, 20, 3).mean(axis=(1, 3))
    assert np.abs(blocks).max() < 2.5


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_large_film_is_made_small_enough_to_send(tmp_path: Path, suffix: str) -> None:
    chance = np.random.default_rng(6)
    frames = [chance.integers(0, 256, (900, 1200, 3)).astype(np.uint8) for _ in range(18 if suffix == "gif" else 5)]
    write_film(frames, 0.2, tmp_path / f"film.{suffix}")
    assert (tmp_path / f"film.{suffix}").stat().st_size <= LARGEST_FILM_BYTES
    with Image.open(tmp_path / f"film.{suffix}") as film:
        assert film.size[0] <= LARGEST_WIDTH_PX
        assert film.size[1] == pytest.approx(film.size[0] * 0.75, abs=1)


def test_a_film_of_nothing_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="0 for 0 frames"):
        write_film([], [], tmp_path / "film.gif")
    with pytest.raises(BadInput, match="1 for 2 frames"):
        write_film([_scene(80, 80)] * 2, [1.0], tmp_path / "film.gif")
    with pytest.raises(BadInput, match=r"\.gif or \.webp"):
        write_film([_scene(80, 80)], 1.0, tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        write_film([_scene(200, 150), _scene(200, 150) // 2], 0.5, tmp_path / "film.gif")
        written.append(io.BytesIO((tmp_path / "film.gif").read_bytes()).getvalue())
    assert written[0] == written[1]
