"""From the files a person gives `smp survey` to a survey in a folder, and its lines in words: all or nothing."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scalp.base import BadInput, Progress
from scalp.capture.size.scale import ScaleWish
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.survey import AvoidPlace, Corrections, RegionTone, ScalpSurvey, SideGrowth
from scalp.io.heads import read_head
from scalp.io.masks import read_mask
from scalp.io.photos import read_photo
from scalp.io.pictures import write_picture
from scalp.io.points import PointsFile, check_places_inside
from scalp.io.surveys import SURVEY_NAME, survey_as_plain, write_survey
from scalp.rendering.surveys import survey_sheet
from scalp.treatment.heads import Take, head_of_photos
from scalp.treatment.surveying import SurveyStudy, survey_photos
from smp.heading import points_of
from smp.sitting import models_or_none, scale_with

if TYPE_CHECKING:
    from smp.terminal import Stages

MOST_SAID = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class SurveyOrder:
    """What was asked for: photos, their head, and what a person says of them. `masks` are files by what they are of."""

    photos: tuple[Path, ...]
    head: Path | None = None
    points: tuple[Path, ...] = ()
    masks: dict[str, Path] = dataclasses.field(default_factory=dict)
    scale: ScaleWish = dataclasses.field(default_factory=ScaleWish)
    face_number: int | None = None

    def check(self) -> None:
        """Refuse, before any work, masks of several photos and words that a kept head cannot heed."""
        if self.masks and len(self.photos) > 1:
            name = next(iter(self.masks))
            raise BadInput(
                f"mask-{name}", f"one for {len(self.photos)} photos", "a mask with one photo", "Survey the photo that it belongs to alone."
            )
        idle = {
            "circumference": self.scale.circumference_mm is not None,
            "card": self.scale.card_px is not None or self.scale.card_sought or self.scale.coin is not None,
            "face": self.face_number is not None,
        }
        for name, said in idle.items():
            if self.head is not None and said:
                raise BadInput(
                    name, "given with --head", "words of a new fit only without --head", f"Leave out --{name}; smp head heeds it."
                )


def run_survey(order: SurveyOrder, folder: Path, stages: "Stages") -> tuple[SurveyStudy, dict[str, Any]]:
    """Survey the photos of an order and write the survey with a sheet of each; return it and what a program wants to know."""
    progress = stages.part(0.0, 0.1)
    progress("reading the photos", 0.0)
    photos = tuple(read_photo(path) for path in order.photos)
    told = points_of(order.photos, order.points)
    said = _said(order, photos, told)
    head = _head(order, photos, told, stages.part(0.1, 0.4))
    study = survey_photos(photos, head, models_or_none(needed=False), corrections=said, progress=stages.part(0.4, 0.8))
    stages.part(0.8, 1.0)("writing the survey", 0.0)
    write_survey(study.together, folder)
    files = [SURVEY_NAME, *_write_sheets(study, folder)]
    return study, {"files": files} | survey_as_plain(study.together)


def _said(order: SurveyOrder, photos: tuple[Photo, ...], told: tuple[PointsFile | None, ...]) -> tuple[Corrections | None, ...]:
    """Return a person's word on each photo: of its points file, and the masks of the only one."""
    for photo, marked in zip(photos, told, strict=True):
        if marked is not None:
            check_places_inside(marked, photo.width_px, photo.height_px)
    said = tuple(None if marked is None else marked.corrections for marked in told)
    if not order.masks:
        return said
    masks = {name: read_mask(path, photos[0]) for name, path in order.masks.items()}
    return (dataclasses.replace(said[0] or Corrections(), **masks),)  # type: ignore[arg-type]


def _head(order: SurveyOrder, photos: tuple[Photo, ...], told: tuple[PointsFile | None, ...], progress: Progress) -> Head:
    """Return the kept head, or one made of these very photos."""
    if order.head is not None:
        progress("reading the head", 0.0)
        return read_head(order.head).head
    takes = tuple(
        Take(photo=photo, points=None if marked is None else marked.marked, face_number=order.face_number)
        for photo, marked in zip(photos, told, strict=True)
    )
    scale = order.scale if told[0] is None else scale_with(order.scale, told[0])
    models = models_or_none(needed=any(take.points is None for take in takes))
    return head_of_photos(takes, models, scale=scale, textured=False, progress=progress).head


def _write_sheets(study: SurveyStudy, folder: Path) -> list[str]:
    """Write a sheet of each photo and return their names."""
    count, files = len(study.photos), []
    for number, (photo, survey) in enumerate(zip(study.photos, study.surveys, strict=True), start=1):
        title = "What is on the scalp" if count == 1 else f"What is on the scalp: photo {number} of {count}"
        files.append("survey.png" if count == 1 else f"survey-{number}.png")
        write_picture(Photo(pixels=np.asarray(survey_sheet(photo, survey, title)), encoding=srgb_encoding()), folder / files[-1])
    return files


def report_survey(study: SurveyStudy, files: list[str], out: Path) -> str:
    """Return the few lines that sum up a survey."""
    together = study.together
    lines = [f"Tone of bare skin, from {len(study.photos)} photo{'s' if len(study.photos) > 1 else ''}:"]
    lines += [f"  {_tone_words(tone)}" for tone in together.tones] or ["  no bare skin is seen well"]
    lines += ["Hair:"] + ([f"  {_growth_words(growth)}" for growth in together.growths] or ["  no scalp beyond the forehead is seen well"])
    rows = _rows(together.avoid)
    lines += ["To avoid:"] + ([f"  {_row_words(row)}" for row in rows[:MOST_SAID]] or ["  nothing found"])
    if len(rows) > MOST_SAID:
        lines.append(f"  and {len(rows) - MOST_SAID} more in {SURVEY_NAME}")
    lines += [f"In the way in photo {number}: {words}." for number, words in _in_the_way(together)]
    lines += ["Not certain:"] + [f"  - {sentence}" for sentence in _doubts(together)]
    lines.append("Correct it with `smp points` and with masks: what you say wins, and is marked as told.")
    lines.append(f"{', '.join(files)} are in {out}, for you alone to read: the sheets show the photos. Delete the folder to delete them.")
    return "\n".join(lines)


def _tone_words(tone: RegionTone) -> str:
    """Say the tone of a region."""
    lightness, a, b = tone.lab
    sd = tone.lab_sd
    return (
        f"{tone.region}: L {lightness:.0f} +-{sd[0]:.0f}, a {a:.0f} +-{sd[1]:.0f}, b {b:.0f} +-{sd[2]:.0f}; "
        f"melanin {100 * tone.melanin_fraction:.1f} % ({100 * tone.melanin_low_fraction:.1f} to {100 * tone.melanin_high_fraction:.1f})"
    )


def _growth_words(growth: SideGrowth) -> str:
    """Say what grows on a region."""
    words = f"{growth.region}: {growth.kind} ({100 * growth.confidence_fraction:.0f} % sure)"
    if growth.kind == "bare" or not np.isfinite(growth.density_per_cm2):
        return words
    return f"{words}, {growth.density_per_cm2:.0f} +-{growth.density_sd_per_cm2:.0f} hairs per cm2"


def _rows(places: tuple[AvoidPlace, ...]) -> list[list[AvoidPlace]]:
    """Return the places in rows: a long scar is a row of places, which share kind, sureness and photos."""
    rows: dict[tuple[object, ...], list[AvoidPlace]] = {}
    for place in places:
        rows.setdefault((place.kind, place.radius_mm, place.confidence_fraction, place.told, place.photo_numbers), []).append(place)
    return list(rows.values())


def _row_words(row: list[AvoidPlace]) -> str:
    """Say places to avoid: what, how wide, where on the head, how sure."""
    place = row[len(row) // 2]
    across, up, ahead = place.place_mm
    sure = "told" if place.told else f"{100 * place.confidence_fraction:.0f} % sure"
    where = f"{abs(across):.0f} mm to the client's {'left' if across > 0 else 'right'}, {up:.0f} mm up"
    size = f"{2 * place.radius_mm:.0f} mm wide" + (f", {len(row)} in a row" if len(row) > 1 else "")
    photos = f"in photo {', '.join(map(str, place.photo_numbers))}"
    return f"{place.kind}, {size}, {where}, {abs(ahead):.0f} mm {'ahead of' if ahead > 0 else 'behind'} the ears; {sure}, {photos}"


def _in_the_way(together: ScalpSurvey) -> list[tuple[int, str]]:
    """Return what stands before the head in each photo, by its number."""
    told = [
        (number, ", ".join(f"{thing.kind} ({100 * thing.confidence_fraction:.0f} % sure)" for thing in photo.occluders))
        for number, photo in enumerate(together.photos, start=1)
    ]
    return [(number, words) for number, words in told if words]


def _doubts(together: ScalpSurvey) -> list[str]:
    """Return every doubt once, with its photos where there are several."""
    sentences: dict[str, list[int]] = {}
    for number, photo in enumerate(together.photos, start=1):
        for doubt in photo.doubts:
            sentences.setdefault(doubt.sentence(), []).append(number)
    if len(together.photos) == 1:
        return list(sentences)
    return [f"photo {', '.join(map(str, numbers))}: {sentence}" for sentence, numbers in sentences.items()]
