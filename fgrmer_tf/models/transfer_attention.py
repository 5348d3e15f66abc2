"""Where TransFER looks: its attention maps as a model of the same weights."""

from typing import Any

import keras

from fgrmer_tf.layers.pre_norm_encoder import PreNormEncoderLayer
from fgrmer_tf.models.transfer import MAP_DROPPING, MAX_OUT


class ClassTokenAttention(keras.layers.Layer):
    """Attention of the class token in one block, as a grid; shares the block's weights.

    Args:
        block: A built `PreNormEncoderLayer`.
        grid: Height and width of the grid of places.

    Call arguments:
        tokens: What the block reads, `(batch, 1 + height * width, features)`.

    Returns:
        Float tensor `(batch, height, width)`, mean over heads.
    """

    def __init__(self, block, grid):
        super().__init__()
        self.block = block
        self.grid = tuple(grid)

    def call(self, tokens):
        from_class = keras.ops.mean(self.block.attention(tokens)[:, :, 0, 1:], axis=1)
        return keras.ops.reshape(from_class, (-1, *self.grid))


def attention_maps(model: keras.Model) -> keras.Model:
    """A model of the same weights that shows where TransFER looks.

    Args:
        model: From `build_transfer`, with at least one local attention.

    Returns:
        A model from the same images to a dict of float tensors: `local` `(batch,
        height, width, maps)` and `max_out` `(batch, height, width, 1)`, both in (0, 1);
        `class_token` `(batch, height, width)`: attention of the class token to each
        place in the last block, mean over heads.

    Raises:
        ValueError: If the model has no local attention.
    """
    names = [layer.name for layer in model.layers]
    if MAX_OUT not in names:
        raise ValueError(
            "Attention maps need at least one local attention. Received a model with "
            f"the layers {names}"
        )
    largest: Any = model.get_layer(MAX_OUT).output
    dropping: Any = model.get_layer(MAP_DROPPING).input
    last: Any = [x for x in model.layers if isinstance(x, PreNormEncoderLayer)][-1]
    outputs = {
        "local": dropping,
        "max_out": largest,
        "class_token": ClassTokenAttention(last, largest.shape[1:3])(last.input),
    }
    return keras.Model(model.input, outputs, name="transfer_attention")
