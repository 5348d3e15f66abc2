"""Plain least-squares motion of grey values: what is left without a network."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_face import AlignedFace
from input_pipeline.magnification.displacement import SHRINKAGE, WINDOW
from input_pipeline.optical_flow import finished, strain


class GreyMotion:
    """One step of Lucas and Kanade's method with the window of the MagNet readout.

    Args:
        config: Motion settings.
    """

    def __init__(self, config: MotionConfig) -> None:
        self._config = config

    def points(self, aligned: AlignedFace) -> np.ndarray:
        return aligned.points

    def start(self, face: np.ndarray, aligned: AlignedFace) -> np.ndarray:
        return cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)

    def compare(
        self, started: np.ndarray, face: np.ndarray, aligned: AlignedFace
    ) -> np.ndarray:
        later = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)
        inside = np.repeat(np.repeat(aligned.inside, 2, axis=0), 2, axis=1)
        field = _field(started, later, inside)
        return finished(np.dstack([field, strain(field)]), aligned.inside, self._config)

    def compare_factors(
        self,
        started: np.ndarray,
        face: np.ndarray,
        aligned: AlignedFace,
        factors: Sequence[float],
    ) -> list[np.ndarray]:
        return [self.compare(started, face, aligned) for _ in factors]


def _field(first: np.ndarray, later: np.ndarray, inside: np.ndarray) -> np.ndarray:
    # A pixel of the shape is two of the frame.
    deviation = 2 * WINDOW
    side = 2 * math.ceil(3 * deviation) + 1
    down, right = np.gradient((first + later) / 2)
    change = first - later
    products = np.dstack(
        [right * right, right * down, down * down, right * change, down * change]
    )
    sums = cv2.GaussianBlur(
        products, (side, side), deviation, borderType=cv2.BORDER_CONSTANT
    )
    xx, xy, yy, x, y = np.moveaxis(sums, -1, 0)
    shrinkage = SHRINKAGE * (xx + yy)[inside].mean() / 2
    xx, yy = xx + shrinkage, yy + shrinkage
    field = np.dstack([yy * x - xy * y, xx * y - xy * x])
    return field / (xx * yy - xy * xy)[..., None]
