"""Turned squares cut from a photo for a network, and the way back from the network's fractions to photo px.

Pixel centres are at half-integers on both sides, and large squares are averaged down before they are sampled, so that
nothing shifts or shimmers with the size of the photo.
"""

from typing import Literal

import cv2
import numpy as np

from scalp.base import FloatArray, Value, value


@value
class Crop(Value):
    """A square of a photo: centre (x, y) and side in px, turned clockwise by `turn_rad`, mirrored left to right or not."""

    centre_px: tuple[float, float]
    side_px: float
    turn_rad: float = 0.0
    mirrored: bool = False

    def cut(self, pixels: np.ndarray, out_px: int, *, border: Literal["black", "repeated"] = "black") -> np.ndarray:
        """Return what the square shows, (out_px, out_px, ...) of the type of `pixels`; outside it is black or its border repeated."""
        shrink = max(1, int(self.side_px / out_px))
        source, origin_px = (pixels, np.zeros(2)) if shrink == 1 else self._shrunk(pixels, shrink)
        step = self.side_px / out_px * self._axes()
        first = self.to_photo(np.array([[0.5 / out_px, 0.5 / out_px]]))[0]
        matrix = np.column_stack([step, first - origin_px]) / shrink
        matrix[:, 2] -= 0.5
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        mode = cv2.BORDER_CONSTANT if border == "black" else cv2.BORDER_REPLICATE
        return np.asarray(cv2.warpAffine(source, matrix, (out_px, out_px), flags=flags, borderMode=mode))

    def to_photo(self, fractions: FloatArray) -> FloatArray:
        """Return the photo px (N, 2) of points given as fractions 0..1 of the square."""
        return np.asarray((fractions - 0.5) * self.side_px @ self._axes().T + np.array(self.centre_px))

    def to_crop(self, points_px: FloatArray) -> FloatArray:
        """Return the fractions of the square (N, 2) of points in photo px."""
        return np.asarray((points_px - np.array(self.centre_px)) @ self._axes() / self.side_px + 0.5)

    def _axes(self) -> FloatArray:
        """Return the square's own x and y directions in the photo, as columns."""
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        flip = -1.0 if self.mirrored else 1.0
        return np.array([[cos * flip, -sin], [sin * flip, cos]])

    def _shrunk(self, pixels: np.ndarray, shrink: int) -> tuple[np.ndarray, FloatArray]:
        """Return the part of the photo under the square averaged over `shrink` x `shrink` px, and its corner in photo px."""
        corners = self.to_photo(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) // shrink * shrink, 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int), np.array(pixels.shape[1::-1]))
        size = np.maximum((high - low) // shrink, 1)
        high = np.minimum(low + size * shrink, np.array(pixels.shape[1::-1]))
        low = np.minimum(low, high - 1)
        part = pixels[low[1] : high[1], low[0] : high[0]]
        return cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA), low.astype(float)
