"""How near a magnified frame is to the true one."""

import dataclasses
from typing import Any

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from input_pipeline.magnification.training_data.scene import Scene
from input_pipeline.optical_flow import flow

BORDER = 12
"""Pixels left out on each side: what enters the frame there is a guess."""


def _grey(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.rint(frame * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)


@dataclasses.dataclass(frozen=True, eq=False)
class Truth:
    """What a scene says about one factor.

    Args:
        first: Frame A without noise, float32 `(height, width, 3)` in [0, 1].
        magnified: Likewise, with the motion magnified.
        displacement: float32 `(height, width, 2)`: from `magnified` back to `first`.
        structured: bool `(height, width)`: where `magnified` has enough structure in
            every direction for motion to be seen.
    """

    first: np.ndarray
    magnified: np.ndarray
    displacement: np.ndarray
    structured: np.ndarray

    @classmethod
    def of(cls, scene: Scene, factor: float) -> "Truth":
        """Renders it."""
        first, magnified = scene.render((0, factor))
        displacement = scene.displacement(factor)
        return cls(first, magnified, displacement, _structured(_grey(magnified)))


def _structured(grey: np.ndarray) -> np.ndarray:
    """Where the grey levels change by 1 a px or more along every direction."""
    across, down = (
        cv2.Scharr(grey, cv2.CV_32F, *order) / 32 for order in ((1, 0), (0, 1))
    )
    xx, yy, xy = (
        cv2.GaussianBlur(product, (0, 0), 3.0)
        for product in (across * across, down * down, across * down)
    )
    smaller = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return smaller >= 1.0


def score(result: np.ndarray, truth: Truth) -> dict[str, float]:
    """SSIM and PSNR [dB] away from the border, endpoint error [px] where structured.

    The endpoint error is NaN for a scene without structure.
    """
    inside = np.s_[BORDER:-BORDER, BORDER:-BORDER]
    ours, theirs = result[inside], truth.magnified[inside]
    similarity: Any = structural_similarity(
        ours, theirs, channel_axis=-1, data_range=1.0
    )
    back = flow(_grey(result), _grey(truth.first), "dis")
    distance = np.linalg.norm(back + truth.displacement, axis=-1)
    seen = distance[inside][truth.structured[inside]]
    return {
        "ssim": float(similarity),
        "psnr": float(-10 * np.log10(max(np.square(ours - theirs).mean(), 1e-10))),
        "epe": float(seen.mean()) if seen.size else float("nan"),
    }
