"""First weights, with which the network begins as a weak linear magnifier."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from input_pipeline.magnification.network import MagNet

COLOURS, PHASES, SIGNS = 3, 4, 2
CARRIED = COLOURS * PHASES * SIGNS
"""Channels that the four pixels of a 2x2 block need to pass a ReLU unharmed."""
_SMALL, _TINY, _FULL = 0.02, 0.0002, 2.0
_START = 0.5
"""Share of the linear magnification that the network begins with."""
_SMOOTHING = 0.7


def _scale(path: str) -> float:
    *_, layer, _, _ = path.split("/")
    if layer == "second":
        # What encodes must not blur what it carries.
        return _SMALL if path.startswith(("block", "change")) else _TINY
    return _SMALL if layer in ("change", "rendered") else _FULL


def draw_first_weights(magnet: MagNet, seed: int) -> None:
    """Draws every kernel, and makes the network a weak linear magnifier to begin with.

    Random kernels keep the size of the signal (He); those at the end of what is added
    to something start small. On top, if the representations have room for 24 channels:

    - the colours of the four pixels of each 2x2 block and their negatives take the
      first 24 channels of the shape (both signs, so that they pass a ReLU);
    - the manipulator adds half of what linear magnification would, of the smoothed
      difference;
    - the decoder shows the mean of each block.

    Learning then starts from a blurred, somewhat magnified frame in place of noise.
    Published code starts from a spread of 0.02, with which the signal fades from layer
    to layer.

    Source:
        He et al., ICCV 2015; small residual branches as in Zhang et al. (Fixup), ICLR
        2019. The path is this project's own: not in the paper.

    Args:
        magnet: Is given its weights.
        seed: Of what is random.
    """
    for index, kernel in enumerate(magnet.model.trainable_variables):
        gain: Any = keras.initializers.VarianceScaling(
            scale=_scale(kernel.path), seed=seed * 1009 + index
        )
        kernel.assign(gain(kernel.shape))
    if magnet.encoder.get_layer("trunk_halving").filters >= CARRIED:
        _carry_frame(magnet)
        _magnify(magnet.manipulator)


def _rewrite(part: keras.Model, layer: str, write: Callable) -> None:
    kernel = part.get_layer(layer).convolution.kernel
    values = np.array(keras.ops.convert_to_numpy(kernel))
    write(values)
    kernel.assign(values)


def _carry_frame(magnet: MagNet) -> None:
    # Zeros are added behind an even frame alone; a mirrored border on both sides.
    same = magnet.encoder.get_layer("trunk_halving").padding == "same"
    first = 0 if same else 1

    def stem(kernel):
        kernel[..., : COLOURS * SIGNS] = 0
        for colour in range(COLOURS):
            kernel[3, 3, colour, 2 * colour : 2 * colour + 2] = 1, -1

    def halving(kernel):
        kernel[..., :CARRIED] = 0
        for channel in range(CARRIED):
            row, column, colour, sign = _meaning(channel)
            tap = kernel[first + row, first + column, 2 * colour : 2 * colour + 2]
            tap[:, channel] = sign, -sign

    def shape(kernel):
        kernel[..., :CARRIED] = 0
        kernel[1, 1, :CARRIED, :CARRIED] = np.eye(CARRIED)

    def render(kernel):
        kernel[..., :CARRIED] = 0
        behind_texture = kernel[1, 1, kernel.shape[2] // 2 :]
        behind_texture[:CARRIED, :CARRIED] = _DIFFERENCES

    def rendered(kernel):
        kernel[:, :, :CARRIED] = 0
        for channel in range(CARRIED):
            _, _, colour, sign = _meaning(channel)
            kernel[3, 3, channel, colour] = sign / PHASES

    _rewrite(magnet.encoder, "stem", stem)
    _rewrite(magnet.encoder, "trunk_halving", halving)
    if any(layer.name == "shape_convolution" for layer in magnet.encoder.layers):
        _rewrite(magnet.encoder, "shape_convolution", shape)
    _rewrite(magnet.decoder, "render_convolution", render)
    _rewrite(magnet.decoder, "rendered", rendered)


def _magnify(manipulator: keras.Model) -> None:
    def motion(kernel):
        reach = np.arange(kernel.shape[0]) - kernel.shape[0] // 2
        bell = np.exp(-0.5 * np.square(reach / _SMOOTHING))
        smooth = np.outer(bell, bell) / bell.sum() ** 2
        kernel[..., :CARRIED] = 0
        kernel[:, :, :CARRIED, :CARRIED] = smooth[..., None, None] * _DIFFERENCES

    def change(kernel):
        kernel[..., :CARRIED] = 0
        # Half for the one sign and half for the other: the decoder subtracts them.
        kernel[1, 1, :CARRIED, :CARRIED] = _START / 2 * _DIFFERENCES

    _rewrite(manipulator, "motion", motion)
    _rewrite(manipulator, "change", change)


def _meaning(channel: int) -> tuple[int, int, int, int]:
    """Row and column in the block, colour, and sign of a carried channel."""
    block, negative = divmod(channel, SIGNS)
    phase, colour = divmod(block, COLOURS)
    row, column = divmod(phase, 2)
    return row, column, colour, 1 - 2 * negative


_DIFFERENCES = np.kron(np.eye(CARRIED // SIGNS), [[1, -1], [-1, 1]])
"""Of both signs: positive less negative, and negative less positive."""
