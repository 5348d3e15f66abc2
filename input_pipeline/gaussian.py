"""The Gaussian window in which motion is taken to be the same."""

import functools
import math

import numpy as np

_DEVIATIONS = 3


@functools.cache
def gaussian_window(deviation: float) -> np.ndarray:
    """Weights that sum to 1, cut off at three deviations.

    Args:
        deviation: Of the Gaussian, above 0 [px].

    Returns:
        float64 `(2 * ceil(3 * deviation) + 1,)`, not to be written to.
    """
    reach = math.ceil(_DEVIATIONS * deviation)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    window /= window.sum()
    window.setflags(write=False)
    return window
