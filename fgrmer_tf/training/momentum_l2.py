"""Momentum with an L2 penalty, as the released training code has it."""

from typing import Any

import keras


class MomentumL2(keras.optimizers.SGD):
    """SGD with momentum 0.9 whose gradient is that of the loss and an L2 penalty.

    Not the `weight_decay` of Keras, which does not pass through the momentum and so is
    ten times weaker at the same factor.

    Source:
        Released TransFER settings: momentum 0.9, L2 1e-4 on every weight. Differs: as
        in Keras the step size is inside the velocity, which matters only in the steps
        after it falls.

    Args:
        learning_rate: Step size, or a schedule of it.
        l2: At least 0. Factor of the penalty, half of whose derivative it is.
        **kwargs: As `keras.optimizers.SGD` takes them.
    """

    def __init__(self, learning_rate: Any, l2: float, **kwargs: Any):
        super().__init__(learning_rate, momentum=0.9, **kwargs)
        self.l2 = l2

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        weights: Any = keras.ops.cast(variable, gradient.dtype)
        penalty = self.l2 * weights
        super().update_step(gradient + penalty, variable, learning_rate)
