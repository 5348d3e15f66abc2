"""The number that peeks: each fold at the epoch that is best on its own test clips."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult


def best_epochs(results: Sequence[FoldResult], label: np.ndarray) -> list[FoldResult]:
    """The results, each at the epoch with the most right answers on its test clips.

    That epoch cannot be known before the answers are. The outcome is for a column
    named `oracle`, to be compared with published numbers that chose so, and is never a
    result of a method.

    Source:
        Published script of FGRMER: best test accuracy over epochs, a fold by itself.

    Args:
        results: Folds with a recorded `test_curve`.
        label: int64 `(clips,)`, of the whole table.

    Returns:
        Results with other `logits` and `epoch`, the first of equally good epochs.

    Raises:
        InputError: If a fold has no recorded curve.
    """
    found = []
    for result in results:
        if not len(result.test_curve):
            raise InputError(
                "An oracle needs the test predictions of every epoch. Received: none "
                f"for fold `{result.fold}`. Evaluate with them recorded."
            )
        right = (result.test_curve.argmax(-1) == label[result.test]).sum(axis=1)
        best = int(np.argmax(right))
        found.append(
            dataclasses.replace(result, logits=result.test_curve[best], epoch=best + 1)
        )
    return found


def curve_correct(
    results: Sequence[FoldResult], label: np.ndarray
) -> np.ndarray | None:
    """Share of all test clips that are right after each epoch, for a learning curve.

    Args:
        results: Folds of one or more seeds.
        label: int64 `(clips,)`, of the whole table.

    Returns:
        float64 `(epochs,)` in [0, 1], or `None` unless every fold has a curve of the
        same number of epochs.
    """
    lengths = {len(result.test_curve) for result in results}
    if len(lengths) != 1 or 0 in lengths:
        return None
    right = [
        (result.test_curve.argmax(-1) == label[result.test]).sum(axis=1)
        for result in results
    ]
    return np.sum(right, axis=0) / sum(len(result.test) for result in results)
