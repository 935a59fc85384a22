"""From the surveys of several photos of one head to one: tones and hair weighed by region, the same spot of the skin once.

What a single photo says is `surveying`'s. A person's word in one photo holds in all of them.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from scalp.base import BadInput, BoolArray, FloatArray, IntArray, Value, WrongParent, value
from scalp.capture.survey.blemishes import BlemishSettings
from scalp.capture.survey.correcting import BLACK_TO, TAKEN_BACK_MM
from scalp.colour.srgb import linear_from_lab
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.survey import (
    SCALP_REGIONS,
    AvoidPlace,
    AvoidPlaces,
    Corrections,
    PhotoReading,
    RegionTone,
    ScalpSurvey,
    SideGrowth,
    Survey,
)
from scalp.geometry.meshes import vertex_normals

SAME_SPOT_MM = 4.0
"""Places that two photos show no farther apart than this are one: a few SD of where one head's photos put a spot. (D)"""

MISSED_FRACTION = 0.3
"""How often a photo that sees a mole or scar as well as another does not tell it: painted ones of middling contrast. (D)"""
_AS_WELL_FRACTION, _LEAST_SKIN = 0.85, 200


def join_surveys(head: Head, surveys: Sequence[Survey], corrections: Sequence[Corrections | None]) -> ScalpSurvey:
    """Return what the surveys of one head's photos say together; each photo counts for how much it saw and how surely.

    The tone of a region is the mean over its photos, weighed by the part seen over the variance. Photos of one day share
    lamp and camera, so their errors do not average out: the SD is the photos' own, or the scatter between them where that
    is larger. A place that two photos show within 4 mm is one place, the surer photo's; one that other photos see as well and do not show is the less sure, since highlights move
    with the camera and skin does not, and is not proposed below the settings' confidence. What a person named swallows what
    was proposed under it in any photo, and what a person took back in one photo is gone from all that show it there.
    """
    if not surveys or len(surveys) != len(corrections):
        raise BadInput(
            "surveys", f"{len(surveys)} with {len(corrections)} corrections", "one or more, with a word on each", "Survey a photo."
        )
    for survey in surveys:
        if survey.head_digest != head.digest:
            raise WrongParent("survey", "of another head", "surveys of this head", "Survey its photos again.")
    return ScalpSurvey(
        head_digest=head.digest,
        tones=tuple(_tone(tones) for region in SCALP_REGIONS if (tones := [tone for one in surveys if (tone := one.tone_of(region))])),
        growths=tuple(_growth(own) for region in SCALP_REGIONS if (own := [grown for one in surveys if (grown := one.growth_of(region))])),
        avoid=_avoid(head, surveys, corrections),
        photos=tuple(_reading(survey) for survey in surveys),
    )


def agreed(head: Head, survey: Survey, number: int, together: ScalpSurvey) -> Survey:
    """Return the survey of photo `number`, counted from 1, with those of its places to avoid that all photos together kept."""
    kept_mm = np.array([place.place_mm for place in together.avoid if number in place.photo_numbers]).reshape(-1, 3)
    reach_mm = np.array([max(place.radius_mm, SAME_SPOT_MM) for place in together.avoid if number in place.photo_numbers])
    avoid = survey.avoid
    own_mm = np.einsum("nk,nkd->nd", avoid.barycentric, head.surface.vertices_mm[head.surface.faces[avoid.face_index]])
    stays = avoid.told | (np.linalg.norm(own_mm[:, None] - kept_mm[None], axis=2) <= reach_mm[None]).any(axis=1)
    columns = {
        name: getattr(avoid, name)[stays] for name in ("face_index", "barycentric", "at_px", "radius_mm", "confidence_fraction", "told")
    }
    kinds = tuple(kind for kind, stay in zip(avoid.kinds, stays, strict=True) if stay)
    return dataclasses.replace(survey, avoid=AvoidPlaces(kinds=kinds, **columns))


def _reading(survey: Survey) -> PhotoReading:
    """Return what one survey says, without its masks."""
    return PhotoReading(
        photo_digest=survey.photo_digest,
        balance=survey.balance,
        tones=survey.tones,
        growths=survey.growths,
        occluders=survey.occluders,
        told=survey.told,
        doubts=survey.doubts,
    )


def _tone(tones: list[RegionTone]) -> RegionTone:
    """Return the tone of one region of all photos that show it."""
    if len(tones) == 1:
        return tones[0]
    weights = np.array([tone.seen_fraction / max(float((tone.lab_sd**2).sum()), 1e-6) for tone in tones])
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(tones), 1.0 / len(tones))
    lab, lab_sd = _weighed(np.array([tone.lab for tone in tones]), np.array([tone.lab_sd for tone in tones]), weights)
    melanin = np.log([[tone.melanin_low_fraction, tone.melanin_fraction, tone.melanin_high_fraction] for tone in tones])
    middle, below = _weighed(melanin[:, 1], melanin[:, 1] - melanin[:, 0], weights)
    _, above = _weighed(melanin[:, 1], melanin[:, 2] - melanin[:, 1], weights)
    return RegionTone(
        region=tones[0].region,
        rgb_linear=linear_from_lab(lab),
        lab=lab,
        lab_sd=lab_sd,
        melanin_fraction=float(np.exp(middle)),
        melanin_low_fraction=float(np.exp(middle - below)),
        melanin_high_fraction=float(np.exp(middle + above)),
        seen_fraction=max(tone.seen_fraction for tone in tones),
        shine_fraction=float(weights @ [tone.shine_fraction for tone in tones]),
    )


def _weighed(values: FloatArray, sd: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of values (N, ...) and its SD: the photos' own, or the scatter between them where it is larger."""
    mean = np.tensordot(weights, values, axes=1)
    own, scatter = np.tensordot(weights, sd**2, axes=1), np.tensordot(weights, (values - mean) ** 2, axes=1)
    return mean, np.sqrt(np.maximum(own, scatter))


def _growth(growths: list[SideGrowth]) -> SideGrowth:
    """Return the hair of one region: the kind most surely told, measured in the photos that tell it."""
    sureness = {kind: sum(one.confidence_fraction for one in growths if one.kind == kind) for kind in {one.kind for one in growths}}
    kind = max(sorted(sureness), key=lambda name: sureness[name])
    own = [one for one in growths if one.kind == kind]
    if len(own) == len(growths) == 1:
        return own[0]
    weights = np.array([max(one.confidence_fraction, 1e-6) for one in own])
    weights /= weights.sum()
    counted = [one for one in own if np.isfinite(one.density_per_cm2) and one.density_sd_per_cm2 > 0]
    density, density_sd = np.nan, np.nan
    if counted:
        sd = np.array([one.density_sd_per_cm2 for one in counted])
        each = np.array([one.density_per_cm2 for one in counted])
        density, density_sd = (float(part) for part in _weighed(each, sd, sd**-2.0 / (sd**-2.0).sum()))
    return SideGrowth(
        region=own[0].region,
        kind=kind,
        lab=weights @ np.array([one.lab for one in own]),
        difference_lab=weights @ np.array([one.difference_lab for one in own]),
        covered_fraction=float(weights @ [one.covered_fraction for one in own]),
        density_per_cm2=density if counted else own[0].density_per_cm2,
        density_sd_per_cm2=density_sd if counted else own[0].density_sd_per_cm2,
        confidence_fraction=float(max(one.confidence_fraction for one in own) * sureness[kind] / max(sum(sureness.values()), 1e-9)),
    )


@value
class _Spots(Value):
    """Places of all photos as columns (N,), the surest first: photo and row in it, place in mm, normal, radius, word."""

    photo_index: IntArray
    row_index: IntArray
    place_mm: FloatArray
    normal: FloatArray
    radius_mm: FloatArray
    confidence_fraction: FloatArray
    told: BoolArray


def _avoid(head: Head, surveys: Sequence[Survey], corrections: Sequence[Corrections | None]) -> tuple[AvoidPlace, ...]:
    """Return the places to avoid of all photos, each spot once, what a person named first."""
    spots = _spots(head, surveys)
    groups: list[list[int]] = []
    for spot in range(len(spots.told)):
        if not spots.told[spot] and _taken_back(head, spots, spot, surveys, corrections):
            continue
        group = next((group for group in groups if _is_same(spots, group, spot)), None)
        if group is None:
            groups.append([spot])
        else:
            group.append(spot)
    places = (_place(spots, group, surveys, _denials(head, spots, group, surveys)) for group in groups)
    least = BlemishSettings().least_confidence_fraction
    return tuple(sorted((place for place in places if place.told or place.confidence_fraction >= least), key=_rank))


def _rank(place: AvoidPlace) -> tuple[bool, float]:
    """Return what puts told places first, then the surest."""
    return not place.told, -place.confidence_fraction


def _denials(head: Head, spots: _Spots, group: list[int], surveys: Sequence[Survey]) -> int:
    """Return how many photos see the bare skin of a group's first spot as well as its own photo does and show nothing there."""
    first = group[0]
    place_mm, normal = spots.place_mm[first], spots.normal[first]
    own = _fineness(head.camera_of(surveys[int(spots.photo_index[first])].photo_digest), place_mm, normal)
    count = 0
    for number, survey in enumerate(surveys):
        if number in spots.photo_index[group]:
            continue
        camera = head.camera_of(survey.photo_digest)
        if _fineness(camera, place_mm, normal) < _AS_WELL_FRACTION * own:
            continue
        column, row = np.floor(camera.project(place_mm[None])[0]).astype(int)
        high, wide = survey.regions.skin.shape
        count += bool(0 <= row < high and 0 <= column < wide and survey.regions.skin[row, column] >= _LEAST_SKIN)
    return count


def _fineness(camera: Camera, place_mm: FloatArray, normal: FloatArray) -> float:
    """Return how many px a mm of skin has in a photo along its foreshortened way; negative where it faces away."""
    sight = camera.eye_mm - place_mm
    cosine = float(normal @ sight / (np.linalg.norm(sight) * np.linalg.norm(normal)))
    return cosine * camera.focal_px / float(camera.in_camera(place_mm[None])[0, 2])


def _spots(head: Head, surveys: Sequence[Survey]) -> _Spots:
    """Return the places of all surveys, what was told first, then the surest."""
    counts = [len(survey.avoid) for survey in surveys]
    photo = np.repeat(np.arange(len(surveys)), counts)
    row = np.concatenate([np.arange(count) for count in counts]) if counts else np.zeros(0)
    face = np.concatenate([survey.avoid.face_index for survey in surveys]).astype(np.int64)
    shares = np.concatenate([survey.avoid.barycentric for survey in surveys]).reshape(-1, 3)
    radius, sure, told = (
        np.concatenate([getattr(survey.avoid, name) for survey in surveys]) for name in ("radius_mm", "confidence_fraction", "told")
    )
    corners = head.surface.faces[face]
    place = np.einsum("nk,nkd->nd", shares, head.surface.vertices_mm[corners])
    normal = np.einsum("nk,nkd->nd", shares, vertex_normals(head.surface)[corners])
    order = np.lexsort((-sure, ~told.astype(bool)))
    return _Spots(
        photo_index=photo[order].astype(np.int32),
        row_index=row[order].astype(np.int32),
        place_mm=place[order],
        normal=normal[order],
        radius_mm=radius[order].astype(np.float64),
        confidence_fraction=sure[order].astype(np.float64),
        told=told[order].astype(bool),
    )


def _is_same(spots: _Spots, group: list[int], spot: int) -> bool:
    """Tell whether a spot is that of a group: near it and of another photo, or under what a person named."""
    first = group[0]
    away_mm = float(np.linalg.norm(spots.place_mm[spot] - spots.place_mm[first]))
    if spots.told[first] and not spots.told[spot] and away_mm < spots.radius_mm[first] + 0.5 * spots.radius_mm[spot]:
        return True
    return away_mm <= SAME_SPOT_MM and spots.photo_index[spot] not in spots.photo_index[group]


def _place(spots: _Spots, group: list[int], surveys: Sequence[Survey], denials: int) -> AvoidPlace:
    """Return the one place that a group of spots is: where and what the first of them says, less sure by what denies it."""
    first = group[0]
    found = surveys[int(spots.photo_index[first])].avoid
    row, told = int(spots.row_index[first]), bool(spots.told[first])
    odds = float(found.confidence_fraction[row]) / max(1.0 - float(found.confidence_fraction[row]), 1e-9) * MISSED_FRACTION**denials
    return AvoidPlace(
        kind=found.kinds[row],
        place_mm=spots.place_mm[first],
        face_index=int(found.face_index[row]),
        barycentric=found.barycentric[row],
        radius_mm=float(found.radius_mm[row]),
        confidence_fraction=1.0 if told else odds / (1.0 + odds),
        told=told,
        photo_numbers=tuple(sorted({int(number) + 1 for number in spots.photo_index[group]})),
    )


def _taken_back(head: Head, spots: _Spots, spot: int, surveys: Sequence[Survey], corrections: Sequence[Corrections | None]) -> bool:
    """Tell whether a person said in another photo that sees this spot that there is nothing to avoid."""
    for survey, said in zip(surveys, corrections, strict=True):
        if said is None or (said.not_avoid_px is None and said.avoid is None):
            continue
        camera = head.camera_of(survey.photo_digest)
        if spots.normal[spot] @ (camera.eye_mm - spots.place_mm[spot]) <= 0:
            continue
        if _is_denied(camera, spots.place_mm[spot], float(spots.radius_mm[spot]), said):
            return True
    return False


def _is_denied(camera: Camera, place_mm: FloatArray, radius_mm: float, said: Corrections) -> bool:
    """Tell whether a person's word in one photo is that nothing is to be avoided at a place."""
    at_px = camera.project(place_mm[None])[0]
    px_per_mm = camera.focal_px / float(camera.in_camera(place_mm[None])[0, 2])
    if said.not_avoid_px is not None and len(said.not_avoid_px):
        away_mm = np.linalg.norm(said.not_avoid_px - at_px, axis=1).min() / px_per_mm
        if away_mm < TAKEN_BACK_MM + 0.5 * radius_mm:
            return True
    if said.avoid is None:
        return False
    column, row = np.floor(at_px).astype(int)
    high, wide = said.avoid.shape
    return bool(0 <= row < high and 0 <= column < wide and said.avoid[row, column] <= BLACK_TO)
