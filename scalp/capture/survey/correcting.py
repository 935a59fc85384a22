"""A person's word over what was read: masks painted by hand laid over regions, places named and places taken back.

What the words are is `scalp.domain.survey`'s `Corrections`; reading them from files is `scalp.io`'s.
"""

import cv2
import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, FloatArray, IntArray
from scalp.capture.survey.zones import Ground
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.survey import LARGEST_AVOID_RADIUS_MM, AvoidKind, AvoidPlaces, Corrections

WHITE_FROM, BLACK_TO = 192, 63
"""Grey values of a mask from which a pixel is said to be so, and up to which it is said not to be."""


def correct_regions(photo: Photo, regions: Regions, corrections: Corrections | None) -> tuple[Regions, tuple[str, ...]]:
    """Return the regions with a person's masks laid over them, and the names of what was told.

    White is so, black is not so, grey stays as read. Skin that is told is not hair and the other way round, and both are
    head; what is told not to be head is neither.
    """
    if corrections is None:
        return regions, ()
    masks = {name: getattr(corrections, name) for name in ("head", "skin", "hair")}
    for name, mask in masks.items():
        demand_size(photo, name, mask)
    told = tuple(name for name, mask in masks.items() if mask is not None and ((mask >= WHITE_FROM) | (mask <= BLACK_TO)).any())
    if not told:
        return regions, ()
    head, skin, hair = regions.head.copy(), regions.skin.copy(), regions.hair.copy()
    for own, other, mask in ((skin, hair, masks["skin"]), (hair, skin, masks["hair"])):
        if mask is not None:
            so = mask >= WHITE_FROM
            own[so], other[so], head[so] = 255, 0, 255
            own[mask <= BLACK_TO] = 0
    if masks["head"] is not None:
        head[masks["head"] >= WHITE_FROM] = 255
        for mask in (head, skin, hair):
            mask[masks["head"] <= BLACK_TO] = 0
    return Regions(head=head, skin=skin, hair=hair), told


def demand_size(photo: Photo, name: str, mask: ByteArray | None) -> None:
    """Refuse a mask that is not of the photo's size."""
    if mask is not None and mask.shape != (photo.height_px, photo.width_px):
        given, allowed = f"{mask.shape[1]} x {mask.shape[0]} px", f"{photo.width_px} x {photo.height_px} px, as the photo"
        raise BadInput(f"mask {name}", given, allowed, "Paint the mask over the photo itself, upright as it is shown.")


def correct_avoid(ground: Ground, found: AvoidPlaces, corrections: Corrections | None) -> AvoidPlaces:
    """Return the places to avoid with a person's word over them: taken back, named, painted; what is told has confidence 1.

    A place that was named swallows what was found under it. Marks and paint that miss the head in this photo are refused.
    """
    if corrections is None:
        return found
    named = [(mark.at_px, mark.radius_mm, mark.kind) for mark in corrections.marks] + _painted(ground, corrections.avoid)
    kept = np.ones(len(found), bool)
    if corrections.not_avoid_px is not None:
        kept &= ~_under(found, corrections.not_avoid_px, np.full(len(corrections.not_avoid_px), TAKEN_BACK_MM), ground)
    if corrections.avoid is not None:
        rows, columns = found.at_px[:, 1].astype(int), found.at_px[:, 0].astype(int)
        kept &= corrections.avoid[rows, columns] > BLACK_TO
    told_px, told_mm = np.array([at for at, _, _ in named], float).reshape(-1, 2), np.array([radius for _, radius, _ in named], float)
    kept &= ~_under(found, told_px, told_mm, ground)
    rows, columns = _pixels_of(ground, told_px)
    return AvoidPlaces(
        face_index=np.concatenate([found.face_index[kept], ground.face_index[rows, columns]]),
        barycentric=np.concatenate([found.barycentric[kept], ground.barycentric[rows, columns].astype(np.float64)]),
        at_px=np.concatenate([found.at_px[kept], told_px]),
        radius_mm=np.concatenate([found.radius_mm[kept], told_mm]),
        kinds=(*(kind for kind, keep in zip(found.kinds, kept, strict=True) if keep), *(kind for _, _, kind in named)),
        confidence_fraction=np.concatenate([found.confidence_fraction[kept], np.ones(len(named))]),
        told=np.concatenate([found.told[kept], np.ones(len(named), bool)]),
    )


TAKEN_BACK_MM = 4.0
"""A place that is taken back takes with it what was found within this distance and its own radius."""


def _under(found: AvoidPlaces, places_px: FloatArray, radius_mm: FloatArray, ground: Ground) -> BoolArray:
    """Return which found places lie under any of the named ones."""
    if not len(found) or not len(places_px):
        return np.zeros(len(found), bool)
    px_per_mm = ground.px_per_mm / ground.scale
    away_mm = np.linalg.norm(found.at_px[:, None] - places_px[None], axis=2) / px_per_mm
    return np.asarray((away_mm < radius_mm[None] + 0.5 * found.radius_mm[:, None]).any(axis=1))


def _pixels_of(ground: Ground, places_px: FloatArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns of the ground of places in the photo; refuse those off the head."""
    columns, rows = np.floor(ground.to_ground(places_px)).astype(np.int32).T
    high, wide = ground.face_index.shape
    inside = (rows >= 0) & (columns >= 0) & (rows < high) & (columns < wide)
    hit = inside & (ground.face_index[np.where(inside, rows, 0), np.where(inside, columns, 0)] >= 0)
    if not hit.all():
        x, y = places_px[int(np.argmin(hit))]
        raise BadInput("avoid", f"at {x:.0f}, {y:.0f} px", "places on the head in this photo", "Mark the place on the scalp again.")
    return rows, columns


def _painted(ground: Ground, mask: ByteArray | None) -> list[tuple[tuple[float, float], float, AvoidKind]]:
    """Return each white patch of an avoid mask as places that cover it: one for a round patch, a row for a long one."""
    if mask is None or not (mask >= WHITE_FROM).any():
        return []
    px_per_mm = ground.px_per_mm / ground.scale
    count, labels, _, _ = cv2.connectedComponentsWithStats((mask >= WHITE_FROM).astype(np.uint8))
    places: list[tuple[tuple[float, float], float, AvoidKind]] = []
    for number in range(1, count):
        rows, columns = np.nonzero(labels == number)
        points = np.column_stack([columns + 0.5, rows + 0.5])
        away = points - points.mean(axis=0)
        axes = np.linalg.svd(away, full_matrices=False)[2] if len(points) > 2 else np.eye(2)
        across_px = max(1.0, float(np.ptp(away @ axes[1])) + 1.0)
        along = away @ axes[0]
        parts = max(1, int(np.ceil((np.ptp(along) + 1.0) / across_px)))
        part = np.minimum(((along - along.min()) / max(float(np.ptp(along)), 1e-6) * parts).astype(int), parts - 1)
        for each in range(parts):
            own = points[part == each]
            middle = own[np.linalg.norm(own - own.mean(axis=0), axis=1).argmin()]
            reach_px = float(np.linalg.norm(own - middle, axis=1).max()) + 0.5
            places.append(((float(middle[0]), float(middle[1])), min(reach_px / px_per_mm, LARGEST_AVOID_RADIUS_MM), "other"))
    return places
