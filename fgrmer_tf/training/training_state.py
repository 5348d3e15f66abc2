"""A training that goes on where it was stopped, as if it had not been."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

_LOSS = "loss"


class KeepState(keras.callbacks.Callback):
    """Keeps all that a training is after every epoch: weights, optimiser, generators.

    Keras's own `BackupAndRestore` loses the states of the random generators, so that a
    run that went on would drop other maps than one that did not stop.

    Writes:
        `path`, an .npz, after every epoch, whole or not at all.

    Args:
        path: The file.
    """

    def __init__(self, path: Path):
        super().__init__()
        self._path = path
        self.loss: list[float] = []

    def restore(self, model: keras.Model) -> int:
        """Sets a compiled model to the state that was kept, if there is one.

        Returns:
            Epochs that are done.

        Raises:
            InputError: If the state is of another model, or damaged.
        """
        if not self._path.exists():
            return 0
        variables = _variables(model)
        try:
            with (
                open(self._path, "rb") as file,
                np.load(file, allow_pickle=False) as kept,
            ):
                values = [kept[str(place)] for place in range(len(variables))]
                if [of.shape for of in values] != [tuple(v.shape) for v in variables]:
                    raise ValueError("it is of another model")
                self.loss = json.loads(str(kept[_LOSS]))
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            raise InputError(
                f"`{self._path}` must be the state of this training. Received: another "
                f"file ({error}). Delete it to begin again."
            ) from error
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return len(self.loss)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.loss.append(float(logs["loss"]))
        content = io.BytesIO()
        values: Any = {
            str(place): np.asarray(keras.ops.convert_to_numpy(of))
            for place, of in enumerate(_variables(self.model))
        }
        values[_LOSS] = np.array(json.dumps(self.loss))
        np.savez(content, **values)
        atomic.write_bytes(self._path, content.getvalue())

    def forget(self) -> None:
        """Removes the file: the training is over."""
        self._path.unlink(missing_ok=True)


def _variables(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]
