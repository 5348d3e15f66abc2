"""MagNet: a network that renders a frame with its motion magnified."""

import dataclasses
from typing import Any, get_args

import keras

from input_pipeline.magnification import parts
from input_pipeline.magnification.frame_size import CropLike
from input_pipeline.magnification.parts import TRAITS, Form

WIDTH = 16
"""Channels after the first convolution; twice that in a representation."""
DECODER_BLOCKS = 9
"""Residual blocks of the decoder."""


@dataclasses.dataclass(frozen=True)
class MagNet:
    """The network and its three parts, which share their weights with it.

    Frames are RGB in [-1, 1]. Parts are Keras models:

    - `encoder(frames) -> [texture, shape]`: `(batch, height, width, 3)` of any size to
      `(batch, rows / 4, columns / 4, 2 * width)` and `(batch, rows / 2, columns / 2,
      2 * width)`, where `rows` and `columns` are `padded_side` of the frame's sides.
    - `manipulator([shape_a, shape_b, factor]) -> shape`: the shape of B with the motion
      from A to B scaled; `factor` is `(batch,)`.
    - `decoder([texture, shape]) -> frames`: `(batch, rows, columns, 3)`, not clipped.

    Args:
        model: From `build_magnet`, or such a model loaded from a `.keras` file.
            Inputs `frame_a`, `frame_b` (of one size) and `factor`; outputs `frame`
            (cropped to frame B, float32, not clipped: values may leave [-1, 1]),
            `texture_a`, `texture_b`, `shape_a`, `shape_b`, `magnified_shape`.
    """

    model: keras.Model

    @property
    def encoder(self) -> keras.Model:
        """Frames to texture and shape."""
        return self._part("encoder")

    @property
    def manipulator(self) -> keras.Model:
        """Two shapes and a factor to the magnified shape."""
        return self._part("manipulator")

    @property
    def decoder(self) -> keras.Model:
        """Texture and shape to frames."""
        return self._part("decoder")

    @property
    def identity_factor(self) -> float:
        """The factor that leaves frame B as it is: 1 (official) or 0 (public).

        The official form was made for "the motion becomes `factor` times as large",
        the public form for "`factor` times the motion is added".
        """
        return self.manipulator.get_layer("scaled_motion").identity_factor

    def _part(self, name: str) -> Any:
        return self.model.get_layer(name)


def build_magnet(
    form: Form, *, width: int = WIDTH, decoder_blocks: int = DECODER_BLOCKS
) -> MagNet:
    """Builds the network with new weights.

    With `factor == identity_factor` the magnified shape is exactly the shape of B: no
    kernel has a bias, so what is multiplied by zero stays zero.

    Source:
        Oh et al., "Learning-based Video Motion Magnification", ECCV 2018. Official
        TensorFlow code (`official`, 918,928 parameters) and the public PyTorch code
        (`public`, 877,968 parameters), whose weights are not interchangeable. Differs:
        frames are padded and cropped, so that their sides may be any.

    Args:
        form: `official` or `public`; `TRAITS` says what differs.
        width: Channels after the first convolution, at least 1; published: 16.
        decoder_blocks: Residual blocks of the decoder, at least 1; published: 9.

    Returns:
        The network. Its layers follow the global dtype policy; the rendered frame is
        float32 under any policy.

    Raises:
        ValueError: If `form` is unknown or a size is below 1.
    """
    if form not in TRAITS:
        raise ValueError(f"`form` must be one of {get_args(Form)}. Received: {form!r}")
    if min(width, decoder_blocks) < 1:
        raise ValueError(
            "`width` and `decoder_blocks` must be at least 1. "
            f"Received: width={width}, decoder_blocks={decoder_blocks}"
        )
    traits = TRAITS[form]
    encoder = parts.encoder(traits, width)
    manipulator = parts.manipulator(traits, width)
    decoder = parts.decoder(traits, width, decoder_blocks)

    frame_a = keras.Input((None, None, 3), name="frame_a")
    frame_b = keras.Input((None, None, 3), name="frame_b")
    factor = keras.Input((), name="factor")
    texture_a, shape_a = encoder(frame_a)
    texture_b, shape_b = encoder(frame_b)
    magnified = manipulator([shape_a, shape_b, factor])
    rendered = decoder([texture_b, magnified])
    model = keras.Model(
        {"frame_a": frame_a, "frame_b": frame_b, "factor": factor},
        {
            "frame": CropLike(name="frame", dtype="float32")(rendered, frame_b),
            "texture_a": texture_a,
            "texture_b": texture_b,
            "shape_a": shape_a,
            "shape_b": shape_b,
            "magnified_shape": magnified,
        },
        name=f"magnet_{form}",
    )
    return MagNet(model)
