"""Whether several photos of one head together are enough, which of them to retake, and why.

Each photo by itself is `checks`'; whether one head explains all of them is the joint fit's, and told to this room in words.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.capture.seeing.stance import find_stance
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Finding, Regions, Sighting

SIDES = ("front", "left", "right", "back", "top")
"""The views that show a whole scalp; left and right are the client's."""
_ADVICE_OF_SIDE = {
    "front": "Take one from the front, at the height of the eyes.",
    "left": "Take one from the client's left side.",
    "right": "Take one from the client's right side.",
    "back": "Take one from behind.",
    "top": "Take one from above, looking down on the crown.",
}
_WEIGHT = {"bad": 3.0, "usable": 1.0, "good": 0.0}
_LIKE_EACH_OTHER_RAD = np.deg2rad(20.0)


@value
class GatheringLimits(Value):
    """From what on photos are told to differ. (D)"""

    side_rad: float = float(np.deg2rad(35.0))
    """A view from farther round than this is one of a side."""
    behind_rad: float = float(np.deg2rad(125.0))
    above_rad: float = float(np.deg2rad(50.0))
    colour_log: float = 0.22
    """Distance of the skin's log ratios of red and blue to green from the middle photo's."""
    light_log: float = 1.1
    """The same of its light: three times."""
    hair_fraction: float = 0.35
    """Difference of the part under hair between photos of one side."""
    lens_log: float = 0.18
    """Difference of focal lengths, as parts of the picture's longer side."""


@value
class Gathering(Value):
    """What is good and bad about several photos: of each, and of all together; and which to take again, from 0, or None."""

    photos: tuple[tuple[Finding, ...], ...]
    together: tuple[Finding, ...]
    retake_index: int | None
    retake_reason: str

    @property
    def verdict_line(self) -> str:
        """Say in one line which photo to take again."""
        if self.retake_index is not None:
            return f"Take photo {self.retake_index + 1} again: {self.retake_reason}."
        missing = [finding for finding in self.together if finding.verdict != "good"]
        return "No photo needs to be taken again." if not missing else f"No photo needs to be taken again; {missing[0].size}."


def check_photos(
    sightings: Sequence[Sighting],
    findings: Sequence[Sequence[Finding]],
    regions: Sequence[Regions | None] | None = None,
    head: Head | None = None,
    *,
    refused: str | None = None,
) -> Gathering:
    """Return what several photos of one head lack, and which to take again.

    Sides come from the fitted cameras where there is a head, else from the faces; light from bare skin; hair from the
    regions. `refused` says why no one head could be made of all of them, where that was tried: different people, a
    mirrored photo. Taken again is the photo with the most against it; of several alike any but the best.
    """
    limits, views = GatheringLimits(), [_view_rad(sighting, head) for sighting in sightings]
    sides = [None if view is None else side_of(view, limits) for view in views]
    faced = any(sighting.face is not None for sighting in sightings)
    own = [_as_one_of_several(of_photo, side, faced=faced) for of_photo, side in zip(findings, sides, strict=True)]
    seen = list(regions or [None] * len(sightings))
    for index, finding in (
        *_twins(views),
        *_odd_light([one.photo for one in sightings], seen, limits),
        *_odd_hair(sides, seen, limits),
        *_odd_lens(sightings, limits),
    ):
        own[index].append(finding)
    together = [_sides_finding(sides)]
    if refused is not None:
        advice = "Check that all photos are of one person, that none is mirrored, and that left and right points are the client's."
        together.insert(0, Finding(kind="person", verdict="bad", size=f"no one head explains all photos: {refused}", advice=advice))
    for doubt in () if head is None else head.doubts:
        if doubt.kind == "person":
            together.insert(0, Finding(kind="person", verdict="usable", size=f"{doubt.where}: {doubt.size}", advice=doubt.advice))
    retake, reason = _worst(own)
    return Gathering(photos=tuple(tuple(one) for one in own), together=tuple(together), retake_index=retake, retake_reason=reason)


def _as_one_of_several(findings: Sequence[Finding], side: str | None, *, faced: bool) -> list[Finding]:
    """Return the findings of a photo among others: the side and the back are wanted, and need no face where another shows one."""
    kept = [one for one in findings if one.kind != "pose" or side in (None, "front")]
    if not faced or side is not None:
        return kept
    advice = "If it shows the side, the back or the top, name three or more points in it (smp points); if the front, turn to the camera."
    unplaced = Finding(kind="face", verdict="usable", size="no face is seen, so that it does not join the others yet", advice=advice)
    return [unplaced if one.kind == "face" and one.verdict == "bad" else one for one in kept]


def _view_rad(sighting: Sighting, head: Head | None) -> tuple[float, float] | None:
    """Return from where a photo sees the head: round to the client's left, and up; None where nothing tells."""
    if head is not None and sighting.photo.digest in head.photo_digests:
        x, y, z = head.camera_of(sighting.photo.digest).eye_mm - head.surface.vertices_mm.mean(0)
    elif sighting.face is not None:
        x, y, z = find_stance(sighting.photo, sighting.face).camera.eye_mm
    else:
        return None
    return float(np.arctan2(x, z)), float(np.arctan2(y, np.hypot(x, z)))


def side_of(view_rad: tuple[float, float], limits: GatheringLimits | None = None) -> str:
    """Return which of `SIDES` a view is, from its angles round to the client's left and up."""
    limits = limits or GatheringLimits()
    around, up = view_rad
    if up > limits.above_rad:
        return "top"
    if abs(around) > limits.behind_rad:
        return "back"
    if abs(around) > limits.side_rad:
        return "left" if around > 0 else "right"
    return "front"


def _sides_finding(sides: Sequence[str | None]) -> Finding:
    """Tell which sides of the scalp no photo shows."""
    counts = Counter(side for side in sides if side is not None)
    if not counts:
        advice = "Name points by hand with --points where no face is seen, and take one from the front."
        return Finding(kind="sides", verdict="bad", size="no photo tells from where it sees the head", advice=advice)
    missing = [side for side in SIDES if side not in counts]
    seen = ", ".join(f"{counts[side]} {side}" for side in SIDES if side in counts)
    if not missing:
        return Finding(kind="sides", verdict="good", size=f"all sides are seen: {seen}", advice="")
    unknown = sum(side is None for side in sides)
    size = f"seen: {seen}{f', {unknown} unknown' if unknown else ''}; missing: {', '.join(missing)}"
    alone = len(counts) == 1 and len(sides) > 1
    return Finding(
        kind="sides", verdict="bad" if alone else "usable", size=size, advice=" ".join(_ADVICE_OF_SIDE[side] for side in missing)
    )


def _twins(views: Sequence[tuple[float, float] | None]) -> list[tuple[int, Finding]]:
    """Return which photos show nothing that an earlier one does not."""
    found = []
    for index, view in enumerate(views):
        for earlier in range(index if view is not None else 0):
            other = views[earlier]
            if other is not None and view is not None and _apart_rad(view, other) < _LIKE_EACH_OTHER_RAD:
                side = side_of(view)
                size = f"it shows the same side as photo {earlier + 1}: {side}"
                found.append((index, Finding(kind="sides", verdict="usable", size=size, advice="Take this one from another side instead.")))
                break
    return found


def _apart_rad(one: tuple[float, float], other: tuple[float, float]) -> float:
    ways = [np.array([np.cos(up) * np.sin(around), np.sin(up), np.cos(up) * np.cos(around)]) for around, up in (one, other)]
    return float(np.arccos(np.clip(ways[0] @ ways[1], -1.0, 1.0)))


def _odd_light(photos: Sequence[Photo], regions: Sequence[Regions | None], limits: GatheringLimits) -> list[tuple[int, Finding]]:
    """Return which photos show the skin in another light than most; nothing of fewer than three."""
    looks = [None if seen is None else _skin_look(photo, seen) for photo, seen in zip(photos, regions, strict=True)]
    known = [look for look in looks if look is not None]
    if len(known) < 3:
        return []
    middle = np.median(np.array(known), axis=0)
    found = []
    for index, look in enumerate(looks):
        if look is None:
            continue
        red, blue, light = look - middle
        advice = "Take all photos in the same light, one after the other."
        if np.hypot(red, blue) > limits.colour_log:
            tint = ("redder" if red > 0 else "greener") if abs(red) > abs(blue) else ("bluer" if blue > 0 else "yellower")
            found.append((index, Finding(kind="light", verdict="usable", size=f"its light is {tint} than the others'", advice=advice)))
        elif abs(light) > limits.light_log:
            size = f"its skin is {np.exp(abs(light)):.1f} times as {'bright' if light > 0 else 'dark'} as in the others"
            found.append((index, Finding(kind="light", verdict="usable", size=size, advice=advice)))
    return found


def _skin_look(photo: Photo, regions: Regions) -> FloatArray | None:
    """Return the logarithms of red and blue over green and of the light of bare skin, (3,)."""
    step = max(1, photo.width_px // 400)
    bare = regions.skin[::step, ::step] > 200
    if bare.sum() < 100:
        return None
    light = np.median(photo.rgb_linear()[::step, ::step][bare], axis=0) + 1e-4
    return np.array([np.log(light[0] / light[1]), np.log(light[2] / light[1]), np.log(light[1])])


def _odd_hair(sides: Sequence[str | None], regions: Sequence[Regions | None], limits: GatheringLimits) -> list[tuple[int, Finding]]:
    """Return which photos of one side show more hair than another of that side: before and after a shave are two heads."""
    found: list[tuple[int, Finding]] = []
    first: dict[str, tuple[int, float]] = {}
    for index, (side, seen) in enumerate(zip(sides, regions, strict=True)):
        if side is None or seen is None:
            continue
        hair, skin = float(seen.hair.sum(dtype=np.float64)), float(seen.skin.sum(dtype=np.float64))
        share = hair / max(hair + skin, 1.0)
        earlier, before = first.setdefault(side, (index, share))
        if abs(share - before) > limits.hair_fraction:
            size = f"hair covers {share:.0%} here and {before:.0%} in photo {earlier + 1} of the same side"
            advice = "Take all photos on one day: all before shaving, or all after."
            found.append((index, Finding(kind="hair", verdict="bad", size=size, advice=advice)))
    return found


def _odd_lens(sightings: Sequence[Sighting], limits: GatheringLimits) -> list[tuple[int, Finding]]:
    """Return which photos were taken with another lens than most."""
    lenses = [
        None if one.photo.focal_px is None else float(np.log(one.photo.focal_px / max(one.photo.width_px, one.photo.height_px)))
        for one in sightings
    ]
    known = [lens for lens in lenses if lens is not None]
    if len(known) < 2:
        return []
    middle = float(np.median(known))
    advice = "One camera without zooming is better: its lens is then known from all photos together."
    return [
        (index, Finding(kind="distance", verdict="usable", size="it was taken with another lens or zoom than the others", advice=advice))
        for index, lens in enumerate(lenses)
        if lens is not None and abs(lens - middle) > limits.lens_log
    ]


def _worst(findings: Sequence[Sequence[Finding]]) -> tuple[int | None, str]:
    """Return which photo has the most against it, and its weightiest fault; None where nothing is bad and no side is double."""
    chosen: tuple[float, int, str] | None = None
    for index, of_photo in enumerate(findings):
        bad = [one for one in of_photo if one.verdict == "bad"]
        double = [one for one in of_photo if one.kind == "sides" and one.verdict != "good"]
        weight = sum(_WEIGHT[one.verdict] for one in of_photo)
        if (bad or double) and (chosen is None or weight > chosen[0]):
            chosen = (weight, index, (bad or double)[0].size)
    return (None, "") if chosen is None else chosen[1:]
