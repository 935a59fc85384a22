"""Colours of several photos, texel by texel, made one: tones mixed, detail chosen, gaps filled. All in linear light."""

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray

FEWEST_COUNT = 200
"""So many texels make a colour."""


def even_tone(colours: Float32Array, known_fraction: Float32Array, reach_px: float) -> Float32Array:
    """Return colours (S, S, 3) without what is finer than `reach_px`, from the known among them only."""
    weights = np.maximum(known_fraction, 1e-4)[..., None]
    both = np.concatenate([colours * weights, weights], axis=2)
    spread = cv2.GaussianBlur(both, (0, 0), reach_px)
    return np.asarray(spread[..., :3] / spread[..., 3:], np.float32)


def share_tone(quality: Float32Array, favour_power: float) -> Float32Array:
    """Return how much each photo says of the tone at each texel, (N, S, S), adding up to one where any sees it."""
    favoured = quality**favour_power
    return np.asarray(favoured / np.maximum(favoured.sum(axis=0), 1e-9), np.float32)


def share_detail(quality: Float32Array, seam_px: float) -> Float32Array:
    """Return how much each photo says of fine detail, (N, S, S): the best alone, but for narrow seams."""
    best = np.argmax(blur_layers(quality, 2.0 * seam_px), axis=0)
    chosen = np.stack([(best == number) & (own > 0) for number, own in enumerate(quality)]).astype(np.float32)
    soft = blur_layers(chosen, seam_px) * (quality > 0)
    return np.asarray(soft / np.maximum(soft.sum(axis=0), 1e-6), np.float32)


def blur_layers(layers: Float32Array, reach_px: float) -> Float32Array:
    """Return each of several layers (N, S, S) blurred."""
    return np.stack([cv2.GaussianBlur(layer, (0, 0), reach_px) for layer in layers]).astype(np.float32)


def fill_gaps(
    colours: Float32Array, known_fraction: Float32Array, worth: Float32Array, far_rgb_linear: FloatArray, fade_px: float
) -> Float32Array:
    """Return colours (S, S, 3) with what is not known filled from its surroundings, and with one colour far from any.

    What is filled in follows its surroundings by their `worth` (S, S): skin seen on edge is dark and says little.

    Means over ever larger blocks, each standing in where the finer one knows nothing; beyond `fade_px` the far colour.
    [Gortler1996]
    """
    levels = max(1, round(float(np.log2(max(fade_px, 2.0)))))
    means = [np.concatenate([colours * worth[..., None], worth[..., None]], axis=2)]
    for _ in range(levels):
        means.append(cv2.pyrDown(means[-1]))
    filled = np.broadcast_to(far_rgb_linear.astype(np.float32), (*means[-1].shape[:2], 3))
    for level, mean in reversed(list(enumerate(means))):
        weight = mean[..., 3:]
        # Few known texels say as much as many: their mean is what they are.
        trust = np.clip(weight * 4.0**level / 4.0, 0.0, 1.0) if level else known_fraction[..., None]
        own = mean[..., :3] / np.maximum(weight, 1e-6) if level else colours
        if filled.shape[:2] != mean.shape[:2]:
            filled = cv2.pyrUp(filled, dstsize=mean.shape[1::-1])
        filled = own * trust + filled * (1.0 - trust)
    return np.asarray(filled, np.float32)


def middle_colour(colours: Float32Array, wanted: BoolArray, otherwise: FloatArray) -> FloatArray:
    """Return the median colour of some texels, (3,); another where there are too few."""
    if int(wanted.sum()) < FEWEST_COUNT:
        return otherwise
    return np.asarray(np.median(colours[wanted], axis=0), float)
