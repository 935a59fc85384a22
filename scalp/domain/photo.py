"""A photo as it came from the file, and how its stored numbers become light.

Reading and writing files is `scalp.io`'s; this is only the noun. Pixels keep the file's own encoding, so that what no
impression reaches stays bit-identical.
"""

from functools import cached_property

import numpy as np

from scalp.base import BadPhoto, Doubt, Float32Array, FloatArray, Value, value

SMALLEST_SIDE_PX = 64
LARGEST_PIXELS = 120_000_000
LONGEST_SIDES_RATIO = 4
ROUNDING = 1e-8
"""What a rising curve of a profile may fall by rounding."""
LEAST_DETERMINANT = 1e-6
"""Below it primaries lie on a line."""


@value
class Encoding(Value):
    """How stored pixel numbers become linear light.

    `decode` is (256 or 65536, 3): the linear light 0..1 of each stored number in the file's own primaries.
    `srgb_from_native` is the 3 x 3 matrix from those primaries to linear sRGB (D65). `icc_profile` goes back into
    the files that are written.
    """

    decode: FloatArray
    srgb_from_native: FloatArray
    icc_profile: bytes | None = None

    def check(self) -> None:
        """Refuse curves and primaries from which no light can be told."""
        if self.decode.ndim != 2 or self.decode.shape[1] != 3 or not np.isfinite(self.decode).all():
            raise BadPhoto("decode", self.decode.shape, "finite (levels, 3) of linear light", "Save the photo as sRGB.")
        if not (np.diff(self.decode, axis=0) >= -ROUNDING).all() or not (self.decode[-1] > self.decode[0]).all():
            raise BadPhoto("decode", "not rising", "light that grows with the stored number", "Save the photo as sRGB.")
        matrix = self.srgb_from_native
        if matrix.shape != (3, 3) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < LEAST_DETERMINANT:
            raise BadPhoto("srgb_from_native", matrix.shape, "an invertible (3, 3) matrix", "Save the photo as sRGB.")

    @cached_property
    def is_srgb(self) -> bool:
        """Tell whether stored numbers are ordinary sRGB ones."""
        plain = srgb_encoding(len(self.decode))
        return np.array_equal(self.srgb_from_native, plain.srgb_from_native) and np.array_equal(self.decode, plain.decode)


def srgb_encoding(levels_count: int = 256) -> Encoding:
    """Return the encoding of ordinary sRGB pixels with 256 or 65536 levels. [IEC61966]"""
    stored = np.linspace(0.0, 1.0, levels_count)
    light = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    return Encoding(decode=np.repeat(light[:, None], 3, axis=1), srgb_from_native=np.eye(3))


@value
class Photo(Value):
    """A picture of a head: upright pixels (rows, cols, 3) uint8 or uint16 in the encoding of its file.

    `focal_px` is the focal length in pixels of this picture as its EXIF tells, None where it does not.
    """

    pixels: np.ndarray
    encoding: Encoding
    focal_px: float | None = None
    doubts: tuple[Doubt, ...] = ()
    """What reading the file was not sure of: a transparent background, a damaged colour profile."""

    def check(self) -> None:
        """Refuse arrays that are not a picture of a useful size."""
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype not in (np.uint8, np.uint16):
            raise BadPhoto("pixels", f"{self.pixels.dtype} {self.pixels.shape}", "rows x cols x 3 of uint8 or uint16", "Convert it first.")
        if min(self.height_px, self.width_px) < SMALLEST_SIDE_PX:
            raise BadPhoto(
                "photo size",
                f"{self.width_px} x {self.height_px} px",
                f"at least {SMALLEST_SIDE_PX} px on each side",
                "Use the original photo, not a thumbnail.",
            )
        if max(self.height_px, self.width_px) > LONGEST_SIDES_RATIO * min(self.height_px, self.width_px):
            raise BadPhoto(
                "photo shape",
                f"{self.width_px} x {self.height_px} px",
                f"at most {LONGEST_SIDES_RATIO} times as long as wide",
                "Cut the head out of it.",
            )
        if self.height_px * self.width_px > LARGEST_PIXELS:
            raise BadPhoto(
                "photo size",
                f"{self.width_px} x {self.height_px} px",
                f"at most {LARGEST_PIXELS // 1_000_000} megapixels",
                "Save a smaller copy; 12 megapixels are plenty.",
            )
        if len(self.encoding.decode) != np.iinfo(self.pixels.dtype).max + 1:
            raise BadPhoto("encoding", f"{len(self.encoding.decode)} levels", "one level for each stored number", "Read the file again.")

    @property
    def height_px(self) -> int:
        """Count the rows."""
        return int(self.pixels.shape[0])

    @property
    def width_px(self) -> int:
        """Count the columns."""
        return int(self.pixels.shape[1])

    def rgb_linear(self) -> Float32Array:
        """Return linear sRGB light (rows, cols, 3) float32; wide-gamut colours may lie outside 0..1."""
        native = self.native_linear()
        if np.array_equal(self.encoding.srgb_from_native, np.eye(3)):
            return native
        return (native @ self.encoding.srgb_from_native.T.astype(np.float32)).astype(np.float32)

    def native_linear(self) -> Float32Array:
        """Return linear light (rows, cols, 3) float32 in the file's own primaries."""
        decode = self.encoding.decode.astype(np.float32)
        return np.stack([decode[self.pixels[..., band], band] for band in range(3)], axis=-1)

    @cached_property
    def srgb_u8(self) -> np.ndarray:
        """Return ordinary 8-bit sRGB pixels (rows, cols, 3) for models and previews."""
        if self.pixels.dtype == np.uint8 and self.encoding.is_srgb:
            return self.pixels
        light = np.clip(self.rgb_linear(), 0.0, 1.0)
        stored = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
        return (stored * 255.0 + 0.5).astype(np.uint8)
