"""One model fitted by Keras, on one device or several."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import PLAIN_FIT, FitConfig, TrainConfig
from fgrmer_tf.models.computed_weights import set_adjacency, set_linear_path
from fgrmer_tf.training.adam import BETA_1, BETA_2, EPSILON
from fgrmer_tf.training.keras_fit import (
    OnEpoch,
    Watch,
    averaging,
    fit_scope,
    jit_compile,
    kept,
    tensorboard,
)
from fgrmer_tf.training.linear_fit import LinearWeights
from fgrmer_tf.training.objective import classification_loss


def fit_one(
    build: Callable[[], keras.Model],
    train: tf.data.Dataset,
    clips: int,
    config: TrainConfig,
    *,
    seed: int,
    adjacency: np.ndarray | None = None,
    linear: LinearWeights | None = None,
    fit: FitConfig = PLAIN_FIT,
    log_folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    on_epoch: OnEpoch | None = None,
) -> tuple[keras.Model, tuple[float, ...]]:
    """Fits a new model with `model.fit`; the loss and the batches are those of folds.

    Args:
        build: Makes the model, always of the same form.
        train: All batches of all epochs: `(inputs, label, weight)`.
        clips: Clips an epoch shows, `config.batch_size` a batch.
        config: Epochs, batch size and learning rate.
        seed: Start of the model.
        adjacency: `(num_nodes, num_nodes)`, identity included, or `None`.
        linear: Start of the linear path, or `None`.
        fit: Precision, averaging, devices.
        log_folder: Where TensorBoard's files go.
        callbacks: Of the caller's own, after this function's.
        on_epoch: Called after each epoch.

    Returns:
        The model, uncompiled and computing in float32, and the mean training loss of
        each epoch.

    Raises:
        InputError: If the loss of an epoch is not finite.
        InputError: As `fit_scope`, `jit_compile` and `tensorboard` do.
    """
    logs = tensorboard(log_folder) if fit.tensorboard else []
    with fit_scope(fit, seed, clips, config.batch_size) as devices:
        model = build()
        if adjacency is not None:
            set_adjacency(model, adjacency)
        if linear is not None:
            set_linear_path(model, **vars(linear))
        model.compile(
            optimizer=keras.optimizers.Adam(
                config.learning_rate, BETA_1, BETA_2, EPSILON, **averaging(fit.ema)
            ),
            loss=classification_loss(),
            jit_compile=jit_compile(fit.xla, devices),
        )
        history = model.fit(
            train,
            epochs=config.epochs,
            steps_per_epoch=math.ceil(clips / config.batch_size),
            verbose=0,  # pyright: ignore[reportArgumentType]
            shuffle=False,  # Keras warns: the data set has its own order.
            callbacks=[Watch(config.learning_rate, on_epoch), *logs, *callbacks],
        )
    return kept(build, model), tuple(history.history["loss"])
