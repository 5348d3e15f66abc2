"""One compiled model, fitted again and again from the same start."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from fgrmer_tf.config import TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.fgrmer import set_adjacency

OnEpoch = Callable[[int, float], None]
"""Called after each epoch with its number, from 1, and its mean training loss."""


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FoldData:
    """What a fold may show to the model, and in which order.

    Args:
        train: `tf.data.Dataset` of batches `(features, label, weight)`: a dict of
            float32 tensors, int64 `(batch,)` and float32 `(batch,)`. Iterated once an
            epoch; its order is its maker's, made from the seed.
        test: `tf.data.Dataset` of batches of `features`, in the order of the fold's
            test rows. It carries no label, so that none can be learned from.
        adjacency: `(num_nodes, num_nodes)`, of the training clips alone, identity
            included; `None` for a model without an AU graph.
        notes: Sentences for the report.

    Raises:
        InputError: At construction, if `test` yields anything beside features.
    """

    train: Any
    test: Any
    adjacency: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.test.element_spec, dict):
            raise InputError(
                "`test` must yield a dict of features and nothing else, so that no "
                f"label reaches the model. Received: {self.test.element_spec}."
            )


class _Watch(keras.callbacks.Callback):
    """Reports each epoch, and stops when the loss is no longer a number."""

    def __init__(self, name: str, learning_rate: float, on_epoch: OnEpoch | None):
        super().__init__()
        self.name, self.learning_rate, self.on_epoch = name, learning_rate, on_epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = logs["loss"]
        if not np.isfinite(loss):
            raise InputError(
                f"The training loss must stay finite. Received: {loss} in epoch "
                f"{epoch + 1} of `{self.name}`. Lower the learning rate (now "
                f"{self.learning_rate}) or look for extreme values in the features."
            )
        if self.on_epoch:
            self.on_epoch(epoch + 1, loss)


class FoldTrainer:
    """Fits one model to many folds, each as if it were the only one.

    Every fit starts from the state at construction: weights, optimizer and random
    generators of dropout. So the order of folds, and which of them a process trains,
    change nothing. The model is compiled once, and traced once as long as the data
    sets of all folds agree in their `element_spec`.

    Source:
        Adam at 2e-4 with cross-entropy: Lei et al., CVPRW 2021, published code.

    Args:
        model: Built `keras.Model` with dict inputs and output `{"logits"}`, made under
            `keras.utils.set_random_seed(seed)`. It shares its weights with this
            trainer and stays uncompiled, so that it is saved without an optimizer.
        config: Epochs and learning rate.
        seed: What `model` was made under; recorded with every result.
    """

    def __init__(self, model: keras.Model, config: TrainConfig, seed: int):
        self.model, self.config, self.seed = model, config, seed
        self._compiled = keras.Model(model.input, model.output)
        optimizer = keras.optimizers.Adam(config.learning_rate)
        optimizer.build(model.trainable_variables)
        self._compiled.compile(
            optimizer=optimizer,
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        # `variables` of a model hold the states of its random generators too.
        self._variables = [*model.variables, *optimizer.variables]
        self._start = [keras.ops.copy(variable) for variable in self._variables]

    def fit(
        self,
        train: Any,
        adjacency: np.ndarray | None,
        *,
        name: str,
        on_epoch: OnEpoch | None = None,
    ) -> tuple[float, ...]:
        """Resets everything and fits the model to `train`.

        Args:
            train: As in `FoldData`.
            adjacency: As in `FoldData`.
            name: What is trained, for messages.
            on_epoch: Called after each epoch.

        Returns:
            Mean training loss of each epoch.

        Raises:
            InputError: If the loss of an epoch is not finite.
        """
        for variable, value in zip(self._variables, self._start, strict=True):
            variable.assign(value)
        if adjacency is not None:
            set_adjacency(self.model, adjacency)
        history = self._compiled.fit(
            train,
            epochs=self.config.epochs,
            verbose=0,  # pyright: ignore[reportArgumentType]
            shuffle=False,  # Keras warns: the data set has its own order.
            callbacks=[_Watch(name, self.config.learning_rate, on_epoch)],
        )
        return tuple(history.history["loss"])

    def predict(self, test: Any, *, name: str) -> np.ndarray:
        """Logits of the model as last fitted.

        Args:
            test: As in `FoldData`.
            name: What was trained, for messages.

        Returns:
            float32 `(test_clips, num_classes)`, in the order of `test`.

        Raises:
            InputError: If a logit is not finite.
        """
        quiet: Any = 0
        logits = self._compiled.predict(test, verbose=quiet)["logits"]
        finite = np.isfinite(logits).all(axis=1)
        if not finite.all():
            raise InputError(
                "Predictions must be finite. Received: NaN or infinity for test clip "
                f"{int(np.argmin(finite))} of `{name}`. Look for extreme values in "
                "its features."
            )
        return logits
