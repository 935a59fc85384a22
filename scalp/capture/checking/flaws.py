"""What spoils a photo before any head is fitted to it: a screen, a cap, a lens too near, a picture stretched or without colour.

Each is measured on the photo and told with its size; what is good or bad about light, pose and sharpness is `checks`'.
"""

import cv2
import numpy as np

from scalp.base import Value, value
from scalp.capture.checking.screens import grid_fraction, plain_bars
from scalp.capture.seeing.person import head_square
from scalp.capture.seeing.relief import head_relief
from scalp.capture.seeing.stance import FIRM_MESH_POINTS, Stance
from scalp.capture.shape.prior import read_head_prior
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting, Finding, Regions, Verdict

_CHEEKS = (50, 280, 205, 425, 118, 347, 123, 352)
_LOOK_PX = 256
_BURNT_LEVEL = 250


@value
class FlawLimits(Value):
    """From what on something is told, each a pair (told from, bad from). (D)"""

    distance_mm: tuple[float, float] = (450.0, 320.0)
    """Nearer than this the lens sees less than half of the head's curve, and draws the nose large."""
    off_axis_rad: tuple[float, float] = (0.40, 0.58)
    """Angle from the middle of the picture from which a wide lens stretches: 1 / cos is 1.09 and 1.2."""
    covered_fraction: tuple[float, float] = (0.30, 0.55)
    """Part of scalp and forehead in a colour that neither skin nor hair has. Bare and haired heads reach 0.12 (measured)."""
    misshapen_mm: tuple[float, float] = (7.5, 11.0)
    """RMS of the firm points of a face about an adult's; adults in photos reach 5.5 (measured)."""
    colour_levels_count: float = 2.0
    """Largest difference of the three bands in a picture without colour."""


def find_flaws(
    photo: Photo, face: FaceSighting | None, regions: Regions | None, head: Head | None, stance: Stance | None
) -> tuple[Finding, ...]:
    """Return the flaws of a photo that were found; none of a clean one.

    A photo of a screen is told by the grid of its pixels, a screenshot by plain bars, a cap by a colour that neither skin
    nor hair has (a black or brown one passes for hair), too near a camera and the border of a wide lens only where the
    file tells the lens. A mirrored selfie cannot be told from one photo: a face is as good as its mirror image.
    """
    limits = FlawLimits()
    found = [_screen(photo), _colour(photo, limits)]
    if face is not None and stance is not None:
        found.append(_proportions(face, stance, limits))
        if regions is not None:
            found.append(_cap(photo, face, regions, stance, limits))
    found.extend(_lens(photo, head, stance, limits))
    return tuple(one for one in found if one is not None)


def _verdict(amount: float, told_bad: tuple[float, float]) -> Verdict | None:
    """Return usable or bad for an amount that should be small, or large where the pair falls; None where it is good."""
    told, bad = told_bad
    sign = 1.0 if bad >= told else -1.0
    if sign * amount < sign * told:
        return None
    return "bad" if sign * amount >= sign * bad else "usable"


def _screen(photo: Photo) -> Finding | None:
    """Tell a photo of a screen, and a screenshot."""
    share = grid_fraction(photo.srgb_u8)
    if share > 0.0:
        size = f"the fine grid of a screen lies over {share:.0%} of the picture"
        return Finding(kind="screen", verdict="bad", size=size, advice="Send the photo's own file, not a photo of a screen.")
    bars = plain_bars(photo.srgb_u8)
    if not bars:
        return None
    where = " and ".join(bars)
    return Finding(
        kind="screen",
        verdict="usable",
        size=f"a plain bar runs along the {where}, as in a screenshot",
        advice="Send the photo's own file: a screenshot has fewer pixels and does not tell the lens.",
    )


def _colour(photo: Photo, limits: FlawLimits) -> Finding | None:
    """Tell a picture without colour."""
    step = max(1, min(photo.height_px, photo.width_px) // 200)
    few = photo.srgb_u8[::step, ::step].astype(np.int16)
    if float(np.percentile(np.ptp(few, axis=2), 99)) > limits.colour_levels_count:
        return None
    advice = "Send it in colour: the tone of the skin and the pigment for it cannot be read."
    return Finding(kind="light", verdict="bad", size="the picture is black and white", advice=advice)


def _proportions(face: FaceSighting, stance: Stance, limits: FlawLimits) -> Finding | None:
    """Tell a face that no adult's turned head explains."""
    prior = read_head_prior()
    numbers = [number for number in FIRM_MESH_POINTS if f"mesh_{number}" in prior.names]
    seen = stance.camera.project(prior.points_mean_mm[[prior.index(f"mesh_{number}") for number in numbers]])
    off_mm = float(np.sqrt(((seen - face.mesh_px[numbers]) ** 2).sum(1).mean())) / stance.px_per_mm
    verdict = _verdict(off_mm, limits.misshapen_mm)
    if verdict is None:
        return None
    size = f"the face is not in an adult's proportions: its points are {off_mm:.0f} mm off"
    advice = "Send an adult's own photo, not stretched, not drawn and without a filter that changes faces."
    return Finding(kind="proportions", verdict=verdict, size=size, advice=advice)


def covered_fraction(photo: Photo, face: FaceSighting, regions: Regions, stance: Stance) -> float:
    """Return the part of scalp and forehead whose colour neither this person's skin nor hair has.

    Skin is the cheeks'. Hair lies between skin and grey or is darker; grey hair is darker than bright cloth. So much
    redder, bluer or greener than the cheeks, or as bright as they are and without colour, is cloth.
    """
    crop = head_square(face, 2.2)
    relief = head_relief(crop, _LOOK_PX, head=None, stance=stance)
    if relief is None:
        return 0.0
    person = cv2.erode(crop.cut(regions.head, _LOOK_PX), np.ones((7, 7), np.uint8)) > 204
    zone = relief.inside & (relief.scalp_fraction > 0.5) & (relief.ears_fraction < 0.3) & person
    if zone.sum() < 200:
        return 0.0
    stored = crop.cut(photo.srgb_u8, _LOOK_PX, border="repeated")
    zone &= stored.max(axis=-1) < _BURNT_LEVEL
    if zone.sum() < 200:
        return 0.0
    light = srgb_encoding().decode[:, 0][stored]
    light = cv2.GaussianBlur(light, (0, 0), 1.5) + 0.002
    red, blue, bright = np.log(light[..., 0] / light[..., 1]), np.log(light[..., 2] / light[..., 1]), light[..., 1]
    cols, rows = np.clip(crop.to_crop(face.mesh_px[list(_CHEEKS)]) * _LOOK_PX, 0, _LOOK_PX - 1).astype(int).T
    own_red, own_blue, own_bright = (float(np.median(band[rows, cols])) for band in (red, blue, bright))
    cloth = (red > own_red + 0.4) | (blue > max(own_blue + 0.35, 0.10)) | (red < min(own_red - 0.3, -0.06))
    cloth |= (bright > 0.75 * own_bright) & (red < 0.35 * own_red) & (np.abs(blue) < 0.2)
    return float((cloth & (bright > 0.012))[zone].mean())


def _cap(photo: Photo, face: FaceSighting, regions: Regions, stance: Stance, limits: FlawLimits) -> Finding | None:
    """Tell a cap, a hat or a scarf of a colour of its own."""
    share = covered_fraction(photo, face, regions, stance)
    verdict = _verdict(share, limits.covered_fraction)
    if verdict is None:
        return None
    size = f"{share:.0%} of scalp and forehead has a colour that neither skin nor hair has"
    return Finding(kind="cover", verdict=verdict, size=size, advice="Take off cap, hat or scarf, and light the head in white light.")


def _lens(photo: Photo, head: Head | None, stance: Stance | None, limits: FlawLimits) -> list[Finding]:
    """Tell a camera that stands too near, and a head at the border of a wide lens; nothing where the lens is not told."""
    if photo.focal_px is None or (head is None and stance is None):
        return []
    known = head is not None and photo.digest in head.photo_digests
    camera = head.camera_of(photo.digest) if head is not None and known else None if stance is None else stance.camera
    if camera is None:
        return []
    middle = np.zeros(3) if head is None else head.surface.vertices_mm.mean(0)
    seen = camera.in_camera(middle[None])[0]
    distance_mm, off_rad = float(np.linalg.norm(seen)), float(np.arctan2(np.hypot(seen[0], seen[1]), seen[2]))
    found = []
    near, aside = _verdict(distance_mm, limits.distance_mm), _verdict(off_rad, limits.off_axis_rad)
    if near is not None:
        advice = "Step back to a metre and zoom in, or let somebody else take the photo."
        found.append(Finding(kind="distance", verdict=near, size=f"the camera is {distance_mm / 10:.0f} cm from the head", advice=advice))
    if aside is not None:
        size = f"the head is {np.degrees(off_rad):.0f} degrees from the middle of a wide lens, which stretches it"
        found.append(Finding(kind="distance", verdict=aside, size=size, advice="Put the head in the middle of the picture."))
    return found
