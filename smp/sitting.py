"""From a photo file to a sitting: the head, what each pixel shows, the skin."""

import dataclasses
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import scalp
from scalp.base import BadInput, NotPossible, Progress, WrongParent
from scalp.capture.size.scale import ScaleWish
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import MarkedPoints, Regions
from scalp.io.assets import models_folder
from scalp.io.cache import photo_cache_folder
from scalp.io.heads import read_head
from scalp.io.keeping import keep_noun, kept_noun
from scalp.io.photos import read_photo
from scalp.io.points import PointsFile, check_places_inside, read_points_file
from scalp.skin.tone import fit_skin
from scalp.treatment.heads import sit_with_head
from scalp.treatment.sittings import Sitting, see_head, skin_colour
from smp.orders import read_scale


def models_or_none(*, needed: bool) -> Path | None:
    """Return the folder of face models; without them None where points by hand will do, else a refusal."""
    try:
        return models_folder()
    except NotPossible:
        if needed:
            raise
        return None


def sit_for_file(path: Path, *, points: Path | None, face_number: int | None, scale: ScaleWish, progress: Progress) -> Sitting:
    """Return the sitting of a photo file, with a file of named points where one is given."""
    progress("reading the photo", 0.0)
    photo = read_photo(path)
    marked = None
    if points:
        told = read_points_file(points, path.name)
        marked = told.marked
        check_places_inside(told, photo.width_px, photo.height_px)
        scale = scale_with(scale, told)
    return sit_for(photo, marked=marked, face_number=face_number, scale=scale, progress=progress)


def scale_with(scale: ScaleWish, told: PointsFile) -> ScaleWish:
    """Return what was measured, with the card and the coin of a points file where the command itself names none."""
    if scale.card_px is None and told.card_px is not None:
        scale = dataclasses.replace(scale, card_px=told.card_px)
    if scale.coin is None and told.coin is not None:
        scale = dataclasses.replace(scale, coin=told.coin, coin_px=told.coin_px, coin_sought=told.coin_px is None)
    return scale


def sit_for(photo: Photo, *, marked: MarkedPoints | None, face_number: int | None, scale: ScaleWish, progress: Progress) -> Sitting:
    """Return the sitting of a photo; what the same photo and the same words gave before is taken from the cache."""
    models = models_or_none(needed=marked is None)
    words = f"{_code_digest()} {marked.digest if marked else None} {face_number} {scale.digest} {models is None}"
    name = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
    folder = _private_folder(photo)
    if folder:
        head, regions = kept_noun(Head, folder, f"head-{name}"), kept_noun(Regions, folder, f"regions-{name}")
        if head and regions and photo.digest in head.photo_digests:
            return Sitting(photo=photo, head=head, regions=regions, skin=fit_skin(skin_colour(photo, regions)))
    sitting = see_head(photo, models, points=marked, face_number=face_number, scale=scale, progress=progress)
    if folder:
        keep_noun(sitting.head, folder, f"head-{name}")
        keep_noun(sitting.regions, folder, f"regions-{name}")
    return sitting


def choose_sitting(
    photo: Path | None,
    head: Path | None,
    *,
    points: Path | None,
    face: int | None,
    circumference_mm: float | None,
    card: str | None = None,
    seed: int = 1,
) -> Callable[..., Sitting]:
    """Return what makes a sitting, given only a `progress`: on a kept head, by a fit that heeds the words, or of the demo head."""
    if head is not None and photo is not None:
        # Refused now, before anything long is begun.
        read_head(head)
        return partial(sit_on_head, photo, head, points=points, face=face, circumference=circumference_mm, card=card)
    scale = read_scale(circumference_mm, card)
    if photo is not None:
        return partial(sit_for_file, photo, points=points, face_number=face, scale=scale)
    return partial(_sit_demo, seed, scale)


def _sit_demo(seed: int, scale: ScaleWish, progress: Progress) -> Sitting:
    """Return the sitting of the demo head."""
    from scalp.demo.portrait import make_demo_head
    from scalp.io.assets import makehuman_folder

    progress("photographing the demo head", 0.0)
    person = make_demo_head(makehuman_folder(), seed=seed)
    return sit_for(person.photo, marked=person.marked_points, face_number=None, scale=scale, progress=progress)


def sit_on_head(path: Path, head: Path, progress: Progress, **of_a_fit: object) -> Sitting:
    """Return the sitting of one of the photos of a kept head, on that head; refuse words that only a new fit could heed."""
    for name, told in of_a_fit.items():
        if told is not None:
            raise BadInput(name, "given with --head", "words of a new fit only without --head", f"Leave out --{name}; smp head heeds it.")
    progress("reading the head", 0.0)
    stored = read_head(head)
    progress("reading the photo", 0.1)
    photo = read_photo(path)
    count = len(stored.head.photo_digests)
    if photo.digest not in stored.head.photo_digests:
        allowed = f"one of the {count} photos that smp head was given" if count else "a photo of a head made from photos"
        raise WrongParent(
            "the photo", "none of those this head was made from", allowed, "Give that very file, or make the head anew with this one."
        )
    models = models_or_none(needed=False)
    folder, name = _private_folder(photo), f"regions-{_code_digest()}-{stored.head.digest}"
    known = kept_noun(Regions, folder, name) if folder else None
    sitting = sit_with_head(photo, stored, models, regions=known, progress=progress)
    if folder and known is None:
        keep_noun(sitting.regions, folder, name)
    return sitting


def _private_folder(photo: Photo) -> Path | None:
    """Return the photo's cache folder; None where nothing can be kept, which is no reason to stop."""
    try:
        return photo_cache_folder(photo.digest)
    except BadInput:
        return None


def _code_digest() -> str:
    """Name the engine's own files by size and time, so that nothing an older engine saw is taken for this one's."""
    engine = Path(scalp.__file__).parent
    files = [*sorted((engine / "capture").rglob("*.py")), engine / "tables" / "head-prior.csv"]
    facts = [(file.name, stat.st_size, stat.st_mtime_ns) for file in files for stat in (file.stat(),)]
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()
