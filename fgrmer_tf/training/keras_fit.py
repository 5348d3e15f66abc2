"""What every `model.fit` here shares: precision, devices, watching, what is kept."""

import contextlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import FitConfig
from fgrmer_tf.errors import InputError

OnEpoch = Callable[[int, float], None]
"""Called after each epoch with its number, from 1, and its mean training loss."""


class Watch(keras.callbacks.Callback):
    """Reports each epoch, and stops when the loss is no longer a number.

    Args:
        learning_rate: For the message.
        on_epoch: Called after each epoch.
    """

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


@contextlib.contextmanager
def fit_scope(
    fit: FitConfig, seed: int, samples: int, batch_size: int
) -> Iterator[int]:
    """Seeds, precision and devices for the block that builds and fits a model.

    Args:
        fit: Precision and devices.
        seed: Start of the model and of its dropping.
        samples: Samples an epoch shows.
        batch_size: Samples a step.

    Yields:
        How many devices share a batch.

    Raises:
        InputError: If a device does not exist, or batches cannot be shared by several.
    """
    keras.utils.set_random_seed(seed)
    sharing = _strategy(fit.devices)
    _require_shares(sharing.num_replicas_in_sync, samples, batch_size)
    with _policy(fit.precision), sharing.scope():
        yield sharing.num_replicas_in_sync


def averaging(ema: float) -> dict[str, Any]:
    """What an optimiser is told of averaging; `ema` is as in `FitConfig`."""
    return {"use_ema": True, "ema_momentum": ema} if ema else {}


def kept(build: Callable[[], keras.Model], fitted: keras.Model) -> keras.Model:
    """A new model of Keras's own policy with the weights of a fitted one.

    Args:
        build: Makes a model of the same form.
        fitted: In whatever precision, on whatever devices.
    """
    plain = build()
    for variable, value in zip(plain.variables, fitted.variables, strict=True):
        variable.assign(keras.ops.convert_to_numpy(value))
    return plain


@contextlib.contextmanager
def _policy(precision: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _strategy(devices: Sequence[str]) -> tf.distribute.Strategy:
    """How batches are shared: by the devices named, or by all GPUs."""
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


def jit_compile(xla: bool, devices: int) -> Any:
    """What `compile` is told of XLA: to use it, or to decide by itself.

    Raises:
        InputError: If XLA is asked for on several devices.
    """
    if xla and devices > 1:
        raise InputError(
            f"--xla compiles the step for one device. Received: {devices}. Name one by "
            "--devices, or leave --xla out."
        )
    return True if xla else "auto"


def tensorboard(folder: Path | None) -> list[keras.callbacks.Callback]:
    """The callback that writes for TensorBoard.

    Raises:
        InputError: If TensorBoard is not installed, or there is no folder.
    """
    if folder is None or importlib.util.find_spec("tensorboard") is None:
        raise InputError(
            "Files for TensorBoard need the package `tensorboard` and a folder. "
            f"Received: folder {folder}. Install it: pip install tensorboard."
        )
    return [keras.callbacks.TensorBoard(str(folder))]
