"""Motion maps from flow images that somebody else computed.

Such an image holds u, v and strain in its red, green and blue channel, scaled to
[0, 255] by unknown extremes, and lies on the apex frame. Zero and magnitude are lost:
the median over the face stands for zero, and standardising is what makes clips alike.
"""

import cv2
import numpy as np

from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_face import AlignedFace
from input_pipeline.optical_flow import finished


def precomputed_map(
    image: np.ndarray, aligned: AlignedFace, config: MotionConfig
) -> np.ndarray:
    """The map (u, v, strain) of a flow image.

    The image is warped as the apex frame would be, and u and v turn with it.

    Args:
        image: uint8 RGB `(height, width, 3)`, of the apex frame's size.
        aligned: The face of the apex frame.
        config: Motion settings.

    Returns:
        float32 `(map_size, map_size, 3)`, in the image's own unit, or unitless when
        standardised.
    """
    size = (2 * config.map_size,) * 2
    maps = cv2.warpAffine(
        image.astype(np.float32),
        aligned.fine,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    rotation = aligned.fine[:, :2] / np.sqrt(np.linalg.det(aligned.fine[:, :2]))
    maps[..., :2] = maps[..., :2] @ rotation.T.astype(np.float32)
    return finished(maps, aligned.inside, config)
