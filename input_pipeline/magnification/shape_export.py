"""The shape path of MagNet, without texture and decoder, as one LiteRT file."""

import math
import tempfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from input_pipeline.magnification.blocks import PaddedConv2D, ResidualBlock
from input_pipeline.magnification.network import MagNet
from input_pipeline.magnification.shape_path import (
    ENCODE,
    ENCODE_INSIDE,
    MAGNIFY,
    TRAITS,
    ShapeTraits,
)


def shape_encoder(magnet: MagNet) -> keras.Model:
    """The part of the encoder that turns padded frames into their shape."""
    encoder = magnet.encoder
    return keras.Model(encoder.get_layer("pad").output, encoder.outputs[1])


def _reach(model: keras.Model) -> int:
    """How far a chain of layers looks beyond a pixel of its result [px of it]."""
    reach, step = 0, 1
    for layer in model.layers:
        if isinstance(layer, PaddedConv2D | ResidualBlock):
            reach += layer.radius * step
            step *= layer.strides
    return math.ceil(reach / step)


def _inside(encoder: keras.Model, features: Any) -> Any:
    """Runs the encoder, cutting off at once what a cut-out frame's borders falsify.

    What is left is the same, but later layers have less to do.
    """
    false, step = 0, 1
    for layer in encoder.layers:
        if not isinstance(layer, PaddedConv2D | ResidualBlock):
            continue
        features = layer(features)
        false = math.ceil((false + layer.radius) / layer.strides)
        step *= layer.strides
        # Before the halving a cut would shift the pixels that it takes.
        if step > 1:
            features = features[:, false:-false, false:-false]
            false = 0
    return features


def traits_of(magnet: MagNet) -> ShapeTraits:
    """What a user of the shape path has to know, read off the layers."""
    halving = magnet.encoder.get_layer("trunk_halving")
    return ShapeTraits(
        identity_factor=magnet.identity_factor,
        # Result 0 of the halving lies under the kernel's centre.
        origin=1.0 if halving.padding == "same" else 0.0,
        encoder_reach=_reach(shape_encoder(magnet)),
        manipulator_reach=_reach(magnet.manipulator),
    )


def to_litert(magnet: MagNet) -> bytes:
    """Converts the shape path to LiteRT, for `ShapePath` here and for phones.

    Signatures of the file, all float32, with free height and width:

    - `encode`: `frame` `(1, height, width, 3)` in [-1, 1], sides even and at least
      `frames.MINIMUM`, to `shape` `(1, height / 2, width / 2, channels)`.
    - `encode_inside`: the same for a cut-out frame, less `encoder_reach` px of the
      shape on each side; the frame's sides must leave something.
    - `magnify`: `shape_a`, `shape_b` and `factor` `(1,)` to `shape`.
    - `traits`: any `ignored` `(1,)` to `values` `(4,)`, the fields of `ShapeTraits`.

    Args:
        magnet: The network, either form, any width.

    Returns:
        The content of a `.tflite` file; builtin operators alone.
    """
    encoder, manipulator = shape_encoder(magnet), magnet.manipulator
    channels = encoder.outputs[0].shape[-1]
    shape = (1, None, None, channels)
    values = np.array(traits_of(magnet).values(), np.float32)

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 3), name="frame")])
    def encode(frame):
        return {"shape": encoder(frame)}

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 3), name="frame")])
    def encode_inside(frame):
        return {"shape": _inside(encoder, frame)}

    @tf.function(
        input_signature=[
            tf.TensorSpec(shape, name="shape_a"),
            tf.TensorSpec(shape, name="shape_b"),
            tf.TensorSpec((1,), name="factor"),
        ]
    )
    def magnify(shape_a, shape_b, factor):
        return {"shape": manipulator([shape_a, shape_b, factor])}

    @tf.function(input_signature=[tf.TensorSpec((1,), name="ignored")])
    def traits(ignored):
        return {"values": tf.constant(values) + 0 * ignored}

    functions = {
        ENCODE: encode,
        ENCODE_INSIDE: encode_inside,
        MAGNIFY: magnify,
        TRAITS: traits,
    }
    module = tf.Module()
    # Variables that the module does not hold would be left out of the file.
    module.variables_ = [
        weight.value for part in (encoder, manipulator) for weight in part.weights
    ]
    with tempfile.TemporaryDirectory() as folder:
        concrete = {name: f.get_concrete_function() for name, f in functions.items()}
        tf.saved_model.save(module, folder, signatures=concrete)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(functions)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        return converter.convert()
