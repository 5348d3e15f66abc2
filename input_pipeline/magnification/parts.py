"""The three parts of MagNet, and where its two published forms differ."""

import dataclasses
from typing import Literal

import keras

from input_pipeline.magnification.blocks import (
    PaddedConv2D,
    Padding,
    ResidualBlock,
    ScaledMotion,
)
from input_pipeline.magnification.frame_size import PadFrame

Form = Literal["official", "public"]

TRUNK_BLOCKS = 3
"""Residual blocks that texture and shape share."""
BRANCH_BLOCKS = 2
"""Residual blocks of texture and of shape alone."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormTraits:
    """Where the two published forms of the network differ.

    Args:
        identity_factor: The factor that leaves frame B as it is.
        motion_kernel: Side of the manipulator's first kernel [px].
        shape_convolution: Whether a convolution precedes the blocks of the shape.
        texture_convolution: Whether one follows the upsampling of the texture.
        halving_padding: Padding of the convolutions of stride 2.
    """

    identity_factor: float
    motion_kernel: int
    shape_convolution: bool
    texture_convolution: bool
    halving_padding: Padding


TRAITS: dict[Form, FormTraits] = {
    "official": FormTraits(
        identity_factor=1.0,
        motion_kernel=7,
        shape_convolution=False,
        texture_convolution=True,
        halving_padding="same",
    ),
    "public": FormTraits(
        identity_factor=0.0,
        motion_kernel=3,
        shape_convolution=True,
        texture_convolution=False,
        halving_padding="reflect",
    ),
}


def _blocks(features, count, name):
    for index in range(1, count + 1):
        features = ResidualBlock(features.shape[-1], name=f"{name}_{index}")(features)
    return features


def _convolved(features, filters, size, name, **kwargs):
    kwargs = {"activation": "relu", **kwargs}
    return PaddedConv2D(filters, size, name=name, **kwargs)(features)


def encoder(traits: FormTraits, width: int) -> keras.Model:
    """Frames to `[texture, shape]`."""
    halving = {"strides": 2, "padding": traits.halving_padding}
    frames = keras.Input((None, None, 3), name="frames")
    trunk = _convolved(PadFrame(name="pad")(frames), width, 7, "stem")
    trunk = _convolved(trunk, 2 * width, 3, "trunk_halving", **halving)
    trunk = _blocks(trunk, TRUNK_BLOCKS, "trunk")
    texture = _convolved(trunk, 2 * width, 3, "texture_halving", **halving)
    texture = _blocks(texture, BRANCH_BLOCKS, "texture")
    shape = trunk
    if traits.shape_convolution:
        shape = _convolved(shape, 2 * width, 3, "shape_convolution")
    shape = _blocks(shape, BRANCH_BLOCKS, "shape")
    return keras.Model(frames, [texture, shape], name="encoder")


def manipulator(traits: FormTraits, width: int) -> keras.Model:
    """`[shape_a, shape_b, factor]` to the magnified shape."""
    channels = 2 * width
    shape_a = keras.Input((None, None, channels), name="shape_a")
    shape_b = keras.Input((None, None, channels), name="shape_b")
    factor = keras.Input((), name="factor")
    motion = keras.layers.Subtract(name="difference")([shape_b, shape_a])
    motion = _convolved(motion, channels, traits.motion_kernel, "motion")
    motion = ScaledMotion(traits.identity_factor, name="scaled_motion")(motion, factor)
    change = _convolved(motion, channels, 3, "change", activation="linear")
    change = _blocks(change, 1, "change_block")
    magnified = keras.layers.Add(name="magnified")([shape_b, change])
    return keras.Model([shape_a, shape_b, factor], magnified, name="manipulator")


def decoder(traits: FormTraits, width: int, blocks: int) -> keras.Model:
    """`[texture, shape]` to frames."""
    channels = 2 * width
    texture = keras.Input((None, None, channels), name="texture")
    shape = keras.Input((None, None, channels), name="shape")
    enlarged = keras.layers.UpSampling2D(name="enlarged_texture")(texture)
    if traits.texture_convolution:
        enlarged = _convolved(enlarged, channels, 3, "texture_convolution")
    joined = keras.layers.Concatenate(name="joined")([enlarged, shape])
    joined = _blocks(joined, blocks, "block")
    joined = keras.layers.UpSampling2D(name="enlarged")(joined)
    joined = _convolved(joined, channels, 3, "render_convolution")
    frames = _convolved(joined, 3, 7, "rendered", activation="linear")
    return keras.Model([texture, shape], frames, name="decoder")
