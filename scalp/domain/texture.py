"""The colours of a head's surface, as a picture laid on it. Making one is `capture`'s, writing one `io`'s."""

import numpy as np

from scalp.base import BadInput, ByteArray, Float32Array, Value, value


@value
class Texture(Value):
    """A picture on the surface of one head, named by `head_digest`.

    `uv_fraction` (F, 3, 2) says where each corner of each face lies in the picture, from its left and from its top, 0..1.
    `srgb_u8` (rows, cols, 3) are the colours, `seen_u8` (rows, cols) how surely each was seen, 0 where it is a guess.
    """

    head_digest: str
    uv_fraction: Float32Array
    srgb_u8: ByteArray
    seen_u8: ByteArray

    def check(self) -> None:
        """Refuse pictures that do not fit their faces."""
        if self.uv_fraction.ndim != 3 or self.uv_fraction.shape[1:] != (3, 2) or not np.isfinite(self.uv_fraction).all():
            raise BadInput("uv_fraction", self.uv_fraction.shape, "finite (F, 3, 2)", "Give a place for each corner of each face.")
        if self.srgb_u8.ndim != 3 or self.srgb_u8.shape[2] != 3 or self.seen_u8.shape != self.srgb_u8.shape[:2]:
            raise BadInput("texture", self.srgb_u8.shape, "rows x cols x 3, and rows x cols of what was seen", "Give both.")
