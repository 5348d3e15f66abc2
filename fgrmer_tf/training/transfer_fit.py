"""TransFER fitted by `model.fit`, on one device or several; a stopped fit goes on."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import PLAIN_FIT, FitConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.training.keras_fit import (
    OnEpoch,
    Watch,
    averaging,
    fit_scope,
    jit_compile,
    kept,
    tensorboard,
)
from fgrmer_tf.training.momentum_l2 import MomentumL2
from fgrmer_tf.training.objective import distribution_loss
from fgrmer_tf.training.training_state import KeepState
from fgrmer_tf.transfer_config import TransferConfig, TransferTrainConfig

Batches = Callable[[int], tf.data.Dataset]
"""From the first epoch to show, from 0, to the batches of it and all after it."""

Start = Callable[[keras.Model], None]
"""Gives a new network the weights that it starts from."""

_CLIP_NORM = 1.0


def fit_transfer(
    network: TransferConfig,
    batches: Batches,
    pictures: int,
    config: TransferTrainConfig,
    *,
    seed: int,
    state: Path,
    fit: FitConfig = PLAIN_FIT,
    start: Start | None = None,
    log_folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    on_epoch: OnEpoch | None = None,
) -> tuple[keras.Model, tuple[float, ...]]:
    """Fits a new TransFER.

    Writes:
        `state` after every epoch; where it exists, the fit goes on from it and ends as
        if it had not been stopped.

    Args:
        network: Sizes and dropping.
        batches: Gives `({"images"}, target, weight)`.
        pictures: Pictures an epoch shows, `config.batch_size` a batch.
        config: Epochs, batch size, optimiser, schedule.
        seed: Start of the model and of its dropping.
        state: The file.
        fit: Precision, averaging, devices.
        start: Called before the first step; without it, all weights are random.
        log_folder: Where TensorBoard's files go.
        callbacks: Of the caller's own, after this function's.
        on_epoch: Called after each epoch.

    Returns:
        The model, uncompiled and computing in float32, and the mean training loss of
        each epoch.

    Raises:
        InputError: If the loss of an epoch is not finite.
        InputError: If `state` is of another model, or damaged.
        InputError: As `fit_scope`, `jit_compile` and `tensorboard` do.
    """
    logs = tensorboard(log_folder) if fit.tensorboard else []
    steps = math.ceil(pictures / config.batch_size)
    progress = KeepState(state)
    with fit_scope(fit, seed, pictures, config.batch_size) as devices:
        model = build_transfer(network)
        if start is not None:
            start(model)
        model.compile(
            optimizer=make_optimizer(config, steps, fit.ema),
            loss=distribution_loss(),
            jit_compile=jit_compile(fit.xla, devices),
        )
        model.optimizer.build(model.trainable_variables)
        done = progress.restore(model)
        if done < config.epochs:
            model.fit(
                batches(done),
                epochs=config.epochs,
                initial_epoch=done,
                steps_per_epoch=steps,
                verbose=0,  # pyright: ignore[reportArgumentType]
                shuffle=False,  # Keras warns: the data set has its own order.
                callbacks=[
                    Watch(config.learning_rate, on_epoch),
                    progress,
                    *logs,
                    *callbacks,
                ],
            )
        elif fit.ema:
            model.optimizer.finalize_variable_values(model.trainable_variables)
    return kept(lambda: build_transfer(network), model), tuple(progress.loss)


def make_optimizer(
    config: TransferTrainConfig, steps: int, ema: float = 0.0
) -> keras.optimizers.Optimizer:
    """The optimiser with its schedule.

    Args:
        config: Which one, and how large its steps are when.
        steps: Steps an epoch.
        ema: As in `FitConfig`.
    """
    schedules = keras.optimizers.schedules
    if config.schedule == "cosine":
        rate: Any = schedules.CosineDecay(config.learning_rate, config.epochs * steps)
    else:
        falls = [steps * epoch for epoch in config.milestones]
        rates = [config.learning_rate * 0.1**n for n in range(len(falls) + 1)]
        rate = schedules.PiecewiseConstantDecay(falls, rates) if falls else rates[0]
    averaged = averaging(ema)
    if config.optimizer == "sgd":
        return MomentumL2(rate, config.weight_decay, **averaged)
    optimizer = keras.optimizers.AdamW(
        rate, config.weight_decay, global_clipnorm=_CLIP_NORM, **averaged
    )
    # Positions, slopes and scales have no direction that a penalty could mean.
    optimizer.exclude_from_weight_decay(
        var_names=["bias", "gamma", "beta", "alpha", "position", "class_token"]
    )
    return optimizer


def predict_transfer(model: keras.Model, batches: tf.data.Dataset) -> np.ndarray:
    """Logits of every picture.

    Args:
        model: From `fit_transfer`.
        batches: `{"images"}`, in order.

    Returns:
        float32 `(pictures, num_classes)`.

    Raises:
        InputError: If a logit is not finite.
    """
    found: Any = model.predict(batches, verbose=0)  # pyright: ignore
    logits = found["logits"]
    finite = np.isfinite(logits).all(axis=1)
    if not finite.all():
        raise InputError(
            "Predictions must be finite. Received: NaN or infinity for picture "
            f"{int(np.argmin(finite))}. Train again with a lower learning rate."
        )
    return logits
