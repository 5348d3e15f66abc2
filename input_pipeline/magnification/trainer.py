"""The network with its loss, for `fit`."""

from typing import Any

import keras
from keras import ops

from input_pipeline.magnification.network import MagNet

_STILL = 0.01
"""Mean change of a frame, of a range of 2, below which noise is most of it."""


class MagnetTrainer(keras.Model):
    """The network with its loss, for `fit`.

    `mean weight |frame - truth| + regularization * (mean |texture(twin) - texture(A)| +
    mean |shape(twin) - shape(B)|)`, where the twin is frame B in the colours of A: what
    has A's colours has A's texture, and what has B's positions has B's shape. The
    weight of a pixel grows with what must change there, `change = mean over colours of
    |truth - B|`: `weight ~ 1 + motion_weight * change / (mean change + 0.01)`, with a
    mean of 1 over each frame.

    Source:
        Published TensorFlow code: `magnet.py`, where both weights are 1. Differs: 0.1,
        as in the paper, because at 1 the cheapest way down is to shrink what is
        compared, which is what the motion is read from. Its pixels all weigh the same,
        so that a network that moves nothing is right nearly everywhere.

    Args:
        magnet: The network; it is trained in place.
        regularization: Weight of the two terms, at least 0.
        motion_weight: At least 0; 0: all pixels weigh the same, as published.

    Call arguments:
        inputs: `frame_a`, `frame_b`, `frame_twin`, float `(batch, height, width, 3)` in
            [-1, 1] with sides that are multiples of 4; `factor`, `(batch,)`.

    Returns:
        `frame` `(batch, height, width, 3)`, and the two terms `texture_gap` and
        `shape_gap`, scalars.
    """

    def __init__(self, magnet: MagNet, regularization: float, motion_weight: float):
        super().__init__(name="magnet_trainer")
        self.network = magnet.model
        self.parts: Any = (magnet.encoder, magnet.manipulator, magnet.decoder)
        self.regularization = regularization
        self.motion_weight = motion_weight
        self.frame_error = keras.metrics.Mean(name="frame_error")
        # All parts are: a checkpoint can be read before the first call.
        self.built = True

    def call(self, inputs):
        encoder, manipulator, decoder = self.parts
        # One pass of the encoder over three frames is faster than three.
        frames: Any = [inputs[name] for name in ("frame_a", "frame_b", "frame_twin")]
        textures, shapes = encoder(ops.concatenate(frames))
        texture_a, texture_b, texture_twin = _thirds(textures)
        shape_a, shape_b, shape_twin = _thirds(shapes)
        magnified = manipulator([shape_a, shape_b, inputs["factor"]])
        return {
            "frame": ops.cast(decoder([texture_b, magnified]), "float32"),
            "texture_gap": _distance(texture_twin, texture_a),
            "shape_gap": _distance(shape_twin, shape_b),
        }

    def compute_loss(
        self, x=None, y=None, y_pred: Any = None, sample_weight=None, training=True
    ):
        inputs: Any = x
        self.frame_error.update_state(_distance(y_pred["frame"], y))
        errors = ops.multiply(
            _motion_weights(y, inputs["frame_b"], self.motion_weight),
            ops.abs(ops.subtract(y_pred["frame"], y)),
        )
        gaps = y_pred["texture_gap"] + y_pred["shape_gap"]
        return ops.mean(errors) + self.regularization * gaps


def _motion_weights(truth, frame_b, strength: float) -> Any:
    """Weights `(batch, height, width, 1)` with a mean of 1 over each frame."""
    change: Any = ops.mean(ops.abs(ops.subtract(truth, frame_b)), -1, keepdims=True)
    weights: Any = 1 + strength * change / (_over_frame(change) + _STILL)
    return weights / _over_frame(weights)


def _over_frame(values) -> Any:
    return ops.mean(values, axis=(1, 2, 3), keepdims=True)


def _thirds(batch) -> Any:
    return ops.split(batch, 3)


def _distance(first, second):
    first, second = (ops.cast(one, "float32") for one in (first, second))
    return ops.mean(ops.abs(ops.subtract(first, second)))
