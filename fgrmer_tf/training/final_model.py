"""The model that is kept: fitted to every clip, tested on none."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.training.fold_trainer import FoldTrainer, OnEpoch
from fgrmer_tf.training.run_folder import MODEL_FILE, RunFolder

HISTORY_FILE = "history.json"


def train_final(
    trainer: FoldTrainer,
    train: Any,
    adjacency: np.ndarray | None,
    run: RunFolder,
    on_epoch: OnEpoch | None = None,
) -> dict[str, Any]:
    """Fits the model to all clips and keeps it, unless `run` holds it already.

    Writes:
        `history.json` and then `model.keras` (without optimizer state) in `run`, each
        whole or not at all.

    Args:
        trainer: The model and its seed.
        train: `tf.data.Dataset` of all clips, as in `FoldData`.
        adjacency: Of all clips, as in `FoldData`.
        run: Where the model is kept.
        on_epoch: Called after each epoch.

    Returns:
        Content of `history.json`: `seed`, `loss` of each epoch, `seconds`.

    Raises:
        InputError: As `FoldTrainer.fit` does.
    """
    if (run.path / MODEL_FILE).exists():
        return json.loads((run.path / HISTORY_FILE).read_text(encoding="utf-8"))
    started = time.perf_counter()
    loss = trainer.fit(train, adjacency, name="the final model", on_epoch=on_epoch)
    history = {
        "seed": trainer.seed,
        "loss": list(loss),
        "seconds": time.perf_counter() - started,
    }
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / MODEL_FILE
        trainer.model.save(saved)
        content = saved.read_bytes()
    atomic.write_json(run.path / HISTORY_FILE, history)
    atomic.write_bytes(run.path / MODEL_FILE, content)
    return history
