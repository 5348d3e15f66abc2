"""Trained TransFERs on disk, as functions of squares: a run folder or an export."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.training.kept_model import load_kept_model
from fgrmer_tf.training.run_folder import CONFIG_FILE, MODEL_FILE, read_settings

if TYPE_CHECKING:
    import keras

    from export.transfer_graph import TransferConstants

SYSTEM = "transfer"
"""What a run's settings and an export's card say of TransFER."""
BATCH = 32
"""Pictures that run at once."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoPredictor:
    """A trained model with what it takes to feed it pictures.

    Args:
        run: Function of float32 RGB of [0, 255], `(batch, side, side, 3)`, that gives
            at least `probabilities`.
        class_names: Names of all classes, in label order.
        side: Of a square [px].
        alignment: `face` or `none`: how a picture becomes a square.
    """

    run: Callable[[np.ndarray], dict[str, Any]]
    class_names: tuple[str, ...]
    side: int
    alignment: str

    def probabilities(self, squares: np.ndarray) -> np.ndarray:
        """Floats `(squares, num_classes)` of uint8 `(squares, side, side, 3)`."""
        parts = [
            np.asarray(self.run(squares[at : at + BATCH].astype(np.float32))[_GIVEN])
            for at in range(0, len(squares), BATCH)
        ]
        return np.concatenate([np.zeros((0, len(self.class_names))), *parts])


_GIVEN = "probabilities"


def is_transfer(path: Path) -> bool:
    """Whether a run folder or an export folder holds a TransFER.

    False for what is neither: what reads it next says so.
    """
    if (path / MODEL_FILE).is_file() and (path / CONFIG_FILE).is_file():
        return read_settings(path).get("system") == SYSTEM
    from export import manifest

    if not (path / manifest.NAME).is_file():
        return False
    return manifest.read(path)["preprocessing"].get("system") == SYSTEM


def load_transfer(run: Path) -> tuple["keras.Model", "TransferConstants"]:
    """Reads the model of a `fgrmer transfer train` run.

    Raises:
        InputError: If `run` holds none, or one that cannot be read.
    """
    settings = read_settings(run)
    if settings.get("system") != SYSTEM or not (run / MODEL_FILE).is_file():
        raise InputError(
            f"A trained TransFER holds {MODEL_FILE} and its settings. Received: "
            f"`{run}`. Make one with `fgrmer transfer train`."
        )
    import fgrmer_tf.models.transfer  # noqa: F401  registers the layers for loading
    from export.transfer_graph import TransferConstants

    constants = TransferConstants(
        class_names=tuple(settings["class_names"]),
        mean=tuple(settings["normalization"]["mean"]),
        deviation=tuple(settings["normalization"]["deviation"]),
        alignment=settings["alignment"],
    )
    return load_kept_model(run), constants


def load_photo_predictor(path: Path) -> PhotoPredictor:
    """Opens a run folder or an export folder of TransFER.

    Raises:
        InputError: If `path` is neither.
    """
    if (path / MODEL_FILE).is_file():
        from export.transfer_graph import TransferGraph

        model, constants = load_transfer(path)
        graph = TransferGraph(model, constants)
        return PhotoPredictor(
            run=graph.tensors,
            class_names=constants.class_names,
            side=graph.image_size,
            alignment=constants.alignment,
        )
    from export.open_export import open_export

    exported = open_export(path)
    return PhotoPredictor(
        run=exported.run,
        class_names=exported.class_names,
        side=exported.preprocessing["image_size"],
        alignment=exported.preprocessing["alignment"],
    )
