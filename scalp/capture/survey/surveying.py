"""From one photo of a known head to what is on the scalp: white, shine, tones, hair, places to avoid, what is in the way.

Each step lives in its own file; here they are joined in this order, and a person's word goes over each.
"""

import cv2
import numpy as np

from scalp.base import Doubt, Float32Array, WrongParent
from scalp.capture.survey.blemishes import BlemishSettings, find_blemishes
from scalp.capture.survey.correcting import correct_avoid, correct_regions, demand_size
from scalp.capture.survey.growth import at_photo_size, mark_stubble, read_growth
from scalp.capture.survey.occluders import find_occluders
from scalp.capture.survey.shine import part_shine
from scalp.capture.survey.tones import read_tones
from scalp.capture.survey.white import balance_white, balanced
from scalp.capture.survey.zones import Ground, lay_ground
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, Regions
from scalp.domain.survey import Corrections, Survey, WhiteBalance

_WHITE_WORDS = {
    "grey card": "by the grey card",
    "white": "by the place named white",
    "sclera": "by the whites of the eyes",
    "camera": "by the camera alone",
}
_STRAY_COLOUR = 0.05


def survey_scalp(
    photo: Photo,
    head: Head,
    regions: Regions,
    *,
    face: FaceSighting | None = None,
    person: Float32Array | None = None,
    corrections: Corrections | None = None,
) -> Survey:
    """Return what one photo shows on the scalp of a head, each with its confidence; a person's word wins and is marked as told.

    Colours are those of skin in daylight as far as the photo's white is known: see `balance_white` for its doubt. What
    lies on the side away from the camera is not in the survey. `person` (rows, cols) 0..1 helps to see a hand.
    """
    if photo.digest not in head.photo_digests:
        raise WrongParent("photo", photo.digest[:8], "a photo of this head", "Survey the photo that the head was made from.")
    regions, told = correct_regions(photo, regions, corrections)
    demand_size(photo, "avoid", corrections.avoid if corrections else None)
    balance = balance_white(photo, face, corrections)
    ground = lay_ground(photo, head, regions)
    matte = part_shine(balanced(ground.rgb_linear, balance), ground.skin_fraction, px_per_mm=ground.px_per_mm)
    found = correct_avoid(ground, find_blemishes(ground, matte), corrections)
    whole = (
        regions
        if person is None
        else Regions(head=np.maximum(regions.head, cv2.convertScaleAbs(person, alpha=255.0)), skin=regions.skin, hair=regions.hair)
    )
    size = regions.skin.shape
    return Survey(
        photo_digest=photo.digest,
        head_digest=head.digest,
        regions=regions,
        shine=at_photo_size(matte.shine_fraction * ground.skin_fraction, ground, (size[0], size[1])),
        stubble=at_photo_size(mark_stubble(ground), ground, (size[0], size[1])),
        balance=balance,
        tones=read_tones(ground, matte, balance),
        growths=read_growth(ground, balance),
        avoid=found,
        occluders=find_occluders(photo, face, head, whole),
        told=(*told, *_told_besides(corrections)),
        doubts=(doubt_white(balance), *_doubt_sharpness(ground)),
    )


def _told_besides(corrections: Corrections | None) -> tuple[str, ...]:
    """Return what a person told besides the masks of regions."""
    if corrections is None:
        return ()
    avoid = corrections.marks or corrections.not_avoid_px is not None or corrections.avoid is not None
    white = corrections.grey_card_px is not None or corrections.white_px is not None
    return (*(("avoid",) if avoid else ()), *(("white",) if white else ()))


def doubt_white(balance: WhiteBalance) -> Doubt:
    """Return how far colour and brightness of the skin may be off, and by what white was known."""
    size = f"+-{100 * balance.hue_sd_log:.0f} % in colour, +-{100 * np.expm1(balance.brightness_sd_log):.0f} % in brightness, {_WHITE_WORDS[balance.source]}"
    advice = "" if balance.hue_sd_log < _STRAY_COLOUR else "Photograph it beside a grey card, or name a white place."
    return Doubt(kind="skin", where="tone of the skin", size=size, advice=advice or "Nothing more is needed.")


def _doubt_sharpness(ground: Ground) -> tuple[Doubt, ...]:
    """Return from which size on a mole could be seen at all, where that is large."""
    settings = BlemishSettings()
    least_mm = settings.least_radius_px / ground.px_per_mm
    if least_mm <= settings.radii_mm[1]:
        return ()
    size = f"those narrower than {2 * least_mm:.0f} mm cannot be seen at {ground.px_per_mm:.1f} px per mm"
    return (Doubt(kind="sharpness", where="moles and scars", size=size, advice="Come closer, or use the original photo."),)
