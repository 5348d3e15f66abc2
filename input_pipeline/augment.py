"""Changes of a training clip that leave its class as it is."""

import numpy as np
import tensorflow as tf

from fgrmer_tf.spec import PATCH_LANDMARKS

# What a landmark of the 68-point scheme becomes in a mirrored face.
_MIRRORED = {
    **{17 + i: 26 - i for i in range(10)},
    **dict(zip(range(48, 55), range(54, 47, -1), strict=True)),
    **dict(zip(range(55, 60), range(59, 54, -1), strict=True)),
    **dict(zip(range(60, 65), range(64, 59, -1), strict=True)),
    **dict(zip(range(65, 68), range(67, 64, -1), strict=True)),
}
MIRROR_ORDER = np.array([PATCH_LANDMARKS.index(_MIRRORED[p]) for p in PATCH_LANDMARKS])
"""Row of the patch tensor that takes each row's place in a mirrored face."""


def mirror(patches: tf.Tensor) -> tf.Tensor:
    """The patches of the mirrored face.

    Landmarks change sides, patches are turned round, and u, the motion to the right,
    changes its sign.

    Args:
        patches: float32 `(batch, landmarks, patch_h, patch_w, channels)`; three
            channels are u, v, strain, any other number has no direction.

    Returns:
        float32, same shape. Twice mirrored is as it was.
    """
    return _reflected(tf.gather(patches, MIRROR_ORDER, axis=1), width_axis=3)


def mirror_map(maps: tf.Tensor) -> tf.Tensor:
    """The motion map of the mirrored face; see `mirror`.

    Args:
        maps: float32 `(batch, height, width, channels)`.

    Returns:
        float32, same shape. Twice mirrored is as it was.
    """
    return _reflected(maps, width_axis=2)


def _reflected(maps: tf.Tensor, width_axis: int) -> tf.Tensor:
    turned = tf.reverse(maps, axis=[width_axis])
    return turned * tf.constant([-1.0, 1.0, 1.0]) if maps.shape[-1] == 3 else turned
