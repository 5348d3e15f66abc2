"""All folds pooled into one row a tested clip."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult

_COLUMNS = ("dataset", "subject", "clip", "fold", "seed", "true", "predicted")
_PROBABILITY = "prob_"


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
        writer.writerow((*_COLUMNS, *(f"{_PROBABILITY}{name}" for name in names)))
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


def read_predictions(text: str) -> Predictions:
    """The inverse of `Predictions.csv`.

    Raises:
        InputError: If `text` is not what `Predictions.csv` writes.
    """
    reader = csv.reader(io.StringIO(text))
    try:
        header, *rows = list(reader)
        names = tuple(column.removeprefix(_PROBABILITY) for column in header[7:])
        if tuple(header) != (*_COLUMNS, *(f"{_PROBABILITY}{n}" for n in names)):
            raise ValueError(f"its header is {header}")
        columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        values = [columns[name] for name in header[7:]]
        return Predictions(
            **{name: np.array(columns[name]) for name in _COLUMNS[:4]},
            seed=np.array(columns["seed"], np.int64),
            true=np.array([names.index(name) for name in columns["true"]], np.int64),
            probabilities=np.array(values, np.float64).T,
            class_names=names,
        )
    except ValueError as error:
        raise InputError(
            "Predictions must be a table as `fgrmer evaluate` writes it. Received: "
            f"another one ({error}). Evaluate again."
        ) from error
