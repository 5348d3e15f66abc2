"""First weights with which the network begins by showing frame B, if blurred."""

from typing import Any

import keras
import numpy as np

from input_pipeline.magnification.network import MagNet

COLOURS, PHASES, SIGNS = 3, 4, 2
CARRIED = COLOURS * PHASES * SIGNS
"""Channels that the four pixels of a 2x2 block need to pass a ReLU unharmed."""
_PATH = ("stem", "trunk_halving", "render_convolution", "rendered")
_LAST = ("second", "change", "rendered")
_SMALL, _FULL = 0.02, 2.0


def draw_first_weights(magnet: MagNet, seed: int) -> None:
    """Draws every kernel, and lets a path through the network carry the frame.

    Random kernels keep the size of the signal (He); those at the end of what is added
    to something start at a tenth of that. On top, if the representations have room for
    24 channels, the colours of the four pixels of each 2x2 block and their negatives
    take the first 24 channels of the shape, and the decoder shows their mean. Learning
    then starts from a blurred frame B in place of noise; published code starts from a
    spread of 0.02, with which the signal fades from layer to layer.

    Source:
        He et al., ICCV 2015; small residual branches as in Zhang et al. (Fixup), ICLR
        2019. The path is this project's own: not in the paper.

    Args:
        magnet: Is given its weights.
        seed: Of what is random.
    """
    for index, kernel in enumerate(magnet.model.trainable_variables):
        small = kernel.path.split("/")[-3] in _LAST
        gain: Any = keras.initializers.VarianceScaling(
            scale=_SMALL if small else _FULL, seed=seed * 1009 + index
        )
        kernel.assign(gain(kernel.shape))
    if magnet.encoder.get_layer("trunk_halving").filters >= CARRIED:
        _carry(magnet)


def _carry(magnet: MagNet) -> None:
    halving_layer = magnet.encoder.get_layer("trunk_halving")
    # Zeros are added behind an even frame alone; a mirrored border on both sides.
    first = 0 if halving_layer.padding == "same" else 1
    layers = {
        layer.name: layer for part in magnet.model.layers for layer in _layers(part)
    }
    stem, halving, render, rendered = (
        np.array(layers[name].convolution.kernel) for name in _PATH
    )
    stem[..., : COLOURS * SIGNS] = 0
    for kernel in (halving, render, rendered.swapaxes(2, 3)):
        kernel[..., :CARRIED] = 0
    shape_begins = render.shape[2] - halving.shape[3]
    for channel in range(CARRIED):
        phase, colour, negative = np.unravel_index(channel, (PHASES, COLOURS, SIGNS))
        row, column = divmod(int(phase), 2)
        sign, light = 1 - 2 * negative, 2 * colour
        stem[3, 3, colour, light + negative] = sign
        halving[first + row, first + column, light : light + 2, channel] = sign, -sign
        render[1, 1, shape_begins + channel, channel] = 1
        rendered[3, 3, channel, colour] = sign / PHASES
    for name, kernel in zip(_PATH, (stem, halving, render, rendered), strict=True):
        layers[name].convolution.kernel.assign(kernel)
    if "shape_convolution" in layers:
        kernel = np.array(layers["shape_convolution"].convolution.kernel)
        kernel[..., :CARRIED] = 0
        kernel[1, 1, :CARRIED, :CARRIED] = np.eye(CARRIED)
        layers["shape_convolution"].convolution.kernel.assign(kernel)


def _layers(part: Any) -> list[keras.layers.Layer]:
    return getattr(part, "layers", [])
