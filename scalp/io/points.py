"""Points files: what a person marked in one photo or in several, in and out. Every mistake gets a sentence.

One photo: `{"points": {"glabella": [x, y], ...}, "card": [[x, y], ...]}`. Several in one file, by their file names:
`{"photos": {"left.jpg": {"points": {...}}, ...}}`. What is marked is used by `capture`; nothing is measured here.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadInput, BadTable, FloatArray, Value, value
from scalp.domain.sighting import POINT_NAMES, MarkedPoints
from scalp.domain.survey import LARGEST_AVOID_RADIUS_MM, AvoidMark, Corrections
from scalp.io.pictures import OWNER_ONLY, write_whole
from scalp.io.texts import parse_json, read_text, refuse
from scalp.io.versions import demand_version

LARGEST_PLACE_PX = 100_000
"""No photo is wider."""
CARD_CORNERS_COUNT = 4
MOST_PHOTOS, LONGEST_NAME = 500, 255
SCHEMA, VERSION = "smp-points", 1
_SHAPE = '{"points": {"glabella": [512, 300], ...}}'
_HEADER = ("schema", "version")
_CORRECTIONS = ("avoid", "not_avoid", "grey_card", "white")
_PARTS = ("points", "card", "coin", *_CORRECTIONS)
FEWEST_RIM_POINTS, MOST_PLACES = 5, 1000


@value
class PointsFile(Value):
    """What a points file says of one photo: points marked, a card or coin of known size, and corrections of what was read.

    `marked` is None where no point is named, `card_px` is (4, 2) in order around the card, `coin_px` (N, 2) lies on the rim
    of the coin that `coin` names; each None where there is none. `name` is the photo's file name, empty where the file
    does not say it.
    """

    marked: MarkedPoints | None = None
    card_px: FloatArray | None = None
    name: str = ""
    coin: str | None = None
    coin_px: FloatArray | None = None
    corrections: Corrections | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is marked in this photo."""
        return all(said is None for said in (self.marked, self.card_px, self.coin, self.corrections))

    def places_px(self) -> FloatArray:
        """Return every place (N, 2) px this says anything of."""
        told = self.corrections or Corrections()
        parts = (None if self.marked is None else self.marked.points_px, self.card_px, self.coin_px, told.grey_card_px, told.not_avoid_px)
        single = [mark.at_px for mark in told.marks] + ([] if told.white_px is None else [told.white_px])
        return np.vstack([np.array(single).reshape(-1, 2), *(part for part in parts if part is not None)])


def read_points(path: str | os.PathLike[str], photo_name: str | None = None) -> MarkedPoints:
    """Return the points a person marked in a photo; see `read_points_file` for all a file may say."""
    told = read_points_file(path, photo_name)
    if told.marked is None:
        refuse(Path(path), "without points", _SHAPE, "Put each point under its name.")
    return told.marked


def read_points_file(path: str | os.PathLike[str], photo_name: str | None = None) -> PointsFile:
    """Return what a points file says of one photo: of its only one, or of the one with this file name.

    x counts from the left edge of the upright photo, y from its top, px. A file of several photos that does not name
    this one is refused.
    """
    photos = read_points_of_photos(path)
    if len(photos) == 1 and (photo_name is None or photos[0].name in {"", photo_name}):
        return photos[0]
    named = next((photo for photo in photos if photo.name == photo_name), None)
    if named is None:
        allowed = "one of " + ", ".join(sorted(photo.name for photo in photos))
        asked = "of several photos" if photo_name is None else f"without a photo {photo_name[:80]!r}"
        refuse(Path(path), asked, allowed, "Mark this photo too, or give the file that belongs to it.")
    return named


def read_points_of_photos(path: str | os.PathLike[str]) -> tuple[PointsFile, ...]:
    """Return what a points file says of each of its photos, in the order of the file."""
    place = Path(path)
    told = parse_json(place, read_text(place), _SHAPE)
    _check_header(place, told)
    if "photos" not in told:
        return (_photo(place, "", told),)
    photos = told["photos"]
    if not isinstance(photos, dict) or not 1 <= len(photos) <= MOST_PHOTOS:
        refuse(place, "without photos", f'{{"photos": {{"left.jpg": {_SHAPE}, ...}}}}', "Put each photo under its file name.")
    _check_known(place, told, ("photos", *_HEADER))
    for name, photo in photos.items():
        if not _is_file_name(name) or not isinstance(photo, dict):
            refuse(place, f"naming a photo {name[:80]!r}", f'a file name with its points: "left.jpg": {_SHAPE}', "Correct it.")
    return tuple(_photo(place, name, photo) for name, photo in photos.items())


def points_for(photos: tuple[PointsFile, ...], photo_names: tuple[str, ...]) -> tuple[PointsFile, ...]:
    """Return what is said of each of these photos, in their order; empty for a photo that is not named.

    A file that says nothing of any of them, and one for a single unnamed photo where there are several, are refused.
    """
    if len(photos) == 1 and not photos[0].name:
        if len(photo_names) > 1:
            allowed = '{"photos": {"' + photo_names[0][:80] + '": ' + _SHAPE + ", ...}}"
            raise BadTable("the points file", "for one photo and there are several", allowed, "Say which photo, by its file name.")
        return photos
    named = {photo.name: photo for photo in photos}
    if not set(named) & set(photo_names):
        allowed = "points of " + ", ".join(name[:80] for name in photo_names)
        raise BadTable("the points file", "of other photos", allowed, "Give the file that belongs to these photos.")
    return tuple(named.get(name, PointsFile(name=name)) for name in photo_names)


def write_points(photos: tuple[PointsFile, ...], path: str | os.PathLike[str]) -> None:
    """Write a points file, readable by its owner only, whole or not at all; numbers are read back exactly.

    One photo without a name makes the short form, else each photo stands under its file name. Photos in which nothing
    is marked are left out.
    """
    marked = tuple(photo for photo in photos if not photo.is_empty)
    if not marked:
        raise BadInput("points", "none at all", "at least one point or a card", "Mark a point first.")
    names = [photo.name for photo in marked]
    if len(set(names)) != len(names) or (len(names) > 1 and "" in names):
        raise BadInput("photo names", "not one for each photo", "different file names", "Rename one of the photos.")
    header: dict[str, Any] = {"schema": SCHEMA, "version": VERSION}
    told = plain_photo(marked[0]) if names == [""] else {"photos": {photo.name: plain_photo(photo) for photo in marked}}
    write_whole(Path(path), _laid_out(header | told).encode(), mode=OWNER_ONLY)


def check_places_inside(told: PointsFile, width_px: int, height_px: int) -> None:
    """Refuse points, corners and marks that lie outside a photo of this size."""
    if told.marked is not None:
        check_points_inside(told.marked, width_px, height_px)
    places_px = told.places_px()
    if not ((places_px >= 0) & (places_px <= [width_px, height_px])).all():
        allowed = f"0 to {width_px} across and 0 to {height_px} down"
        raise BadTable("a card, coin or mark", "outside the photo", allowed, "Mark it in the upright photo at its full size.")


def check_points_inside(marked: MarkedPoints, width_px: int, height_px: int) -> None:
    """Refuse points that lie outside a photo of this size."""
    for name, (x, y) in zip(marked.names, marked.points_px, strict=True):
        if not (0 <= x <= width_px and 0 <= y <= height_px):
            allowed = f"0 to {width_px} across and 0 to {height_px} down"
            raise BadTable(f"point {name!r}", f"at ({x:g}, {y:g}) px", allowed, "Mark it in the upright photo at its full size.")


def parse_photo(told: dict[str, Any], name: str) -> PointsFile:
    """Return what plain values say of one photo, refused as those of a file would be; empty where nothing is marked."""
    if not any(told.get(part) for part in _PARTS) and set(told) <= set(_PARTS):
        return PointsFile(name=name)
    return _photo(Path(name), name, {part: said for part, said in told.items() if said})


def plain_photo(photo: PointsFile) -> dict[str, Any]:
    """Return what is said of one photo as the plain values of a file."""
    told: dict[str, Any] = {}
    if photo.marked is not None:
        told["points"] = dict(zip(photo.marked.names, photo.marked.points_px.tolist(), strict=True))
    if photo.card_px is not None:
        told["card"] = photo.card_px.tolist()
    if photo.coin is not None:
        told["coin"] = {"kind": photo.coin} | ({} if photo.coin_px is None else {"rim": photo.coin_px.tolist()})
    return told | _plain_corrections(photo.corrections or Corrections())


def _plain_corrections(told: Corrections) -> dict[str, Any]:
    """Return what was corrected, masks left out, as plain values."""
    plain: dict[str, Any] = {}
    if told.marks:
        plain["avoid"] = [{"at": list(mark.at_px), "radius_mm": mark.radius_mm, "kind": mark.kind} for mark in told.marks]
    if told.not_avoid_px is not None:
        plain["not_avoid"] = told.not_avoid_px.tolist()
    if told.grey_card_px is not None:
        plain["grey_card"] = told.grey_card_px.tolist()
    if told.white_px is not None:
        plain["white"] = list(told.white_px)
    return plain


def _photo(place: Path, name: str, told: dict[str, Any]) -> PointsFile:
    """Return what a file says of one photo."""
    _check_known(place, told, (*_PARTS, *(() if name else _HEADER)))
    named = told.get("points")
    if (named is not None or not any(told.get(part) for part in _PARTS)) and (not isinstance(named, dict) or not named):
        refuse(place, "without points", _SHAPE, "Put each point under its name.")
    coin, coin_px = _coin(place, told.get("coin"))
    return PointsFile(
        marked=None if named is None else _marked(place, named),
        card_px=_card(place, told.get("card"), "card"),
        name=name,
        coin=coin,
        coin_px=coin_px,
        corrections=_corrections(place, told) if any(part in told for part in _CORRECTIONS) else None,
    )


def _marked(place: Path, named: dict[str, Any]) -> MarkedPoints:
    """Return the named points of one photo."""
    for point in named:
        if point not in POINT_NAMES:
            refuse(place, f"naming a point {point[:80]!r}", ", ".join(POINT_NAMES), "Use one of these names.")
    points_px = np.array([_pair(place, f"point {point!r}", spot) for point, spot in named.items()])
    return MarkedPoints(names=tuple(named), points_px=points_px)


def _corrections(place: Path, told: dict[str, Any]) -> Corrections:
    """Return what a person said of a photo against what is read from it."""
    not_avoid, white = told.get("not_avoid"), told.get("white")
    try:
        return Corrections(
            marks=tuple(_avoid(place, mark) for mark in _places(place, "avoid", told.get("avoid", []))),
            not_avoid_px=None if not_avoid is None else _pairs(place, "not_avoid", not_avoid),
            grey_card_px=_card(place, told.get("grey_card"), "grey_card"),
            white_px=None if white is None else _pair(place, "white", white),
        )
    except BadTable:
        raise
    except BadInput as fault:
        raise BadTable(place.name, f"saying {fault.field} = {fault.value}", fault.allowed, fault.remedy) from None


def _avoid(place: Path, told: object) -> AvoidMark:
    """Return one place to keep free."""
    if not isinstance(told, dict) or not {"at"} <= set(told) <= {"at", "radius_mm", "kind"}:
        allowed = '{"at": [x, y], "radius_mm": 3, "kind": "mole"}'
        refuse(place, f"giving an avoid place as {str(told)[:60]}", allowed, "Say where it is, how large and what.")
    radius_mm, kind = told.get("radius_mm", AvoidMark.radius_mm), told.get("kind", AvoidMark.kind)
    if isinstance(radius_mm, bool) or not isinstance(radius_mm, (int, float)) or not isinstance(kind, str):
        refuse(place, "giving an avoid place of no size or kind", '"radius_mm": 3, "kind": "mole"', "Give its radius in mm.")
    if not -LARGEST_PLACE_PX <= radius_mm <= LARGEST_PLACE_PX:
        # NaN too, and before a whole number too large for a float is made one.
        allowed = f"above 0, at most {LARGEST_AVOID_RADIUS_MM:g}"
        refuse(place, "saying avoid radius_mm = a size no head has", f"a radius in mm {allowed}", "Correct it.")
    return AvoidMark(at_px=_pair(place, "an avoid place", told["at"]), radius_mm=float(radius_mm), kind=kind)  # type: ignore[arg-type]


def _coin(place: Path, told: object) -> tuple[str | None, FloatArray | None]:
    """Return the name of a coin and points on its rim, each None where it is not told."""
    if told is None:
        return None, None
    allowed = f'{{"kind": "eur-1", "rim": {FEWEST_RIM_POINTS} or more [x, y] round its rim}}'
    if not isinstance(told, dict) or not {"kind"} <= set(told) <= {"kind", "rim"} or not isinstance(told["kind"], str):
        refuse(place, f"giving a coin as {str(told)[:60]}", allowed, "Say which coin it is.")
    rim = told.get("rim")
    if rim is not None and len(_places(place, "rim", rim)) < FEWEST_RIM_POINTS:
        refuse(place, f"with {len(rim)} places on a coin's rim", allowed, "Mark more of them, all round.")
    return told["kind"], None if rim is None else _pairs(place, "rim", rim)


def _places(place: Path, what: str, told: object) -> list[Any]:
    """Return a list of places."""
    if not isinstance(told, list) or len(told) > MOST_PLACES:
        refuse(place, f"giving {what} as {str(told)[:60]}", f"a list of at most {MOST_PLACES} places", "Put them in brackets.")
    return told


def _pairs(place: Path, what: str, told: object) -> FloatArray:
    """Return places (N, 2) px."""
    return np.array([_pair(place, f"a place of {what!r}", spot) for spot in _places(place, what, told)]).reshape(-1, 2)


def _card(place: Path, told: object, what: str) -> FloatArray | None:
    """Return the corners of a card, None where there is none."""
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != CARD_CORNERS_COUNT:
        refuse(place, f"with a {what} that is not four corners", "four [x, y] in order around the card", "Mark its four corners.")
    return np.array([_pair(place, "a corner of the card", spot) for spot in told])


def _pair(place: Path, what: str, told: object) -> tuple[float, float]:
    """Return x and y of one place in a photo."""
    is_pair = isinstance(told, list) and len(told) == 2 and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in told)
    # Written so that NaN fails too, and before a whole number too large for a float is made one.
    if not isinstance(told, list) or not is_pair or not all(-LARGEST_PLACE_PX <= one <= LARGEST_PLACE_PX for one in told):
        refuse(place, f"giving {what} as {str(told)[:60]}", "[x, y] in px of the upright photo", "Give two numbers.")
    return float(told[0]), float(told[1])


def _check_header(place: Path, told: dict[str, Any]) -> None:
    """Refuse a file that says to be something else, or of a later time."""
    if told.get("schema", SCHEMA) != SCHEMA:
        refuse(place, f"a {str(told['schema'])[:40]!r} file", f'points, "schema": "{SCHEMA}"', "Give the points file.")
    demand_version("the points file", told.get("version", VERSION), VERSION)


def _check_known(place: Path, told: dict[str, Any], known: tuple[str, ...]) -> None:
    """Refuse words that no points file has."""
    unknown = sorted(set(told) - set(known))
    if unknown:
        allowed = ", ".join(repr(word) for word in known if word not in _HEADER)
        refuse(place, f"holding {unknown[0][:80]!r}", f"only {allowed}", "Remove it or correct its spelling.")


def _is_file_name(name: str) -> bool:
    """Tell whether this names a file without its folder."""
    is_text = not any("\ud800" <= sign <= "\udfff" for sign in name)
    return bool(name) and is_text and len(name) <= LONGEST_NAME and not set(name) & set("/\\\0") and name not in {".", ".."}


def _laid_out(told: dict[str, Any]) -> str:
    """Return JSON that is read easily: each point on a line of its own."""
    text = json.dumps(told, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+([-\d.e+]+),\s+([-\d.e+]+)\s+\]", r"[\1, \2]", text) + "\n"
