"""What the page of `smp points` works on: photos, what is marked in them, what a face found in them suggests, the file it is saved to."""

import dataclasses
import errno
import threading
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadInput, BadTable, FloatArray, Progress, Value, value
from scalp.capture.seeing.faces import find_faces
from scalp.capture.shape.evidence import FEWEST_JOINING_COUNT, FEWEST_POINTS
from scalp.capture.shape.prior import POINT_OF_MESH
from scalp.capture.size.coins import read_coins
from scalp.capture.size.scale import ScaleWish
from scalp.domain.photo import Photo
from scalp.domain.sighting import POINT_NAMES, FaceSighting
from scalp.domain.survey import AVOID_KINDS, LARGEST_AVOID_RADIUS_MM, Corrections
from scalp.io.ordinary import read_ordinary, reason
from scalp.io.photos import read_photo
from scalp.io.pictures import demand_room, encode_jpeg, unwritable
from scalp.io.points import PointsFile, check_places_inside, parse_photo, plain_photo, points_for, read_points_of_photos, write_points
from scalp.io.texts import LARGEST_TEXT_BYTES

PLENTY_COUNT = 7
"""So many points, spread over the head, leave little to gain from more."""
MOST_PHOTOS = 24
SHOWN_QUALITY = 92
PAGE_FILES = (
    "points.html",
    "points.css",
    "points.js",
    *(f"points-{part}.js" for part in ("drawing", "marks", "now", "paint", "panel", "server", "stage")),
    "points-icon.svg",
)
PAGE_PARTS = {"points", "card", "coin", "avoid"}
"""What can be marked on the page; what a file says besides stays."""


@value
class Sheet(Value):
    """One photo to mark: its size, what is marked already, and points suggested by a face that was found, `suggested_px` (N, 2)."""

    width_px: int
    height_px: int
    told: PointsFile
    suggested_names: tuple[str, ...]
    suggested_px: FloatArray
    faces_count: int


class PointsDesk:
    """The desk of one run: everything in memory but the points file, which is written when the page says so."""

    page_files: tuple[str, ...] = PAGE_FILES

    def __init__(self, paths: list[Path], out: Path) -> None:
        """Refuse photos that cannot be told apart, and take up what the points file says already."""
        self.names, self.out = tuple(path.name for path in paths), out
        if len(set(self.names)) != len(paths) or len(paths) > MOST_PHOTOS:
            raise BadInput(
                "the photos", f"{len(paths)} of {len(set(self.names))} names", f"1 to {MOST_PHOTOS}, each its own name", "Rename one."
            )
        _check_place(out, self.names)
        self._lock = threading.Lock()
        self._found = _content(out)
        self._all = read_points_of_photos(out) if self._found is not None else ()
        self._told = points_for(self._all, self.names) if self._all else tuple(PointsFile(name=name) for name in self.names)
        self._sheets: list[Sheet] = []
        self._shown: list[bytes] = []
        self.is_saved = False

    def lay_out(self, paths: list[Path], models: Path | None, progress: Progress) -> None:
        """Read each photo, look for a face in it, and keep it as it will be shown."""
        for number, path in enumerate(paths):
            progress(f"reading {path.name[:28]}", number / len(paths))
            photo = read_photo(path)
            told = self._told[number]
            check_places_inside(told, photo.width_px, photo.height_px)
            self._sheets.append(_sheet(photo, told, find_faces(photo, models) if models else ()))
            self._shown.append(encode_jpeg(photo, SHOWN_QUALITY))

    def opening(self) -> dict[str, Any]:
        """Return all the page shows at first."""
        return {
            "photos": [self._opened(number) for number in range(len(self._sheets))],
            "point_names": [{"name": name, "sentence": sentence} for name, sentence in POINT_NAMES.items()],
            "needed_count": FEWEST_JOINING_COUNT if any(sheet.faces_count == 1 for sheet in self._sheets) else FEWEST_POINTS,
            "plenty_count": PLENTY_COUNT,
            "coins": [{"name": name, "words": f"{name} ({diameter_mm:g} mm)"} for name, diameter_mm in read_coins().items()],
            "avoid_kinds": AVOID_KINDS,
            "largest_radius_mm": LARGEST_AVOID_RADIUS_MM,
            "file_name": self.out.name,
        }

    def photo(self, number: int) -> bytes | None:
        """Return one photo as it is shown."""
        return self._shown[number] if number < len(self._shown) else None

    def save(self, told: dict[str, Any]) -> dict[str, Any]:
        """Write the points file and return what to say of it; nothing is written where anything is wrong."""
        photos = told.get("photos")
        if set(told) != {"photos"} or not isinstance(photos, list) or len(photos) != len(self._sheets):
            raise BadTable("what was sent", "not one entry for each photo", f"{len(self._sheets)} entries", "Load the page again.")
        read = tuple(self._read(number, photo) for number, photo in enumerate(photos))
        with self._lock:
            if _content(self.out) != self._found:
                raise BadInput(self.out.name, "changed by somebody else meanwhile", "the file as it was", "Move it away and save again.")
            write_points(self._merged(read), self.out)
            self._found, self._told, self.is_saved = _content(self.out), read, True
        return {"file_name": self.out.name, "points_count": self.points_count, "photos_count": sum(not one.is_empty for one in read)}

    @property
    def points_count(self) -> int:
        """Count the points that were saved last."""
        return sum(len(one.marked.names) for one in self._told if one.marked is not None)

    @property
    def marked_counts(self) -> dict[str, int]:
        """Count the points that were saved last, by photo."""
        return {name: len(one.marked.names) if one.marked else 0 for name, one in zip(self.names, self._told, strict=True)}

    def _opened(self, number: int) -> dict[str, Any]:
        """Return what the page shows of one photo."""
        sheet = self._sheets[number]
        named = zip(sheet.suggested_names, sheet.suggested_px.round(1).tolist(), strict=True)
        return {
            "name": self.names[number],
            "width_px": sheet.width_px,
            "height_px": sheet.height_px,
            "suggested": dict(named),
            "faces_count": sheet.faces_count,
            **({"points": {}, "card": None, "coin": None, "avoid": None} | plain_photo(self._told[number])),
        }

    def _read(self, number: int, told: object) -> PointsFile:
        """Return what the page says of one photo; what it cannot mark stays as it was."""
        if not isinstance(told, dict) or not set(told) <= PAGE_PARTS:
            raise BadTable("what was sent", "not points, card, coin and avoid", '{"points": {...}, "card": [...]}', "Load the page again.")
        read, sheet, old = parse_photo(told, self.names[number]), self._sheets[number], self._told[number]
        check_places_inside(read, sheet.width_px, sheet.height_px)
        # Refuses, while it can still be corrected, what is no card or coin.
        ScaleWish(card_px=read.card_px, coin=read.coin, coin_px=read.coin_px)
        marks = () if read.corrections is None else read.corrections.marks
        corrected = dataclasses.replace(old.corrections or Corrections(), marks=marks)
        return dataclasses.replace(read, corrections=None if corrected == Corrections() else corrected)

    def _merged(self, read: tuple[PointsFile, ...]) -> tuple[PointsFile, ...]:
        """Return the whole file: these photos, and others it speaks of."""
        kept = tuple(one for one in self._all if one.name and one.name not in self.names)
        return (*kept, *read)


def _sheet(photo: Photo, told: PointsFile, faces: tuple[FaceSighting, ...]) -> Sheet:
    """Return a photo to mark; of several faces none suggests anything, as nobody knows whose head is meant."""
    mesh_px = faces[0].mesh_px if len(faces) == 1 else None
    seen = {} if mesh_px is None else {name: mesh_px[int(row.removeprefix("mesh_"))] for name, row in POINT_OF_MESH.items()}
    inside = {name: place for name, place in seen.items() if (place >= 0).all() and (place <= [photo.width_px, photo.height_px]).all()}
    return Sheet(
        width_px=photo.width_px,
        height_px=photo.height_px,
        told=told,
        suggested_names=tuple(inside),
        suggested_px=np.array(list(inside.values())).reshape(-1, 2),
        faces_count=len(faces),
    )


def _content(place: Path) -> bytes | None:
    """Return the bytes of the points file there is, None where there is none; what it says is read, and refused, elsewhere."""
    try:
        return read_ordinary(place, LARGEST_TEXT_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        allowed = "a points file that smp points wrote, or a new name"
        raise BadInput(place.name[:80], reason(fault, LARGEST_TEXT_BYTES), allowed, "Choose another with --out points.json.") from fault


def _check_place(out: Path, photo_names: tuple[str, ...]) -> None:
    """Refuse, before any work, a place that no points file can be written to."""
    if out.suffix.lower() != ".json" or out.name in photo_names or out.is_dir():
        raise BadInput("--out", out.name, "a file whose name ends in .json", "Choose another with --out points.json.")
    if not out.parent.is_dir():
        raise unwritable(out.name, FileNotFoundError(errno.ENOENT, ""))
    demand_room(out)
