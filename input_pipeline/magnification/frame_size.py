"""Frames of any size: padded to what the network can halve twice, and cropped back."""

from typing import Any

import keras
from keras import ops

from input_pipeline.magnification.frames import MINIMUM, MULTIPLE, padded_side


def _padded(frames, axis):
    shape: Any = ops.shape(frames)
    side = shape[axis]
    if isinstance(side, int):
        target = padded_side(side)
        if target == side:
            return frames
    else:
        target = ops.maximum(-(-side // MULTIPLE) * MULTIPLE, MINIMUM)
    return ops.take(frames, ops.minimum(ops.arange(target), side - 1), axis=axis)


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class PadFrame(keras.layers.Layer):
    """Repeats the last row and column until both sides suit the network.

    Call arguments:
        frames: Float tensor `(batch, height, width, channels)`, sides at least 1.

    Returns:
        Float tensor `(batch, padded_side(height), padded_side(width), channels)`.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def call(self, frames):
        return _padded(_padded(frames, 1), 2)

    def compute_output_shape(self, frames_shape):
        batch, *sides, channels = frames_shape
        return (batch, *(side and padded_side(side) for side in sides), channels)


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class CropLike(keras.layers.Layer):
    """Cuts off the rows and columns that another frame does not have.

    Call arguments:
        frames: Float tensor `(batch, height, width, channels)`.
        model: Tensor `(batch, rows, columns, any)` of at most that size.

    Returns:
        Float tensor `(batch, rows, columns, channels)`.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def call(self, frames, model):
        shape: Any = ops.shape(model)
        _, rows, columns, _ = shape
        return frames[:, :rows, :columns]

    def compute_output_shape(self, frames_shape, model_shape):
        return (frames_shape[0], *model_shape[1:3], frames_shape[3])
