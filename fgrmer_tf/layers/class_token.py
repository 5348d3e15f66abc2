"""From a grid of features to the tokens of a transformer."""

from typing import Any

import keras
from keras import ops

START_DEVIATION = 0.02
"""Standard deviation of every first weight of the published transformer."""


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class ClassTokenAndPositions(keras.layers.Layer):
    """Flattens a grid row by row, puts a learnt token first, adds learnt positions.

    Both start as truncated normal noise.

    Source:
        Dosovitskiy et al., ICLR 2021; TransFER's released code `trans_fer.py`.
        Differs: the deviation of the positions can be chosen.

    Args:
        position_deviation: float above 0. Standard deviation of the first positions.

    Call arguments:
        grid: Float tensor `(batch, height, width, features)`; unitless.

    Returns:
        Float tensor `(batch, 1 + height * width, features)`, compute dtype; the class
        token first.

    State:
        class_token: `(1, 1, features)`. positions: `(1, 1 + height * width, features)`,
        with one for the class token.

    Raises:
        ValueError: At construction, if the deviation is not positive.
    """

    def __init__(self, position_deviation=START_DEVIATION, **kwargs):
        super().__init__(**kwargs)
        if not position_deviation > 0:
            raise ValueError(
                "`position_deviation` must be positive. "
                f"Received: position_deviation={position_deviation}"
            )
        self.position_deviation = position_deviation

    def build(self, grid_shape):
        _, height, width, features = grid_shape
        start = keras.initializers.TruncatedNormal(stddev=START_DEVIATION)
        self._tokens = (height * width, features)
        self.class_token = self.add_weight(
            shape=(1, 1, features), initializer=start, name="class_token"
        )
        self.positions = self.add_weight(
            shape=(1, 1 + height * width, features),
            initializer=keras.initializers.TruncatedNormal(
                stddev=self.position_deviation
            ),
            name="positions",
        )

    def call(self, grid):
        tokens: Any = ops.reshape(grid, (-1, *self._tokens))
        shape: Any = ops.shape(tokens)
        batch = shape[0]
        first = ops.broadcast_to(
            ops.cast(self.class_token, tokens.dtype),
            (batch, 1, self._tokens[1]),
        )
        tokens = ops.concatenate([first, tokens], axis=1)
        return tokens + ops.cast(self.positions, tokens.dtype)

    def compute_output_shape(self, grid_shape):
        batch, height, width, features = grid_shape
        return (batch, 1 + height * width, features)

    def get_config(self):
        return {**super().get_config(), "position_deviation": self.position_deviation}
