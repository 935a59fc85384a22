"""What is no photo of a head is refused quickly, in a sentence, as `BadPhoto`; never anything else comes out."""

import os
import stat
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadPhoto
from scalp.io.photos import LARGEST_FILE_BYTES, read_photo
from tests.io.files import chunk, encoded, jpeg_with, png, png_of, quarters

HERE = Path(__file__).parent
WHOLE = {
    "a.jpg": encoded(quarters(), "JPEG"),
    "progressive.jpg": encoded(quarters(), "JPEG", progressive=True),
    "a.png": encoded(quarters(), "PNG"),
    "a.webp": encoded(quarters(), "WEBP"),
    "lossless.webp": encoded(quarters(), "WEBP", lossless=True),
    "a.heic": (HERE / "quarters-p3.heic").read_bytes(),
}


def _refusal(place: Path) -> str:
    with pytest.raises(BadPhoto) as caught:
        read_photo(place)
    fault = caught.value
    assert fault.allowed
    assert fault.remedy.endswith(".")
    assert str(place.parent) not in str(fault)
    return str(fault)


@contextmanager
def _using_at_most(limit_bytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit_bytes
    finally:
        tracemalloc.stop()


def _written(folder: Path, name: str, content: bytes) -> Path:
    place = folder / name
    place.write_bytes(content)
    return place


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jpg", b"", "an empty file"),
        ("a.jpg", b"Dear client, your treatment\n" * 9, "a text file"),
        ("a.jpg", b"<!DOCTYPE html><html></html>", "a web page"),
        ("a.svg", b'<?xml version="1.0"?><svg></svg>', "an SVG drawing"),
        ("a.gif", b"GIF89a" + bytes(30), "a GIF picture"),
        ("a.tif", b"II*\0" + bytes(30), "a TIFF or raw picture"),
        ("a.nef", b"MM\0*" + bytes(30), "a TIFF or raw picture"),
        ("a.cr3", b"\0\0\0\x18ftypcrx " + bytes(30), "a camera's raw picture"),
        ("a.raf", b"FUJIFILMCCD-RAW 0201" + bytes(30), "a camera's raw picture"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(30), "a PDF document"),
        ("a.bmp", b"BM" + bytes(60), "a BMP picture"),
        ("a.psd", b"8BPS" + bytes(30), "a Photoshop document"),
        ("a.jxl", b"\xff\x0a" + bytes(30), "a JPEG XL picture"),
        ("a.avif", b"\0\0\0\x1cftypavif" + bytes(30), "an AVIF picture"),
        ("a.avif", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + bytes(30), "an AVIF picture"),
        ("a.mov", b"\0\0\0\x14ftypqt  " + bytes(30), "a video"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(30), "a video"),
        ("a.docx", b"PK\x03\x04" + bytes(30), "a ZIP archive or office document"),
        ("a.bin", bytes(range(256)), "a file of no known picture type"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    message = _refusal(_written(tmp_path, name, content))
    assert message.startswith(f"{name} is {told}; allowed: a JPEG, PNG, WebP or HEIC photo. Convert it to JPEG or PNG")


@pytest.mark.parametrize(("name", "whole"), [("a.jpg", "a.png"), ("a.png", "a.webp"), ("a.heic", "a.jpg"), ("a.webp", "a.heic")])
def test_a_file_that_lies_about_its_type_is_refused_with_what_it_is(tmp_path: Path, name: str, whole: str) -> None:
    message = _refusal(_written(tmp_path, name, WHOLE[whole]))
    assert "named as a" in message
    assert f"Rename it to end in .{whole.rpartition('.')[2].replace('jpg', 'jpeg')}" in message


def test_what_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    assert "a folder" in _refusal(tmp_path)
    assert "not there" in _refusal(tmp_path / "none.jpg")
    assert "not there" in _refusal(_written(tmp_path, "file", b"x") / "a.jpg")
    assert "not readable" in _refusal(tmp_path / ("n" * 300 + ".jpg"))
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "not an ordinary file" in _refusal(tmp_path / "pipe.jpg")
    with pytest.raises(BadPhoto, match="not readable"):
        read_photo("a\0b.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_locked_photo_is_refused_in_words(tmp_path: Path) -> None:
    place = _written(tmp_path, "a.jpg", WHOLE["a.jpg"])
    place.chmod(stat.S_IWUSR)
    assert "locked for this user" in _refusal(place)


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    place = _written(tmp_path, "a.jpg", WHOLE["a.jpg"])
    os.truncate(place, LARGEST_FILE_BYTES + 1)
    with _using_at_most(1_000_000):
        assert "60 MB; allowed: at most 60 MB" in _refusal(place)


def _claiming(width_px: int, height_px: int) -> dict[str, bytes]:
    """Return files of a few hundred bytes that claim this size."""
    jpeg = bytearray(WHOLE["a.jpg"])
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", height_px & 0xFFFF, width_px & 0xFFFF)
    webp = bytearray(encoded(np.dstack([quarters(), quarters()[..., :1]]), "WEBP"))
    webp[24:30] = (width_px - 1).to_bytes(3, "little") + (height_px - 1).to_bytes(3, "little")
    return {"a.png": png(width_px, height_px, packed=zlib.compress(bytes(1000))), "a.jpg": bytes(jpeg), "a.webp": bytes(webp)}


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_three_hundred_megapixels_are_refused_before_decoding(tmp_path: Path, name: str) -> None:
    place = _written(tmp_path, name, _claiming(20_000, 15_000)[name])
    with _using_at_most(1_000_000):
        assert "20000 x 15000 px, 300 megapixels; allowed: at least 64 px on each side and at most 120 megapixels" in _refusal(place)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_file_too_short_for_the_size_it_claims_is_refused_before_decoding(tmp_path: Path, name: str) -> None:
    place = _written(tmp_path, name, _claiming(10_000, 10_000)[name])
    with _using_at_most(1_000_000):
        assert "bytes long but claims 10000 x 10000 px" in _refusal(place)


def test_a_profile_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(200_000_000))
    place = _written(tmp_path, "a.png", png_of(quarters(), more=chunk(b"iCCP", b"bomb\0\0" + bomb)))
    with _using_at_most(20_000_000):
        photo = read_photo(place)
    np.testing.assert_array_equal(photo.pixels, quarters())


@pytest.mark.parametrize("side_px", [1, 20, 63])
def test_thumbnails_are_refused(tmp_path: Path, side_px: int) -> None:
    content = encoded(np.zeros((side_px, 200, 3), np.uint8), "PNG")
    assert f"200 x {side_px} px; allowed: at least 64 px" in _refusal(_written(tmp_path, "a.png", content))


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_picture_cut_short_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    whole = WHOLE[name]
    assert read_photo(_written(tmp_path, name, whole)).pixels.shape == quarters().shape
    in_own_process = name.endswith("heic")
    cuts = np.linspace(0, len(whole) - 1, 6 if in_own_process else 60).astype(int).tolist()
    for kept_bytes in {*cuts, *(() if in_own_process else range(len(whole) - 12, len(whole)))}:
        _refusal(_written(tmp_path, name, whole[:kept_bytes]))


def test_a_damaged_png_is_refused_by_its_check_sums(tmp_path: Path) -> None:
    whole = WHOLE["a.png"]
    for place in range(20, len(whole) - 12, 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        _refusal(_written(tmp_path, "a.png", bytes(damaged)))


QUICK = sorted(name for name in WHOLE if not name.endswith("heic"))
STARTS = [WHOLE[name][:length] for name in QUICK for length in (0, 3, 12, 40, len(WHOLE[name]) // 2)]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_random_bytes_never_come_out_as_anything_but_bad_photo(tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes) -> None:
    place = tmp_path_factory.getbasetemp() / "random"
    place.write_bytes(start + rest)
    with pytest.raises(BadPhoto):
        read_photo(place)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(QUICK), st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=6))
def test_flipped_bytes_give_a_photo_or_bad_photo(tmp_path_factory: pytest.TempPathFactory, name: str, flips: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE[name])
    for place, change in flips:
        content[place % len(content)] ^= change
    written = tmp_path_factory.getbasetemp() / f"flipped-{name}"
    written.write_bytes(bytes(content))
    try:
        photo = read_photo(written)
    except BadPhoto:
        return
    assert photo.pixels.size > 0


def test_a_heic_that_crashes_its_decoder_is_only_refused(tmp_path: Path) -> None:
    """Naming the EXIF item something else once took the whole process down."""
    content = (HERE / "quarters-turned.heic").read_bytes()
    assert content.count(b"Exif\0\0\0") == 1
    assert "damaged" in _refusal(_written(tmp_path, "a.heic", content.replace(b"Exif\0\0\0", b"Ex\x91f\0\0\0")))


def test_a_heic_with_flipped_bytes_gives_a_photo_or_bad_photo(tmp_path: Path) -> None:
    chance = np.random.default_rng(8)
    for _ in range(8):
        content = np.frombuffer(WHOLE["a.heic"], np.uint8).copy()
        content[chance.integers(20, len(content), 3)] ^= chance.integers(1, 256, 3).astype(np.uint8)
        try:
            photo = read_photo(_written(tmp_path, "a.heic", content.tobytes()))
        except BadPhoto:
            continue
        assert photo.pixels.size > 0


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200))
def test_random_exif_and_profiles_never_stop_a_good_picture(tmp_path_factory: pytest.TempPathFactory, block: bytes) -> None:
    place = tmp_path_factory.getbasetemp() / "exif.jpg"
    segments = ((0xE1, b"Exif\0\0II*\0" + block), (0xE2, b"ICC_PROFILE\0\x01\x01" + block))
    place.write_bytes(jpeg_with(segments, WHOLE["a.jpg"]))
    assert read_photo(place).pixels.size == quarters().size
