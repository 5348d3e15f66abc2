"""What a fold leaves behind, and all folds pooled into one row a tested clip."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fgrmer_tf.errors import InputError


class ClipColumns(Protocol):
    """Label and provenance of every clip; a feature table is one.

    Each column has shape `(clips,)`; `label` is an index into `class_names`.
    """

    @property
    def label(self) -> np.ndarray: ...
    @property
    def dataset(self) -> np.ndarray: ...
    @property
    def subject(self) -> np.ndarray: ...
    @property
    def clip(self) -> np.ndarray: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FoldResult:
    """Outcome of training one fold under one seed.

    Args:
        seed: Seed of the model's start and of the order of its training clips.
        fold: Name of the fold.
        test: int64 `(test_clips,)`, rows of the table.
        logits: float32 `(test_clips, num_classes)`, in the order of `test`.
        loss: Mean training loss of each epoch.
        seconds: Wall time of training and prediction [s].
        notes: Sentences for the report.
    """

    seed: int
    fold: str
    test: np.ndarray
    logits: np.ndarray
    loss: tuple[float, ...]
    seconds: float
    notes: tuple[str, ...] = ()


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities `(clips, num_classes)` of logits, in float64."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Predictions:
    """One row for each tested clip and seed, ordered by seed, then table row.

    Args:
        dataset: unicode `(predictions,)`.
        subject: unicode `(predictions,)`.
        clip: unicode `(predictions,)`.
        fold: unicode `(predictions,)`, name of the fold that tested the clip.
        seed: int64 `(predictions,)`.
        true: int64 `(predictions,)`, index into `class_names`.
        probabilities: float64 `(predictions, num_classes)`, rows sum to 1.
        class_names: All classes, in label order.
    """

    dataset: np.ndarray
    subject: np.ndarray
    clip: np.ndarray
    fold: np.ndarray
    seed: np.ndarray
    true: np.ndarray
    probabilities: np.ndarray
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.true)

    @property
    def predicted(self) -> np.ndarray:
        """int64 `(predictions,)`, the most probable class; the first of equal ones."""
        return self.probabilities.argmax(axis=1)

    def csv(self) -> str:
        """The rows as CSV with a header; probabilities in shortest exact form."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = self.class_names
        columns = ("dataset", "subject", "clip", "fold", "seed", "true", "predicted")
        writer.writerow((*columns, *(f"prob_{name}" for name in names)))
        for row, predicted in enumerate(self.predicted):
            writer.writerow(
                (
                    self.dataset[row],
                    self.subject[row],
                    self.clip[row],
                    self.fold[row],
                    self.seed[row],
                    names[self.true[row]],
                    names[predicted],
                    *self.probabilities[row].tolist(),
                )
            )
        return text.getvalue()


def pool(table: ClipColumns, results: Sequence[FoldResult]) -> Predictions:
    """Joins fold results with the clips they are about.

    Args:
        table: Label and provenance of every clip.
        results: Folds of one or more seeds, in any order.

    Returns:
        Predictions, ordered by seed, then row of the table.

    Raises:
        InputError: If there are no results.
        InputError: If two folds of one seed test the same clip.
    """
    if not results:
        raise InputError("Pooling needs at least one fold. Received: no results.")
    rows = np.concatenate([result.test for result in results])
    sizes = [len(result.test) for result in results]
    seed = np.repeat([result.seed for result in results], sizes)
    fold = np.repeat([result.fold for result in results], sizes)
    order = np.lexsort((rows, seed))
    rows, seed, fold = rows[order], seed[order], fold[order]
    twice = (np.diff(rows) == 0) & (np.diff(seed) == 0)
    if twice.any():
        raise InputError(
            "A clip must be tested by one fold of a seed. Received: row "
            f"{rows[int(np.argmax(twice))]} in more than one."
        )
    return Predictions(
        dataset=table.dataset[rows],
        subject=table.subject[rows],
        clip=table.clip[rows],
        fold=fold,
        seed=seed,
        true=table.label[rows],
        probabilities=softmax(np.concatenate([r.logits for r in results])[order]),
        class_names=table.class_names,
    )
