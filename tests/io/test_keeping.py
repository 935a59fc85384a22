"""Nouns kept between runs."""

import numpy as np

from scalp.domain.head import Head
from scalp.domain.sighting import Regions
from scalp.io.keeping import keep_noun, kept_noun
from tests.makers import make_camera, make_head, make_photo


def test_a_head_comes_back_as_the_same_noun(tmp_path):
    camera = make_camera()
    head = make_head(subdivisions_count=3, camera=camera, photo=make_photo(make_head(subdivisions_count=3), camera))
    keep_noun(head, tmp_path, "head")
    assert kept_noun(Head, tmp_path, "head") == head


def test_masks_come_back_bit_for_bit(tmp_path):
    masks = np.random.default_rng(1).integers(0, 256, (3, 90, 70), np.uint8)
    regions = Regions(head=masks[0], skin=masks[1], hair=masks[2])
    keep_noun(regions, tmp_path, "regions")
    again = kept_noun(Regions, tmp_path, "regions")
    assert again == regions
    assert (tmp_path / "regions.kept").stat().st_mode & 0o077 == 0


def test_damaged_and_missing_files_are_as_good_as_none(tmp_path):
    assert kept_noun(Regions, tmp_path, "regions") is None
    masks = np.zeros((3, 70, 70), np.uint8)
    keep_noun(Regions(head=masks[0], skin=masks[1], hair=masks[2]), tmp_path, "regions")
    whole = (tmp_path / "regions.kept").read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"\0" + whole[1:], whole[:-3] + b"abc"):
        (tmp_path / "regions.kept").write_bytes(damaged)
        assert kept_noun(Regions, tmp_path, "regions") is None
    (tmp_path / "regions.kept").write_bytes(whole)
    assert kept_noun(Head, tmp_path, "regions") is None
