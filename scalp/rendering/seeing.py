"""What the eye sees of a picture from a distance: the blur of a good eye, in linear light.

Which picture and how many pixels a millimetre it has is the caller's to say; screens and their viewers are not modelled.
"""

import numpy as np
import numpy.typing as npt
import scipy.fft

from scalp.base import BadInput, Float32Array, FloatArray, Value, value
from scalp.colour.srgb import srgb_from_linear
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo, srgb_encoding

SEEING_DISTANCES_MM = (300.0, 1000.0, 3000.0)
"""A mirror or a barber, a talk, across a room."""
DISTANCE_RANGE_MM = (100.0, 20_000.0)
WAVELENGTH_NM = 555.0
ACUITY_CYCLES_PER_DEGREE = 30.0
"""What an eye of full acuity (1 minute of arc) can just make out."""
MARGIN_ARC_MINUTES = 20.0
LARGEST_MARGIN_PX = 256


@value
class Eye(Value):
    """A good eye, in focus, corrected by glasses where needed."""

    pupil_mm: float = 3.0
    """3 mm in daylight, 5 in a dim room; [Watson2013] holds for 2 to 6."""

    def check(self) -> None:
        """Refuse pupils the formula does not hold for."""
        if not 2.0 <= self.pupil_mm <= 6.0:
            raise BadInput("pupil_mm", self.pupil_mm, "2 to 6 mm", "3 is usual in daylight.")


GOOD_EYE = Eye()


def eye_contrast(cycles_per_degree: npt.ArrayLike, eye: Eye = GOOD_EYE) -> FloatArray:
    """Return how much contrast of a fine pattern the eye's optics leave on the retina, 0..1.

    The mean radial modulation transfer of 200 healthy eyes in white light: (1 + (u / u1)^2)^-0.62 times the root of the
    diffraction limit at 555 nm, u1 = 21.95 - 5.512 d + 0.3922 d^2, pupil d = 2 to 6 mm. [Watson2013]

    >>> eye_contrast([0.0, 30.0, 200.0]).round(2).tolist()
    [1.0, 0.16, 0.0]
    """
    u, d = np.asarray(cycles_per_degree, float), eye.pupil_mm
    u1 = 21.95 - 5.512 * d + 0.3922 * d * d
    limit = np.pi * d * 1e6 / (WAVELENGTH_NM * 180.0)
    part = np.clip(u / limit, 0.0, 1.0)
    diffraction = 2.0 / np.pi * (np.arccos(part) - part * np.sqrt(1.0 - part * part))
    return np.asarray((1.0 + (u / u1) ** 2) ** -0.62 * np.sqrt(np.maximum(diffraction, 0.0)))


def px_per_degree(px_per_mm: float, distance_mm: float) -> float:
    """Return how many pixels of a picture one degree of sight spans from a distance."""
    if not (np.isfinite(px_per_mm) and px_per_mm > 0.0):
        raise BadInput("px_per_mm", px_per_mm, "above 0", "Measure the scale of the picture on the scalp.")
    if not DISTANCE_RANGE_MM[0] <= distance_mm <= DISTANCE_RANGE_MM[1]:
        allowed = f"{DISTANCE_RANGE_MM[0] / 1000:g} to {DISTANCE_RANGE_MM[1] / 1000:g} m"
        raise BadInput("distance", f"{distance_mm / 1000:g} m", allowed, "A mirror is at 0.3 m, a talk at 1 m, a room at 3 m.")
    return float(px_per_mm * distance_mm * np.pi / 180.0)


def see_from(rgb_linear: Float32Array, px_per_mm: float, distance_mm: float, eye: Eye = GOOD_EYE) -> Float32Array:
    """Return the light of a picture as it lies on the retina from a distance, (rows, cols, 3), at the picture's own size.

    Each band is filtered by `eye_contrast` in linear light, mirrored at its edges. Kept at the picture's size, so that the
    picture shows what is left to see and the beholder's own eye and screen do not matter. Left out: the
    nerve's own threshold (true visibility is lower still), colour errors of the lens, depth of focus.
    """
    density_px = px_per_degree(px_per_mm, distance_mm)
    if np.ndim(rgb_linear) != 3 or rgb_linear.shape[2] != 3 or 0 in rgb_linear.shape or not np.isfinite(rgb_linear).all():
        raise BadInput("rgb_linear", np.shape(rgb_linear), "finite (rows, cols, 3) of linear light", "Decode the picture to linear light.")
    margin_px = int(np.clip(np.ceil(MARGIN_ARC_MINUTES / 60.0 * density_px), 8, LARGEST_MARGIN_PX))
    margin_px = min(margin_px, min(rgb_linear.shape[:2]) - 1)
    wide = np.pad(rgb_linear, ((margin_px, margin_px), (margin_px, margin_px), (0, 0)), mode="reflect").astype(np.float32)
    rows, cols = (scipy.fft.next_fast_len(side, real=True) for side in wide.shape[:2])
    down, right = scipy.fft.fftfreq(rows)[:, None], scipy.fft.rfftfreq(cols)[None, :]
    kept = eye_contrast(np.hypot(down, right) * density_px, eye).astype(np.float32)
    out = np.empty_like(rgb_linear, dtype=np.float32)
    inside = slice(margin_px, margin_px + rgb_linear.shape[0]), slice(margin_px, margin_px + rgb_linear.shape[1])
    extra = ((0, rows - wide.shape[0]), (0, cols - wide.shape[1]))
    for band in range(3):
        padded = np.pad(wide[..., band], extra, mode="edge")
        out[..., band] = scipy.fft.irfft2(scipy.fft.rfft2(padded) * kept, s=(rows, cols))[inside]
    return np.maximum(out, 0.0)


def see_photo_from(photo: Photo, px_per_mm: float, distance_mm: float, eye: Eye = GOOD_EYE) -> Photo:
    """Return a photo as an eye sees its scalp from a distance, an ordinary sRGB picture of the same size."""
    return Photo(pixels=srgb_from_linear(see_from(photo.rgb_linear(), px_per_mm, distance_mm, eye)), encoding=srgb_encoding())


def coarser_than_eye(px_per_mm: float, distance_mm: float) -> bool:
    """Tell whether a picture shows less than a good eye would see from a distance: its pixels are the limit, not the eye."""
    return px_per_degree(px_per_mm, distance_mm) / 2.0 < ACUITY_CYCLES_PER_DEGREE


def scale_at(camera: Camera, place_mm: FloatArray) -> float:
    """Return the pixels a mm, across the sight line, at a place (3,) of the head."""
    return float(camera.focal_px / camera.in_camera(place_mm[None])[0, 2])
