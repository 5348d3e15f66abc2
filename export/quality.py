"""What an 8-bit artefact costs in score, class by class."""

from typing import Any

import numpy as np

from export.errors import ExportError
from fgrmer_tf.evaluation.metrics import confusion_matrix, f1_per_class, uf1

LARGEST_LOSS = 0.02
"""Macro F1 that an 8-bit artefact may lose: less than two points of a hundred."""


def quality(
    expected: np.ndarray,
    actual: np.ndarray,
    label: np.ndarray,
    class_names: tuple[str, ...],
) -> dict[str, Any]:
    """Scores Keras and the artefact on the same clips.

    Args:
        expected: Float `(clips, num_classes)`, Keras's probabilities.
        actual: Float `(clips, num_classes)`, the artefact's probabilities.
        label: int64 `(clips,)`.
        class_names: Names of all classes, in label order.

    Returns:
        `clips`, `macro_f1` and, for each class, `f1_per_class`: `keras` and `artefact`
        of each; `loss` of macro F1; `same_label`, the share of clips that both label
        alike. Scores are in [0, 1].

    Raises:
        ExportError: If macro F1 falls by `LARGEST_LOSS` or more.
    """
    size = len(class_names)
    said = {"keras": expected.argmax(axis=-1), "artefact": actual.argmax(axis=-1)}
    tables = {
        name: confusion_matrix(label, answer, size) for name, answer in said.items()
    }
    scores = {name: uf1(table) for name, table in tables.items()}
    classes = {name: f1_per_class(table) for name, table in tables.items()}
    record = {
        "clips": len(label),
        "macro_f1": scores,
        "f1_per_class": {
            name: {who: float(values[row]) for who, values in classes.items()}
            for row, name in enumerate(class_names)
        },
        "loss": scores["keras"] - scores["artefact"],
        "same_label": float(np.mean(said["keras"] == said["artefact"])),
    }
    # `not <` and not `>=`: a loss that is not a number must fail too.
    if not record["loss"] < LARGEST_LOSS:
        raise ExportError(
            f"Macro F1 falls by {record['loss']:.3f} on {len(label)} clips; it must "
            f"fall by less than {LARGEST_LOSS}. By class: {record['f1_per_class']}."
        )
    return record
