"""From a photo file to a sitting: the head, what each pixel shows, the skin."""

from pathlib import Path

from scalp.base import NotPossible, Progress
from scalp.capture.scale import ScaleWish
from scalp.domain.photo import Photo
from scalp.domain.sighting import MarkedPoints
from scalp.io.assets import models_folder
from scalp.io.photos import read_photo
from scalp.io.tables import check_points_inside, read_points_file
from scalp.treatment import Sitting, see_head


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
        told = read_points_file(points)
        marked = told.marked
        check_points_inside(marked, photo.width_px, photo.height_px)
        if scale.card_px is None and told.card_px is not None:
            scale = ScaleWish(circumference_mm=scale.circumference_mm, card_px=told.card_px)
    return sit_for(photo, marked=marked, face_number=face_number, scale=scale, progress=progress)


def sit_for(photo: Photo, *, marked: MarkedPoints | None, face_number: int | None, scale: ScaleWish, progress: Progress) -> Sitting:
    """Return the sitting of a photo."""
    models = models_or_none(needed=marked is None)
    return see_head(photo, models, points=marked, face_number=face_number, scale=scale, progress=progress)
