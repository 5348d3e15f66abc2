"""The photograph that all synthetic faces come from, and its mesh."""

import dataclasses

import cv2
import numpy as np
import skimage.data

from input_pipeline.landmarks.face_mesh import FaceMesh

_ENLARGEMENT = 6


@dataclasses.dataclass(frozen=True, eq=False)
class Photograph:
    """A face, large enough that no frame is finer.

    Args:
        image: uint8 `(height, width, 3)`, RGB.
        mesh: float64 `(468, 2)`, (x, y) [px, origin top left].
    """

    image: np.ndarray
    mesh: np.ndarray


def load_photograph(*, mirrored: bool) -> Photograph:
    """Enlarges, sharpens and measures the photograph.

    Source:
        `skimage.data.astronaut`: NASA, public domain, part of scikit-image.

    Args:
        mirrored: Whether left and right are exchanged.

    Returns:
        The photograph, enlarged: its face is about as wide as a frame is.
    """
    image = skimage.data.astronaut()
    if mirrored:
        image = np.ascontiguousarray(image[:, ::-1])
    mesh = FaceMesh().find(image).mesh[:, :2].astype(np.float64)
    height, width = image.shape[:2]
    large = cv2.resize(
        image,
        (width * _ENLARGEMENT, height * _ENLARGEMENT),
        interpolation=cv2.INTER_LANCZOS4,
    )
    soft = cv2.GaussianBlur(large, (0, 0), 0.8 * _ENLARGEMENT)
    sharp = cv2.addWeighted(large, 1.7, soft, -0.7, 0)
    return Photograph(sharp, mesh * _ENLARGEMENT)
