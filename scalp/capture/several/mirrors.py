"""Whether a photo is mirrored: its skin is found in another photo once it is mirrored back. Refusing is `agreement`'s."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scalp.capture.several.grain import ROUNDS, match_grain
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.domain.photo import Photo

SURE_FACTOR = 2.0
"""So many times more patches must be recognised mirrored than as they are: without a mirror none was, with one 3 times and more."""
_MIRROR = np.diag([-1.0, 1.0, 1.0])


def find_mirrored(
    prior: HeadPrior,
    photos: Sequence[Photo],
    evidences: Sequence[Evidence],
    fits: Sequence[Fit],
    recognised: Mapping[tuple[int, int], int],
) -> tuple[int, int] | None:
    """Return the photo whose skin is found in others only once it is mirrored back, and the other that shows most of it; or None.

    `recognised` counts the patches of skin that every two photos were found to share as they are. The head is taken to be as good as
    symmetric for where to look. Photos without grain tell nothing.
    """
    count = len(fits)
    plain, mirrored = np.zeros((count, count)), np.zeros((count, count))
    for (first, second), patches in recognised.items():
        plain[first, second] = plain[second, first] = patches
    for second in range(1, count):
        picture, evidence, fit = _mirror(photos[second], evidences[second], fits[second])
        for first in range(second):
            pair = [photos[first], picture], [evidences[first], evidence], [fits[first], fit]
            for seam in match_grain(prior, *pair, ROUNDS[0]):
                mirrored[first, second] = mirrored[second, first] = len(seam.directions)
    excess = mirrored.sum(0) - SURE_FACTOR * plain.sum(0)
    photo = int(np.argmax(excess))
    return (photo, int(np.argmax(mirrored[photo]))) if excess[photo] > 0 else None


def _mirror(photo: Photo, evidence: Evidence, fit: Fit) -> tuple[Photo, Evidence, Fit]:
    """Return a photo mirrored, with where its middle then is and how the mirrored head stands in it."""
    state, (across_px, down_px) = fit.state, evidence.centre_px
    turned = replace(state, rotation=_MIRROR @ state.rotation @ _MIRROR, place=_MIRROR @ state.place)
    back = replace(photo, pixels=np.ascontiguousarray(photo.pixels[:, ::-1]))
    return back, replace(evidence, centre_px=(photo.width_px - across_px, down_px)), replace(fit, state=turned)
