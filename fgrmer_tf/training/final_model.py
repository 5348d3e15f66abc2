"""The model that is kept: fitted to every clip, tested on none."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from fgrmer_tf import atomic
from fgrmer_tf.training.run_folder import MODEL_FILE, RunFolder

HISTORY_FILE = "history.json"


def train_final(
    fit: Callable[[], tuple[keras.Model, tuple[float, ...]]], seed: int, run: RunFolder
) -> dict[str, Any]:
    """Fits the model to all clips and keeps it, unless `run` holds it already.

    Writes:
        `history.json` and then `model.keras` (without optimizer state) in `run`, each
        whole or not at all.

    Args:
        fit: Gives the fitted model and the loss of each epoch, as `fit_one` does.
        seed: Under which it was fitted.
        run: Where the model is kept.

    Returns:
        Content of `history.json`: `seed`, `loss` of each epoch, `seconds`.
    """
    if (run.path / MODEL_FILE).exists():
        return json.loads((run.path / HISTORY_FILE).read_text(encoding="utf-8"))
    started = time.perf_counter()
    model, loss = fit()
    history = {
        "seed": seed,
        "loss": list(loss),
        "seconds": time.perf_counter() - started,
    }
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / MODEL_FILE
        model.save(saved)
        content = saved.read_bytes()
    atomic.write_json(run.path / HISTORY_FILE, history)
    atomic.write_bytes(run.path / MODEL_FILE, content)
    return history
