"""What is on a scalp, read from one photo: tones of skin, white, the hair of the sides, places to avoid, what is in the way.

Each with its confidence, and each correctable: a person's word (`Corrections`) always wins and is marked as told.
Reading it is `scalp.capture`'s; showing it is `scalp.rendering`'s.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, Doubt, FloatArray, IntArray, Value, value
from scalp.domain.sighting import Regions

ScalpRegion = Literal["forehead", "front", "mid-scalp", "crown", "left temple", "right temple", "left side", "right side", "back"]
SCALP_REGIONS: tuple[ScalpRegion, ...] = get_args(ScalpRegion)
"""Parts of forehead and scalp; left and right are the client's."""
WhiteSource = Literal["grey card", "white", "sclera", "camera"]
AvoidKind = Literal["mole", "scar", "wound", "other"]
AVOID_KINDS: tuple[AvoidKind, ...] = get_args(AvoidKind)
OccluderKind = Literal["glasses", "hat", "hand"]
LARGEST_AVOID_RADIUS_MM = 60.0
CARD_CORNERS_COUNT = 4


@value
class AvoidMark(Value):
    """A place to keep free of impressions that a person named in a photo: centre (x, y) px, radius in mm, what it is."""

    at_px: tuple[float, float]
    radius_mm: float = 3.0
    kind: AvoidKind = "other"

    def check(self) -> None:
        """Refuse marks nobody can mean."""
        if not np.isfinite(self.at_px).all():
            raise BadInput("avoid at", self.at_px, "an x and a y in px", "Mark the place again.")
        if not 0.0 < self.radius_mm <= LARGEST_AVOID_RADIUS_MM:
            raise BadInput("avoid radius_mm", self.radius_mm, f"above 0 to {LARGEST_AVOID_RADIUS_MM:g}", "Give its radius in mm.")
        if self.kind not in AVOID_KINDS:
            raise BadInput("avoid kind", self.kind, ", ".join(AVOID_KINDS), "Choose one of these.")


@value
class Corrections(Value):
    """What a person said of one photo; it wins over all that is read from it.

    Masks (rows, cols) uint8 of the photo's size: white is so, black is not so, grey is left as read. `not_avoid_px` (N, 2)
    are places that are no mole or scar. `grey_card_px` (4, 2) are the corners of a grey card, `white_px` a white place.
    """

    head: ByteArray | None = None
    skin: ByteArray | None = None
    hair: ByteArray | None = None
    avoid: ByteArray | None = None
    marks: tuple[AvoidMark, ...] = ()
    not_avoid_px: FloatArray | None = None
    grey_card_px: FloatArray | None = None
    white_px: tuple[float, float] | None = None

    def check(self) -> None:
        """Refuse masks that are no masks and corners that are no card's."""
        for name in ("head", "skin", "hair", "avoid"):
            mask = getattr(self, name)
            if mask is not None and (mask.ndim != 2 or mask.dtype != np.uint8):
                raise BadInput(f"mask {name}", f"{mask.dtype} {mask.shape}", "rows x cols of uint8", "Save it as a grey 8-bit PNG.")
        if self.not_avoid_px is not None and (self.not_avoid_px.ndim != 2 or self.not_avoid_px.shape[1] != 2):
            raise BadInput("not_avoid", self.not_avoid_px.shape, "an x and a y in px for each place", "Mark the places again.")
        if self.grey_card_px is not None and (
            self.grey_card_px.shape != (CARD_CORNERS_COUNT, 2) or not np.isfinite(self.grey_card_px).all()
        ):
            raise BadInput("grey_card", self.grey_card_px.shape, "four corners (x, y) in px, in order round the card", "Mark them again.")


@value
class WhiteBalance(Value):
    """What brings a photo's linear sRGB to that of skin in daylight: `gain_weights` (3,) to multiply it with, and how sure they are.

    `hue_sd_log` is one standard deviation of the ratio of two bands, `brightness_sd_log` of all three together, as natural
    logarithms. With a grey card or the sclera the gains also set the brightness: white in the light of the face is 1.
    """

    gain_weights: FloatArray
    hue_sd_log: float
    brightness_sd_log: float
    source: WhiteSource

    def check(self) -> None:
        """Refuse gains that are none."""
        if self.gain_weights.shape != (3,) or not np.isfinite(self.gain_weights).all() or self.gain_weights.min() <= 0:
            raise BadInput("gain_weights", self.gain_weights.shape, "three numbers above 0", "Mark the card again.")


@value
class RegionTone(Value):
    """The bare skin of one region of the scalp, balanced and without shine: linear sRGB, Lab and melanin with their doubt.

    `lab_sd` (3,) holds the doubt of white and brightness together with the spread of the reading; melanin lies between
    `melanin_low_fraction` and `melanin_high_fraction` in two of three cases. `seen_fraction` is how much of the region
    this photo shows as bare skin, `shine_fraction` how much of the light from there was shine.
    """

    region: ScalpRegion
    rgb_linear: FloatArray
    lab: FloatArray
    lab_sd: FloatArray
    melanin_fraction: float
    melanin_low_fraction: float
    melanin_high_fraction: float
    seen_fraction: float
    shine_fraction: float


@value
class SideGrowth(Value):
    """The hair that grows on one region: what a treatment beside it must match.

    `kind` is bare, stubble (skin shows between the hairs) or hair. `lab` (3,) is its tone with the hair, as seen from the
    distance of a photo, `difference_lab` (3,) that against bare skin of the same head, 0 for bare. Density counts hairs;
    NaN where the photo is too coarse or too sharp a limit to tell. Confidence is that of the kind.
    """

    region: ScalpRegion
    kind: Literal["bare", "stubble", "hair"]
    lab: FloatArray
    difference_lab: FloatArray
    covered_fraction: float
    density_per_cm2: float
    density_sd_per_cm2: float
    confidence_fraction: float


@value
class AvoidPlaces(Value):
    """Places on the surface of a head that are to be kept free, as columns (N,): moles, scars, wounds.

    `face_index` and `barycentric` (N, 3) are the middle, `at_px` (N, 2) where the photo shows it, `radius_mm` its size on
    the skin; a long scar is a row of places. `told` is True for what a person named: confidence 1.
    """

    face_index: IntArray
    barycentric: FloatArray
    at_px: FloatArray
    radius_mm: FloatArray
    kinds: tuple[AvoidKind, ...]
    confidence_fraction: FloatArray
    told: BoolArray

    def check(self) -> None:
        """Refuse columns of different length."""
        count = len(self.kinds)
        shapes = {
            "face_index": (count,),
            "barycentric": (count, 3),
            "at_px": (count, 2),
            "radius_mm": (count,),
            "confidence_fraction": (count,),
            "told": (count,),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise BadInput(name, getattr(self, name).shape, str(shape), "Give one for each place.")

    def __len__(self) -> int:
        """Count the places."""
        return len(self.kinds)


@value
class Occluder(Value):
    """A thing before the head: what it is, its box (left, top, right, bottom) px, and how sure that is."""

    kind: OccluderKind
    box_px: tuple[float, float, float, float]
    confidence_fraction: float
    hidden_fraction: float
    """Part of the scalp in view that it hides."""


@value
class Survey(Value):
    """What one photo shows on one head. `told` names what a person's word replaced: 'skin', 'hair', 'head', 'avoid', 'white'.

    `regions` are corrected; `shine` and `stubble` (rows, cols) uint8 are 0..255 for 0..1: light that is mirrored, and skin
    with short hair in it.
    """

    photo_digest: str
    head_digest: str
    regions: Regions
    shine: ByteArray
    stubble: ByteArray
    balance: WhiteBalance
    tones: tuple[RegionTone, ...]
    growths: tuple[SideGrowth, ...]
    avoid: AvoidPlaces
    occluders: tuple[Occluder, ...]
    told: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def tone_of(self, region: str) -> RegionTone | None:
        """Return the tone of a region, None where this photo does not show it bare."""
        return next((tone for tone in self.tones if tone.region == region), None)

    def growth_of(self, region: str) -> SideGrowth | None:
        """Return the hair of a region, None where this photo does not show it."""
        return next((growth for growth in self.growths if growth.region == region), None)


@value
class AvoidPlace(Value):
    """A place of the scalp to keep free, of one photo or of several that show it: the same spot of the head, once.

    `place_mm` (3,) is its middle in the head frame, `face_index` and `barycentric` (3,) the same on the surface.
    `photo_numbers` count the photos that show it from 1; `told` is True for what a person named: confidence 1.
    """

    kind: AvoidKind
    place_mm: FloatArray
    face_index: int
    barycentric: FloatArray
    radius_mm: float
    confidence_fraction: float
    told: bool
    photo_numbers: tuple[int, ...]


@value
class PhotoReading(Value):
    """What one photo alone says of a scalp, without its pixels; `told` names what a person's word replaced in it."""

    photo_digest: str
    balance: WhiteBalance
    tones: tuple[RegionTone, ...] = ()
    growths: tuple[SideGrowth, ...] = ()
    occluders: tuple[Occluder, ...] = ()
    told: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@value
class ScalpSurvey(Value):
    """What all photos of one head say of its scalp together, and each of them alone; what is kept of a survey."""

    head_digest: str
    tones: tuple[RegionTone, ...]
    growths: tuple[SideGrowth, ...]
    avoid: tuple[AvoidPlace, ...]
    photos: tuple[PhotoReading, ...]

    def tone_of(self, region: str) -> RegionTone | None:
        """Return the tone of a region, None where no photo shows it bare."""
        return next((tone for tone in self.tones if tone.region == region), None)
