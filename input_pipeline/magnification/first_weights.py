"""First weights with which the network begins by showing frame B, if blurred."""

from typing import Any

import keras
import numpy as np

from input_pipeline.magnification.network import MagNet

COLOURS, PHASES, SIGNS = 3, 4, 2
CARRIED = COLOURS * PHASES * SIGNS
"""Channels that the four pixels of a 2x2 block need to pass a ReLU unharmed."""
_ADDED = ("second", "change")
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
        added = kernel.path.split("/")[-3:-1]
        small = any(name in added for name in (*_ADDED, "rendered"))
        gain: Any = keras.initializers.VarianceScaling(
            scale=_SMALL if small else _FULL, seed=seed * 1009 + index
        )
        kernel.assign(gain(kernel.shape))
    if magnet.encoder.get_layer("trunk_halving").filters >= CARRIED:
        _carry(magnet)


def _carry(magnet: MagNet) -> None:
    encoder, decoder = magnet.encoder, magnet.decoder
    halving_layer = encoder.get_layer("trunk_halving")
    # Zeros are added behind an even frame alone; a mirrored border on both sides.
    first = 0 if halving_layer.padding == "same" else 1
    kernels = {
        name: np.array(part.get_layer(name).convolution.kernel)
        for part, name in (
            (encoder, "stem"),
            (encoder, "trunk_halving"),
            (decoder, "render_convolution"),
            (decoder, "rendered"),
        )
    }
    stem, halving, render, rendered = kernels.values()
    stem[..., : COLOURS * SIGNS] = 0
    for kernel in (halving, render):
        kernel[..., :CARRIED] = 0
    rendered[:, :, :CARRIED] = 0
    shape_begins = render.shape[2] - halving.shape[3]
    for channel in range(CARRIED):
        phase, colour, negative = np.unravel_index(channel, (PHASES, COLOURS, SIGNS))
        sign = 1 - 2 * negative
        row, column = divmod(int(phase), 2)
        stem[3, 3, colour, 2 * colour + negative] = sign
        tap = halving[first + row, first + column]
        tap[2 * colour, channel], tap[2 * colour + 1, channel] = sign, -sign
        render[1, 1, shape_begins + channel, channel] = 1
        rendered[3, 3, channel, colour] = sign / PHASES
    for part, name in ((encoder, "shape_convolution"),):
        if name in {layer.name for layer in part.layers}:
            kernel = np.array(part.get_layer(name).convolution.kernel)
            kernel[..., :CARRIED] = 0
            kernel[1, 1, :CARRIED, :CARRIED] = np.eye(CARRIED)
            part.get_layer(name).convolution.kernel.assign(kernel)
    for part in (encoder, decoder):
        for layer in part.layers:
            if layer.name in kernels:
                layer.convolution.kernel.assign(kernels[layer.name])
