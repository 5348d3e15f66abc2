"""How much the local attention maps of TransFER look at the same places."""

import itertools

import numpy as np

from fgrmer_tf.errors import InputError


def map_overlap(maps: np.ndarray) -> np.ndarray:
    """Shared share of two attention maps, mean over pairs of maps, of each picture.

    Each map less its smallest value is a distribution over places: where it looks, not
    how brightly. Two of them share the sum over places of the smaller of both.

    Args:
        maps: float `(pictures, height, width, maps)`, at least two maps, values at
            least 0.

    Returns:
        float64 `(pictures,)` in [0, 1]: 0 where the maps look at different places, 1
        where they are equal. A map that is the same everywhere looks at all places
        alike.

    Raises:
        InputError: If there is one map or none.
    """
    if maps.ndim != 4 or maps.shape[-1] < 2:
        raise InputError(
            f"Overlap needs two maps or more. Received: shape {maps.shape}."
        )
    flat = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    above = flat - flat.min(axis=1, keepdims=True)
    whole = above.sum(axis=1, keepdims=True)
    even = np.full_like(above, 1 / above.shape[1])
    share = np.divide(above, whole, out=even, where=whole > 0)
    pairs = [
        np.minimum(share[..., one], share[..., other]).sum(axis=1)
        for one, other in itertools.combinations(range(maps.shape[-1]), 2)
    ]
    return np.mean(pairs, axis=0)
