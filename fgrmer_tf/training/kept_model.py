"""The model of a run folder, read back."""

import json
import zipfile
from pathlib import Path
from typing import Any

from fgrmer_tf import __version__
from fgrmer_tf.errors import InputError
from fgrmer_tf.training.run_folder import MODEL_FILE, VERSIONS_FILE


def load_kept_model(run: Path) -> Any:
    """Reads `run/model.keras`, for inference.

    The module that registers the layers must have been imported.

    Args:
        run: Folder of a run that trained one model.

    Returns:
        The `keras.Model`, not compiled.

    Raises:
        InputError: If Keras refuses the file: damaged, or of layers that have changed.
    """
    import keras

    try:
        return keras.saving.load_model(run / MODEL_FILE, compile=False)
    except (KeyError, OSError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{MODEL_FILE} must be whole, and of layers as this version has them "
            f"({__version__}). Received: `{run / MODEL_FILE}`, made by version "
            f"{_made_by(run)}, which Keras refuses ({_first_line(error)}). Train it "
            "again, or use the version that made it."
        ) from error


def _made_by(run: Path) -> str:
    try:
        versions = json.loads((run / VERSIONS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "unknown"
    return str(versions.get("fgrmer_tf", "unknown"))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
