"""One traced training step, used for every fold and seed."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.computed_weights import set_adjacency, set_linear_path
from fgrmer_tf.training.adam import FusedAdam
from fgrmer_tf.training.fold_data import Batching, Columns
from fgrmer_tf.training.linear_fit import LinearWeights
from fgrmer_tf.training.objective import classification_loss

OnEpoch = Callable[[int, float], None]
"""Called after each epoch with its number, from 1, and its mean training loss."""
_PREDICTED = 256
"""Clips predicted at once: bounds memory."""


class FoldTrainer:
    """Fits one model to many folds, each as if it were the only one.

    Every fit starts from the state that the model has when it is built under the seed:
    weights, running statistics and random generators of dropout. So the order of folds,
    and which of them a process trains, change nothing. The step is traced once, since
    all that differs between folds is an argument of it.

    Source:
        Adam at 2e-4 with cross-entropy: Lei et al., CVPRW 2021, published code.

    Args:
        build: Makes a `keras.Model` with dict inputs and output `{"logits"}`, always
            of the same form.
        batching: What a step sees of a fold.
        config: Batch size and learning rate.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        batching: Batching,
        config: TrainConfig,
    ):
        self.config = config
        self._build, self._batching = build, batching
        self.model = build()
        self._weights = self.model.trainable_variables
        self._optimizer = FusedAdam(self._weights, config.learning_rate)
        self._loss = classification_loss()
        self._starts: dict[int, list[np.ndarray]] = {}
        scalars = [_SCALAR] * 3
        self._order = tf.function(batching.order, input_signature=scalars)
        self._traced_steps: dict[int | None, Any] = {}
        self._traced_logits: Any = None

    def fit(
        self,
        train: Columns,
        adjacency: np.ndarray | None,
        linear: LinearWeights | None = None,
        *,
        seed: int,
        epochs: int,
        name: str,
        on_epoch: OnEpoch | None = None,
    ) -> tuple[float, ...]:
        """Resets everything and fits the model to `train`.

        Args:
            train: As in `FoldData`.
            adjacency: `(num_nodes, num_nodes)`, identity included, or `None`.
            linear: Start of the linear path, or `None`.
            seed: Start of the model and order of the clips.
            epochs: How often each clip is shown.
            name: What is trained, for messages.
            on_epoch: Called after each epoch.

        Returns:
            Mean training loss of each epoch.

        Raises:
            InputError: If the loss of an epoch is not finite.
        """
        self._reset(seed)
        if adjacency is not None:
            set_adjacency(self.model, adjacency)
        if linear is not None:
            set_linear_path(self.model, **vars(linear))
        columns = _tensors(train)
        clips, key = len(train["label"]), tf.constant(seed, tf.int64)
        losses = []
        for epoch in range(epochs):
            number, total = tf.constant(epoch, tf.int64), 0.0
            order = self._order(tf.constant(clips, tf.int64), key, number).numpy()
            for first in range(0, clips, self.config.batch_size):
                rows = order[first : first + self.config.batch_size]
                total += self._step_for(columns, rows)(columns, rows, key, number)
            loss = float(total) / clips
            if not np.isfinite(loss):
                raise InputError(
                    f"The training loss must stay finite. Received: {loss} in epoch "
                    f"{epoch + 1} of `{name}`. Lower the learning rate (now "
                    f"{self.config.learning_rate}) or look for extreme values in the "
                    "features."
                )
            losses.append(loss)
            if on_epoch:
                on_epoch(epoch + 1, loss)
        return tuple(losses)

    def predict(self, test: Columns, clips: int, *, name: str) -> np.ndarray:
        """Logits of the model as last fitted.

        Args:
            test: As in `FoldData`.
            clips: How many clips `test` holds.
            name: What was trained, for messages.

        Returns:
            float32 `(clips, num_classes)`, in the order of `test`.

        Raises:
            InputError: If a logit is not finite.
        """
        columns = _tensors(test)
        if self._traced_logits is None:
            self._traced_logits = tf.function(
                self._logits, input_signature=[_open(columns), _ROWS]
            )
        parts = [
            self._traced_logits(
                columns, np.arange(first, min(first + _PREDICTED, clips))
            )
            for first in range(0, clips, _PREDICTED)
        ]
        logits = np.concatenate([part.numpy() for part in parts])
        finite = np.isfinite(logits).all(axis=1)
        if not finite.all():
            raise InputError(
                "Predictions must be finite. Received: NaN or infinity for test clip "
                f"{int(np.argmin(finite))} of `{name}`. Look for extreme values in "
                "its features."
            )
        return logits

    def _reset(self, seed: int) -> None:
        if seed not in self._starts:
            keras.utils.set_random_seed(seed)
            # `variables` of a model hold the states of its random generators too.
            self._starts[seed] = [
                np.asarray(keras.ops.convert_to_numpy(of))
                for of in self._build().variables
            ]
        for variable, value in zip(
            self.model.variables, self._starts[seed], strict=True
        ):
            variable.assign(value)
        self._optimizer.reset()

    def _step_for(self, columns, rows) -> Any:
        """The traced step; one for full batches, whose size is known, is faster."""
        full = len(rows) == self.config.batch_size
        size = self.config.batch_size if full else None
        if size not in self._traced_steps:
            several = tf.TensorSpec([size], tf.int64)
            self._traced_steps[size] = tf.function(
                self._step, input_signature=[_open(columns), several, _SCALAR, _SCALAR]
            )
        return self._traced_steps[size]

    def _step(self, columns, rows, seed, epoch):
        """One step; returns the sum of the weighted losses of its clips."""
        features, label, weight = self._batching.training(columns, rows, seed, epoch)
        with tf.GradientTape() as tape:
            logits = self.model(features, training=True)["logits"]
            loss: Any = self._loss(label, logits, sample_weight=weight)
        weights = [of.value for of in self._weights]
        self._optimizer.apply(tape.gradient(loss, weights))
        return loss * tf.cast(tf.size(rows), loss.dtype)

    def _logits(self, columns, rows):
        features = self._batching.inference(columns, rows)
        return self.model(features, training=False)["logits"]


_SCALAR, _ROWS = tf.TensorSpec([], tf.int64), tf.TensorSpec([None], tf.int64)


def _tensors(columns: Columns) -> dict[str, tf.Tensor]:
    return {name: tf.convert_to_tensor(values) for name, values in columns.items()}


def _open(columns: dict[str, tf.Tensor]) -> dict[str, tf.TensorSpec]:
    """Signature that any number of clips fits."""
    return {
        name: tf.TensorSpec([None, *values.shape[1:]], values.dtype, name)
        for name, values in columns.items()
    }
