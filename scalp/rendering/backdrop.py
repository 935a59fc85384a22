"""What may stand behind hair that is taken away: the background grown in from around it, and single hairs before it.

Only for the shaved preview; the skin under the hair is `shaving`'s.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, ByteArray, Float32Array

WISP_REACH_MM = 32.0
"""How far from closed hair single hairs are looked for. (E)"""
WISP_WIDTH_MM = 7.0
"""Tufts wider than this are in the mask of hair already. (E)"""
WISP_CONTRAST_LOG = 0.10
"""How much darker than the background a pixel must be to be a hair before it, as a logarithm of stored light. (E)"""
BRIGHTER_WALL, CLOSED_FRACTION = 1.8, 0.7
"""Stored light of a wall over that of closed hair from which single hairs can be told from its own pattern. (E)"""
WISP_MARGIN_MM = 1.5
"""How far the blur of the photo carries a single hair to its sides. (E)"""
GROWN_FROM_PX = 7
TUFT_REACH_MM = 20.0
"""How far below closed hair, through hair alone, hair beside the ears still belongs to it. (E)"""
TUFT_LIGHT = 0.4
"""How far from hair towards skin, in the logarithm of light, such hair may be. (E)"""
PATTERN_PX, PATTERN_REACH, MOST_PATTERN = 8.0, 0.08, 0.08
"""What is finer than this counts as the wall's pattern, over which part of the picture it fades away, and how strong it may be. (E)"""
HANGING_MM, HANGING_FRACTION, HANGING_LIGHT = 60.0, 0.15, 2.0
"""How far on hair is followed, which part of the closed hair may hang on there, and how light it may be against that. (E)"""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def find_wisps(light: Float32Array, hair: Float32Array, px_per_mm: float) -> Float32Array:
    """Return thin dark lines that stand off closed hair, (rows, cols) 0..1: morphological closing less the picture itself.

    Good where the background is brighter than the hair; hairs brighter than the background stay.
    """
    stored = np.sqrt(np.clip(light.mean(axis=-1), 1e-4, 1.0)).astype(np.float32)
    width = 2 * max(1, round(0.5 * WISP_WIDTH_MM * px_per_mm)) + 1
    closed = cv2.morphologyEx(stored, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    own = float(np.median(stored[hair > CLOSED_FRACTION])) if (hair > CLOSED_FRACTION).any() else 1.0
    thin = (np.log(closed / stored) > WISP_CONTRAST_LOG) & (closed > BRIGHTER_WALL * own)
    reach = 2 * round(WISP_REACH_MM * px_per_mm) + 1
    near = cv2.dilate((hair > 0.5).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    bridged = cv2.dilate((thin | (hair > 0.0)).astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(bridged)
    joined = np.zeros(labels.max() + 1, bool)
    joined[np.unique(labels[hair > 0.5])] = True
    joined[0] = False
    wisps = (joined[labels] & (thin | (hair > 0.0)) & (near > 0)).astype(np.uint8)
    round_px = max(2, round(WISP_MARGIN_MM * px_per_mm))
    grown = cv2.dilate(wisps, np.ones((2 * round_px + 1, 2 * round_px + 1), np.uint8)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.7), np.float32)


def find_tufts(light: Float32Array, hair: Float32Array, skin: Float32Array, open_to: BoolArray, px_per_mm: float) -> Float32Array:
    """Return hair beside the ears that the mask of hair left out, (rows, cols) 0..1: as dark as closed hair and hanging on it.

    It is followed from closed hair step by step through what is dark and lies where it may (`open_to`: beside the face,
    on the person), and fades over the last third of the reach.
    """
    closed, bare = hair > CLOSED_FRACTION, skin > CLOSED_FRACTION
    if not closed.any() or not bare.any():
        return np.zeros_like(hair)
    brightness = light @ LUMINANCE
    own, around = max(float(np.median(brightness[closed])), 1e-3), float(np.median(brightness[bare]))
    dark = ((brightness < own * (max(around, own) / own) ** TUFT_LIGHT) & open_to & ~bare).astype(np.uint8)
    steps_count = max(1, round(TUFT_REACH_MM * px_per_mm))
    reached, tufts = closed.astype(np.uint8), np.zeros_like(hair)
    for step in range(steps_count):
        reached = cv2.dilate(reached, np.ones((3, 3), np.uint8)) & (dark | closed)
        tufts = np.maximum(tufts, reached * np.float32(min(1.0, 3.0 * (1.0 - step / steps_count))))
    round_px = max(1, round(WISP_MARGIN_MM * px_per_mm))
    grown = cv2.dilate(np.asarray(tufts, np.float32), np.ones((2 * round_px + 1, 2 * round_px + 1), np.uint8))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.7), np.float32)


def fill_behind(light: Float32Array, covered: BoolArray) -> Float32Array:
    """Return the background (rows, cols, 3) with what is covered grown in from around it. [Telea2004]

    What grows in is smooth; the pattern of the wall beside it is laid over, mirrored at the edge and fading away from it.
    """
    root = np.sqrt(np.clip(light, 0, 1))
    hidden = cv2.dilate(covered.astype(np.uint8), np.ones((5, 5), np.uint8))
    grown = cv2.inpaint((root * 255).astype(np.uint8), hidden, GROWN_FROM_PX, cv2.INPAINT_TELEA).astype(np.float32) / 255
    if not hidden.any() or hidden.all():
        return np.asarray(grown**2)
    filled = np.where(hidden[..., None] > 0, cv2.GaussianBlur(grown, (0, 0), PATTERN_PX / 2) + _mirrored_pattern(root, hidden), grown)
    return np.asarray(np.clip(filled, 0.0, 1.0) ** 2, np.float32)


def _mirrored_pattern(root: Float32Array, hidden: ByteArray) -> Float32Array:
    """Return the pattern about its own mean (rows, cols, 3) of what is seen, mirrored into what is hidden at its edge, 0 elsewhere."""
    # What is left of single hairs at the edge is no pattern of the wall's.
    seen = 1.0 - cv2.dilate(hidden, np.ones((9, 9), np.uint8)).astype(np.float32)
    mean = cv2.GaussianBlur(root * seen[..., None], (0, 0), PATTERN_PX)
    pattern = (root - mean / np.maximum(cv2.GaussianBlur(seen, (0, 0), PATTERN_PX), 1e-3)[..., None]) * seen[..., None]
    pattern = np.clip(pattern, -MOST_PATTERN, MOST_PATTERN)
    far_px, labels = cv2.distanceTransformWithLabels(hidden, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    known_row, known_col = np.nonzero(hidden == 0)
    nearest = np.zeros((labels.max() + 1, 2), np.int64)
    nearest[labels[known_row, known_col]] = np.column_stack([known_row, known_col])
    row, col = np.nonzero(hidden)
    mirrored = 2 * nearest[labels[row, col]] - np.column_stack([row, col])
    inside = ((mirrored >= 0) & (mirrored < hidden.shape)).all(axis=1)
    at = np.where(inside[:, None], mirrored, 0)
    fade = inside * np.exp(-far_px[row, col] / (PATTERN_REACH * max(hidden.shape)))
    laid = np.zeros_like(root)
    laid[row, col] = pattern[at[:, 0], at[:, 1]] * fade[:, None]
    return laid


def hangs_low(light: Float32Array, hair: Float32Array, tufts: Float32Array, open_to: BoolArray, px_per_mm: float) -> bool:
    """Tell whether much hair hangs on below what can be taken away: what is as dark, and goes on from there, over ears and shoulders."""
    closed = hair > CLOSED_FRACTION
    if not closed.any():
        return False
    brightness = light @ LUMINANCE
    dark = ((brightness < HANGING_LIGHT * float(np.median(brightness[closed]))) & open_to).astype(np.uint8)
    reached = ((tufts > 0) | closed).astype(np.uint8)
    start = int(reached.sum())
    for _ in range(max(1, round(HANGING_MM * px_per_mm))):
        reached = cv2.dilate(reached, np.ones((3, 3), np.uint8)) & (dark | reached)
    return int(reached.sum()) - start > HANGING_FRACTION * int(closed.sum())
