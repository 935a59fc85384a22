"""Points files: read exactly, written back exactly, and every mistake gets a sentence."""

import json
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, BadTable, Unreadable
from scalp.domain.sighting import POINT_NAMES, MarkedPoints
from scalp.io.points import (
    PointsFile,
    check_places_inside,
    check_points_inside,
    parse_photo,
    points_for,
    read_points,
    read_points_file,
    read_points_of_photos,
    write_points,
)

GOOD = {"points": {"glabella": [512, 300.5], "menton": [510, 700]}, "card": [[0, 0], [85, 0], [85, 54], [0, 54]]}
SIDE = {"points": {"left_tragion": [40, 50]}}
SEVERAL = {"schema": "smp-points", "version": 1, "photos": {"front.jpg": GOOD, "left.heic": SIDE}}


def _written(folder: Path, content: object, name: str = "points.json") -> Path:
    place = folder / name
    place.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return place


def test_points_and_card_are_read_as_marked(tmp_path: Path) -> None:
    told = read_points_file(_written(tmp_path, GOOD))
    assert told.marked.names == ("glabella", "menton")
    np.testing.assert_array_equal(told.marked.points_px, [[512, 300.5], [510, 700]])
    assert told.card_px is not None
    np.testing.assert_array_equal(told.card_px, GOOD["card"])


def test_every_point_there_is_can_be_marked(tmp_path: Path) -> None:
    marked = read_points(_written(tmp_path, {"points": {name: [1, 2] for name in POINT_NAMES}}))
    assert marked.names == tuple(POINT_NAMES)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not JSON: .* in line 1"),
        ('{"points": {"glabella": [1, 2]', "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ("[" * 100_000, "not JSON of points"),
        ({}, "without points"),
        ({"points": {}}, "without points"),
        ({"points": [[1, 2]]}, "without points"),
        ({"points": {"nose": [1, 2]}}, "naming a point 'nose'; allowed: glabella, sellion"),
        ({"points": {"glabella": [1]}}, r"giving point 'glabella' as \[1\]"),
        ({"points": {"glabella": [1, "2"]}}, "Give two numbers"),
        ({"points": {"glabella": [True, 2]}}, "Give two numbers"),
        ({"points": {"glabella": [float("nan"), 2]}}, "Give two numbers"),
        ({"points": {"glabella": [1, 2]}, "crad": []}, "holding 'crad'"),
        ({"points": {"glabella": [1, 2]}, "card": [[1, 2]]}, "four corners"),
        ({"points": {"glabella": [1, 2]}, "card": [[1, 2], [2, 3], [3, 4], None]}, "a corner of the card as None"),
        ('{"points": {"glabella": [1, 2], "glabella": [3, 4]}}', "naming 'glabella' twice"),
    ],
)
def test_every_mistake_in_a_points_file_gets_a_sentence(tmp_path: Path, content: object, told: str) -> None:
    with pytest.raises(BadTable, match=rf"points\.json is .*{told}"):
        read_points(_written(tmp_path, content))


def test_a_points_file_that_cannot_be_opened_is_named_without_its_folder(tmp_path: Path) -> None:
    for place, told in ((tmp_path / "none.json", "not there"), (tmp_path, "a folder")):
        with pytest.raises(BadTable, match=told) as caught:
            read_points(place)
        assert str(tmp_path.parent) not in str(caught.value)
    binary = tmp_path / "points.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadTable, match="not text"):
        read_points(binary)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_reading_points_fail_in_another_way(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.getbasetemp() / "any.json"
    place.write_text(text, "utf-8", errors="surrogatepass") if text.isprintable() else place.write_bytes(
        text.encode("utf-16", "surrogatepass")
    )
    with pytest.raises(BadTable):
        read_points(place)


def test_points_outside_the_photo_are_refused_with_its_size(tmp_path: Path) -> None:
    marked = read_points(_written(tmp_path, GOOD))
    check_points_inside(marked, 600, 700)
    with pytest.raises(BadTable, match=r"'menton' is at \(510, 700\) px; allowed: 0 to 600 across and 0 to 699 down"):
        check_points_inside(marked, 600, 699)


def test_each_photo_of_several_finds_its_own_points(tmp_path: Path) -> None:
    place = _written(tmp_path, SEVERAL)
    assert read_points(place, "left.heic").names == ("left_tragion",)
    front = read_points_file(place, "front.jpg")
    assert front.marked is not None
    assert front.marked.names == ("glabella", "menton")
    assert front.card_px is not None
    assert [photo.name for photo in read_points_of_photos(place)] == ["front.jpg", "left.heic"]


def test_a_photo_with_a_card_alone_needs_no_points(tmp_path: Path) -> None:
    told = read_points_file(_written(tmp_path, {"card": GOOD["card"]}))
    assert told.marked is None
    assert told.card_px is not None


def test_points_come_in_the_order_of_the_photos_and_empty_where_nothing_is_marked(tmp_path: Path) -> None:
    told = read_points_of_photos(_written(tmp_path, SEVERAL))
    left, back, front = points_for(told, ("left.heic", "back.jpg", "front.jpg"))
    assert left.name == "left.heic"
    assert back.is_empty
    assert front.card_px is not None


@pytest.mark.parametrize(
    ("content", "photo_name", "told"),
    [
        (SEVERAL, None, "of several photos; allowed: one of front.jpg, left.heic"),
        (SEVERAL, "back.jpg", "without a photo 'back.jpg'"),
        ({"photos": {}}, None, "without photos"),
        ({"photos": [GOOD]}, None, "without photos"),
        ({"photos": {"a.jpg": [1]}}, None, "naming a photo 'a.jpg'"),
        ({"photos": {"../a.jpg": GOOD}}, None, "naming a photo '../a.jpg'"),
        ({"photos": {"a.jpg": GOOD}, "points": {}}, None, "holding 'points'"),
        ({"photos": {"a.jpg": {**GOOD, "version": 1}}}, None, "holding 'version'"),
        ({"schema": "smp-treatment", **GOOD}, None, "a 'smp-treatment' file"),
    ],
)
def test_every_mistake_in_a_file_of_several_photos_gets_a_sentence(tmp_path: Path, content: object, photo_name: str, told: str) -> None:
    with pytest.raises(BadTable, match=rf"points\.json is .*{told}"):
        read_points_file(_written(tmp_path, content), photo_name)


def test_a_points_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="version 9"):
        read_points(_written(tmp_path, {**GOOD, "version": 9}))


def test_points_of_other_photos_and_of_which_photo_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"of other photos; allowed: points of back\.jpg"):
        points_for(read_points_of_photos(_written(tmp_path, SEVERAL)), ("back.jpg",))
    with pytest.raises(BadTable, match="for one photo and there are several"):
        points_for(read_points_of_photos(_written(tmp_path, GOOD)), ("front.jpg", "back.jpg"))


PLACES = st.floats(0, 9000, allow_nan=False)
MARKED = st.dictionaries(st.sampled_from(tuple(POINT_NAMES)), st.tuples(PLACES, PLACES), min_size=1)
CARDS = st.none() | st.lists(st.tuples(PLACES, PLACES), min_size=4, max_size=4)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["", "a.jpg", "ä b.HEIC", 'q".png']), st.tuples(MARKED, CARDS), min_size=1, max_size=3))
def test_what_is_written_is_read_back_exactly(tmp_path_factory: pytest.TempPathFactory, told: dict) -> None:
    if len(told) > 1:
        told.pop("", None)
    photos = tuple(
        PointsFile(
            marked=MarkedPoints(names=tuple(named), points_px=np.array(list(named.values()))),
            card_px=None if card is None else np.array(card),
            name=name,
        )
        for name, (named, card) in told.items()
    )
    place = tmp_path_factory.getbasetemp() / "round.json"
    write_points(photos, place)
    assert read_points_of_photos(place) == photos


def test_a_points_file_is_its_owners_and_says_each_point_on_one_line(tmp_path: Path) -> None:
    place = tmp_path / "mine.json"
    write_points((parse_photo(GOOD, ""), PointsFile(name="empty.jpg")), place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert '    "glabella": [512.0, 300.5],\n' in place.read_text("utf-8")


CORRECTED = {
    "coin": {"kind": "eur-1", "rim": [[10, 10], [20, 5], [30, 10], [25, 20.5], [15, 20]]},
    "avoid": [{"at": [5, 6.5], "radius_mm": 4.5, "kind": "scar"}, {"at": [7, 8]}],
    "not_avoid": [[9, 10]],
    "grey_card": GOOD["card"],
    "white": [3, 4],
}


def test_a_coin_and_corrections_are_read_and_written_back_exactly(tmp_path: Path) -> None:
    told = read_points_file(_written(tmp_path, CORRECTED))
    assert told.corrections is not None
    assert [(mark.at_px, mark.radius_mm, mark.kind) for mark in told.corrections.marks] == [((5, 6.5), 4.5, "scar"), ((7, 8), 3.0, "other")]
    assert (told.coin, told.corrections.white_px) == ("eur-1", (3, 4))
    assert told.coin_px is not None
    assert told.coin_px.shape == (5, 2)
    write_points((told,), tmp_path / "again.json")
    assert read_points_file(tmp_path / "again.json") == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"coin": "eur-1"}, "giving a coin as eur-1"),
        ({"coin": {"kind": "eur-1", "rim": [[1, 2]]}}, "with 1 places on a coin's rim"),
        ({"coin": {"kind": 5}}, "giving a coin"),
        ({"avoid": {"at": [1, 2]}}, "giving avoid as"),
        ({"avoid": [[1, 2]]}, "giving an avoid place as"),
        ({"avoid": [{"at": [1, 2], "kind": "hole"}]}, "saying avoid kind = hole"),
        ({"avoid": [{"at": [1, 2], "radius_mm": -1}]}, "saying avoid radius_mm = -1"),
        ({"avoid": [{"at": [1, 2], "radius_mm": "3"}]}, "of no size or kind"),
        ({"avoid": [{"at": [1, 2], "size": 3}]}, "giving an avoid place as"),
        ({"not_avoid": [1, 2]}, "a place of 'not_avoid'"),
        ({"grey_card": [[1, 2]]}, "grey_card that is not four corners"),
        ({"white": [1]}, "giving white as"),
    ],
)
def test_every_mistake_in_a_coin_or_a_correction_gets_a_sentence(tmp_path: Path, change: dict, told: str) -> None:
    with pytest.raises(BadTable, match=rf"points\.json is .*{told}"):
        read_points_file(_written(tmp_path, CORRECTED | change))


@pytest.mark.parametrize("part", ["coin", "avoid", "not_avoid", "grey_card", "white"])
def test_a_mark_outside_the_photo_is_refused_whatever_it_is(tmp_path: Path, part: str) -> None:
    told = read_points_file(_written(tmp_path, {part: CORRECTED[part]}))
    check_places_inside(told, 400, 400)
    with pytest.raises(BadTable, match="outside the photo; allowed: 0 to 400 across and 0 to 3 down"):
        check_places_inside(told, 400, 3)


def test_nothing_is_written_where_nothing_is_marked_or_photos_share_a_name(tmp_path: Path) -> None:
    place = tmp_path / "mine.json"
    for photos, told in (((PointsFile(name="a.jpg"),), "none at all"), ((parse_photo(GOOD, "a.jpg"),) * 2, "not one for each photo")):
        with pytest.raises(BadInput, match=told):
            write_points(photos, place)
    assert list(tmp_path.iterdir()) == []
