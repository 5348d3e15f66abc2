"""The network with its loss, for `fit`."""

from typing import Any

import keras
from keras import ops

from input_pipeline.magnification.network import MagNet


class MagnetTrainer(keras.Model):
    """The network with its loss, for `fit`.

    `mean |frame - truth| + regularization * (mean |texture(twin) - texture(A)| +
    mean |shape(twin) - shape(B)|)`, where the twin is frame B in the colours of A: what
    has A's colours has A's texture, and what has B's positions has B's shape.

    Source:
        Published TensorFlow code: `magnet.py`, where both weights are 1. Differs: 0.1,
        as in the paper, because at 1 the cheapest way down is to shrink what is
        compared, which is what the motion is read from.

    Args:
        magnet: The network; it is trained in place.
        regularization: Weight of the two terms, at least 0.

    Call arguments:
        inputs: `frame_a`, `frame_b`, `frame_twin`, float `(batch, height, width, 3)` in
            [-1, 1] with sides that are multiples of 4; `factor`, `(batch,)`.

    Returns:
        `frame` `(batch, height, width, 3)`, and the two terms `texture_gap` and
        `shape_gap`, scalars.
    """

    def __init__(self, magnet: MagNet, regularization: float):
        super().__init__(name="magnet_trainer")
        self.network = magnet.model
        self.parts: Any = (magnet.encoder, magnet.manipulator, magnet.decoder)
        self.regularization = regularization
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
        frame_error = _distance(y_pred["frame"], y)
        self.frame_error.update_state(frame_error)
        gaps = y_pred["texture_gap"] + y_pred["shape_gap"]
        return frame_error + self.regularization * gaps


def _thirds(batch) -> Any:
    return ops.split(batch, 3)


def _distance(first, second):
    first, second = (ops.cast(one, "float32") for one in (first, second))
    return ops.mean(ops.abs(ops.subtract(first, second)))
