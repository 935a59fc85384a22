"""Folders of results: there at once or not at all, an older result safe until then, nobody else's files touched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scalp.base import BadInput, NotPossible
from scalp.io.cache import forget_photo, photo_cache_folder, write_private
from scalp.io.folders import output_folder

DIGEST = "0123456789abcdef" * 2


def _fill(place: Path, words: str = "new") -> None:
    with output_folder(place) as folder:
        (folder / "sheet.png").write_text(words)
        (folder / "inner").mkdir()
        (folder / "inner" / "part").write_text(words)


def _fill_half(place: Path, fault: BaseException) -> None:
    with output_folder(place) as folder:
        (folder / "sheet.png").write_text("half")
        raise fault


def _fill_while_another_adds(place: Path, added: Path) -> None:
    with output_folder(place) as folder:
        (folder / "sheet.png").write_text("new")
        added.write_text("mine")


def _around(place: Path) -> list[str]:
    return sorted(entry.name for entry in place.parent.iterdir())


def test_nothing_is_seen_before_the_end_and_all_of_it_after(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "out"
    with output_folder(place) as folder:
        (folder / "sheet.png").write_text("new")
        assert not place.exists()
        assert folder.name.startswith(".")
    assert sorted(entry.name for entry in place.iterdir()) == [".smp-folder.json", "sheet.png"]
    assert _around(place) == ["out"]


def test_a_second_run_takes_the_place_of_the_first(tmp_path: Path) -> None:
    _fill(tmp_path / "out", "first")
    with output_folder(tmp_path / "out") as folder:
        (folder / "other.png").write_text("second")
    assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == [".smp-folder.json", "other.png"]
    assert _around(tmp_path / "out") == ["out"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError, NotPossible("a", "b", "c")])
def test_a_run_that_fails_or_is_interrupted_leaves_the_older_result_and_nothing_else(tmp_path: Path, fault: BaseException) -> None:
    for older in (False, True):
        place = tmp_path / f"out-{older}"
        if older:
            _fill(place, "older")
        before = _around(place)
        with pytest.raises(fault if isinstance(fault, type) else type(fault)):
            _fill_half(place, fault)
        assert place.exists() == older
        assert not older or (place / "sheet.png").read_text() == "older"
        assert _around(place) == before


def test_ctrl_c_in_a_real_process_leaves_nothing(tmp_path: Path) -> None:
    script = (
        # Started in the background, a shell has its children ignore Ctrl-C.
        "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from scalp.io.folders import output_folder\n"
        "with output_folder(sys.argv[1]) as folder:\n"
        "    (folder / 'half').write_text('x')\n    sys.stdout.write('go')\n    sys.stdout.flush()\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "out")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        assert running.stdout.read(2) == b"go"
        assert len(list(tmp_path.iterdir())) == 1
        running.send_signal(signal.SIGINT)
        running.wait(20)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="out is too large for the space left on the disk"), output_folder(tmp_path / "out"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_files_of_others_is_never_taken(tmp_path: Path) -> None:
    for started_by_us in (False, True):
        place = tmp_path / f"out-{started_by_us}"
        if started_by_us:
            _fill(place)
        place.mkdir(exist_ok=True)
        (place / "diary.txt").write_text("mine")
        with (
            pytest.raises(BadInput, match=r"1 file not written by smp, such as diary\.txt; .* Choose another folder"),
            output_folder(place),
        ):
            pytest.fail("the block must not run")
        assert (place / "diary.txt").read_text() == "mine"


def test_a_file_added_deep_inside_or_during_the_run_protects_the_folder(tmp_path: Path) -> None:
    _fill(tmp_path / "out", "older")
    added = tmp_path / "out" / "inner" / "note.txt"
    with pytest.raises(BadInput, match=r"such as note\.txt"):
        _fill_while_another_adds(tmp_path / "out", added)
    assert (tmp_path / "out" / "sheet.png").read_text() == "older"
    with pytest.raises(BadInput, match=r"such as note\.txt"), output_folder(tmp_path / "out"):
        pytest.fail("the block must not run")
    assert _around(tmp_path / "out") == ["out"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    _fill(tmp_path / "out")
    assert (tmp_path / "out" / "inner" / "part").read_text() == "new"


def test_a_damaged_marker_protects_the_folder(tmp_path: Path) -> None:
    _fill(tmp_path / "out")
    for damage in ("", "[]", '{"schema": 1}', '{"schema": "smp-folder", "files": 3}'):
        (tmp_path / "out" / ".smp-folder.json").write_text(damage)
        with pytest.raises(BadInput, match="2 files not written by smp"), output_folder(tmp_path / "out"):
            pytest.fail("the block must not run")


def test_places_that_cannot_be_folders_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(BadInput), output_folder(place):
            pytest.fail("the block must not run")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_locked_parent_is_refused_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="not writable"), output_folder(tmp_path / "out"):
        pytest.fail("the block must not run")
    tmp_path.chmod(0o700)


def test_a_linked_folder_is_filled_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    _fill(tmp_path / "out", "first")
    _fill(tmp_path / "out", "second")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "real" / "sheet.png").read_text() == "second"
    assert sorted(entry.name for entry in (tmp_path / "real").iterdir()) == [".smp-folder.json", "inner", "sheet.png"]


def test_the_folder_one_stands_in_is_filled_and_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in ("first", "second"):
        _fill(Path(), words)
        assert Path("sheet.png").read_text() == words
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".smp-folder.json", "inner", "sheet.png"]


def test_what_comes_from_a_photo_is_its_owners_only_and_can_be_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMP_CACHE", str(tmp_path / "cache"))
    assert not forget_photo(DIGEST)
    folder = photo_cache_folder(DIGEST)
    place = write_private(folder, "face.npz", b"secret")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.read_bytes() == b"secret"
    assert forget_photo(DIGEST)
    assert not folder.exists()
    assert not forget_photo(DIGEST)


@pytest.mark.parametrize("digest", ["", "..", "../../etc", "0" * 31, "G" * 32, DIGEST + "/.."])
def test_only_a_digest_names_a_photos_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))
    for verb in (photo_cache_folder, forget_photo):
        with pytest.raises(BadInput, match="32 hexadecimal digits"):
            verb(digest)


@pytest.mark.parametrize("stands_inside", [False, True])
def test_a_result_of_another_kind_that_others_are_made_from_is_never_replaced(tmp_path: Path, monkeypatch, stands_inside: bool) -> None:
    """`smp papers PLAN --out PLAN` once put the papers in the place of the plan."""
    place = tmp_path / "plan"
    with output_folder(place) as folder:
        (folder / "plan.json").write_text("the plan")
    before = {entry.name: entry.read_bytes() for entry in place.iterdir()}
    if stands_inside:
        monkeypatch.chdir(place)
    with pytest.raises(BadInput, match=r"plan\.json, which would be lost"), output_folder(place) as folder:
        (folder / "client.pdf").write_text("papers")
    assert {entry.name: entry.read_bytes() for entry in place.iterdir()} == before
    with output_folder(place) as folder:
        (folder / "plan.json").write_text("a newer plan")
    assert (place / "plan.json").read_text() == "a newer plan"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan"]
