"""`smp forget` leaves nothing of a photo behind, touches nothing else, and says what it did."""

import json
import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from scalp.io.cache import PASSING_PREFIXES, cache_root, kept_photos, photo_cache_folder, write_private
from scalp.io.photos import read_photo


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SMP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def keep(digest):
    return write_private(photo_cache_folder(digest), "head.kept", b"a head")


def everything(folder):
    return {str(place.relative_to(folder)) for place in folder.rglob("*")}


def test_what_is_kept_about_a_photo_is_its_owners_only(cache):
    place = keep("a" * 32)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (place, place.parent, place.parent.parent)] == [0o600, 0o700, 0o700]


def test_one_photo_is_forgotten_and_others_stay(smp, cache, plain_photo):
    digest = read_photo(plain_photo).digest
    keep(digest)
    other = keep("b" * 32)
    assert "me.png: forgotten." in smp("forget", plain_photo).output
    assert kept_photos() == ("b" * 32,)
    assert other.read_bytes() == b"a head"
    assert "me.png: nothing was kept." in smp("forget", plain_photo).output


def test_all_photos_are_forgotten_and_fetched_models_stay(smp, cache, tmp_path):
    keep("a" * 32)
    keep("b" * 32)
    (cache / "assets").mkdir()
    (cache / "assets" / "model").write_bytes(b"no face")
    assert json.loads(smp("forget", "--json").stdout)["photos_count"] == 2
    assert "about 2 photos is removed" in smp("forget", "--all").output
    assert everything(cache_root()) == {"assets", "assets/model"}
    assert "Nothing was kept" in smp("forget", "--all").output


def test_what_a_killed_run_left_of_a_scan_is_removed_and_a_running_one_is_not(smp, cache, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young, others = (Path(tempfile.mkdtemp(prefix=prefix)) for prefix in (*PASSING_PREFIXES, "other-"))
    for place in (old, others):
        (place / "places.npy").write_bytes(b"a face")
        long_ago = time.time() - 7200
        os.utime(place, (long_ago, long_ago))
    smp("forget", "--all")
    assert not old.exists()
    assert young.exists()
    assert others.exists()


def test_nothing_is_forgotten_where_one_photo_cannot_be_read(smp, cache, plain_photo):
    keep(read_photo(plain_photo).digest)
    result = smp("forget", plain_photo, plain_photo.with_name("gone.jpg"))
    assert result.exit_code == 2
    assert "gone.jpg" in result.output + result.stderr
    assert len(kept_photos()) == 1
    assert smp("forget", plain_photo, "--all").exit_code == 2
    assert len(kept_photos()) == 1
