"""The shape path of MagNet as one ONNX file."""

import tensorflow as tf
import tf2onnx.convert

from input_pipeline.magnification.network import MagNet
from input_pipeline.magnification.shape_export import shape_encoder

OPSET = 17
"""The newest that every mobile and web runtime takes."""


def to_onnx(magnet: MagNet) -> bytes:
    """Converts the shape path to ONNX, for runtimes other than LiteRT.

    One graph, all float32, with free batch, height and width: `frame_a` and `frame_b`
    `(batch, height, width, 3)` in [-1, 1], sides even and at least `frames.MINIMUM`,
    and `factor` `(batch,)` to `shape` `(batch, height / 2, width / 2, channels)`, the
    magnified shape.

    Args:
        magnet: The network, either form, any width.

    Returns:
        The content of an `.onnx` file.
    """
    encoder, manipulator = shape_encoder(magnet), magnet.manipulator

    def magnified(frame_a, frame_b, factor):
        return {"shape": manipulator([encoder(frame_a), encoder(frame_b), factor])}

    frames = (None, None, None, 3)
    signature = [
        tf.TensorSpec(frames, name="frame_a"),
        tf.TensorSpec(frames, name="frame_b"),
        tf.TensorSpec((None,), name="factor"),
    ]
    model, _ = tf2onnx.convert.from_function(
        tf.function(magnified, input_signature=signature),
        input_signature=signature,
        opset=OPSET,
    )
    return model.SerializeToString(deterministic=True)
