"""One model fitted by Keras, on one device or several."""

import contextlib
import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import PLAIN_FIT, FitConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.fgrmer import set_adjacency, set_linear_path
from fgrmer_tf.training.adam import BETA_1, BETA_2, EPSILON
from fgrmer_tf.training.linear_fit import LinearWeights
from fgrmer_tf.training.objective import classification_loss

OnEpoch = Callable[[int, float], None]
"""Called after each epoch with its number, from 1, and its mean training loss."""


class _Watch(keras.callbacks.Callback):
    """Reports each epoch, and stops when the loss is no longer a number."""

    def __init__(self, learning_rate: float, on_epoch: OnEpoch | None):
        super().__init__()
        self.learning_rate, self.report = learning_rate, on_epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = logs["loss"]
        if not np.isfinite(loss):
            raise InputError(
                f"The training loss must stay finite. Received: {loss} in epoch "
                f"{epoch + 1}. Lower the learning rate (now {self.learning_rate}) or "
                "look for extreme values in the features."
            )
        if self.report:
            self.report(epoch + 1, loss)


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
        InputError: If TensorBoard is asked for and not installed, or has no folder.
        InputError: If a device does not exist, or batches cannot be shared by several.
    """
    logs = _tensorboard(log_folder) if fit.tensorboard else []
    keras.utils.set_random_seed(seed)
    strategy = _strategy(fit.devices)
    _require_shares(strategy.num_replicas_in_sync, clips, config.batch_size)
    with _policy(fit.precision), strategy.scope():
        model = build()
        if adjacency is not None:
            set_adjacency(model, adjacency)
        if linear is not None:
            set_linear_path(model, **vars(linear))
        averaged: Any = {"use_ema": True, "ema_momentum": fit.ema} if fit.ema else {}
        model.compile(
            optimizer=keras.optimizers.Adam(
                config.learning_rate, BETA_1, BETA_2, EPSILON, **averaged
            ),
            loss=classification_loss(),
        )
        history = model.fit(
            train,
            epochs=config.epochs,
            steps_per_epoch=math.ceil(clips / config.batch_size),
            verbose=0,  # pyright: ignore[reportArgumentType]
            shuffle=False,  # Keras warns: the data set has its own order.
            callbacks=[_Watch(config.learning_rate, on_epoch), *logs, *callbacks],
        )
    kept = build()
    for variable, value in zip(kept.variables, model.variables, strict=True):
        variable.assign(keras.ops.convert_to_numpy(value))
    return kept, tuple(history.history["loss"])


@contextlib.contextmanager
def _policy(precision: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _strategy(devices: Sequence[str]) -> tf.distribute.Strategy:
    known = {
        f"{one.device_type}:{one.name.rpartition(':')[2]}"
        for one in tf.config.list_logical_devices()
    }
    unknown = [name for name in devices if name not in known]
    if unknown:
        raise InputError(f"Devices must be among {sorted(known)}. Received: {unknown}.")
    chosen = list(devices) or sorted(name for name in known if name[:3] == "GPU")
    if len(chosen) > 1:
        return tf.distribute.MirroredStrategy(chosen)
    return tf.distribute.OneDeviceStrategy(chosen[0] if chosen else "CPU:0")


def _require_shares(devices: int, clips: int, batch_size: int) -> None:
    first, last = min(batch_size, clips), clips % batch_size or batch_size
    # Keras joins the shares of the first batch; an empty share has no mean.
    if first % devices or last < devices:
        raise InputError(
            f"Batches must be shared evenly by {devices} devices, and the last of an "
            f"epoch must have a clip for each. Received: {first} clips in the first, "
            f"{last} in the last. Choose another --batch-size."
        )


def _tensorboard(folder: Path | None) -> list[keras.callbacks.Callback]:
    if folder is None or importlib.util.find_spec("tensorboard") is None:
        raise InputError(
            "Files for TensorBoard need the package `tensorboard` and a folder. "
            f"Received: folder {folder}. Install it: pip install tensorboard."
        )
    return [keras.callbacks.TensorBoard(str(folder))]
