"""A soft step from nothing to all: how one field passes into another without a corner."""

import numpy as np

from scalp.base import FloatArray


def eased(fraction: FloatArray) -> FloatArray:
    """Return 0 below 0, 1 above 1, and between them 3 t^2 - 2 t^3, which starts and ends level.

    >>> eased(np.array([-1.0, 0.25, 0.5, 2.0]))
    array([0.     , 0.15625, 0.5    , 1.     ])
    """
    clipped = np.clip(fraction, 0.0, 1.0)
    return np.asarray(clipped * clipped * (3.0 - 2.0 * clipped))
