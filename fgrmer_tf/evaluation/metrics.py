"""UF1, UAR and accuracy from one pooled confusion matrix with every class named.

The label set is never read off the predictions: a class counts although no clip has it.
"""

from typing import Any

import numpy as np

from fgrmer_tf.errors import InputError


def confusion_matrix(
    true: np.ndarray, predicted: np.ndarray, num_classes: int
) -> np.ndarray:
    """Counts clips by true class (rows) and predicted class (columns).

    Args:
        true: int64 `(clips,)` in [0, num_classes).
        predicted: int64 `(clips,)` in [0, num_classes).
        num_classes: Size of the label set, whether or not each class occurs.

    Returns:
        int64 `(num_classes, num_classes)`.

    Raises:
        InputError: If there are no clips.
        InputError: If the two arrays differ in length.
        InputError: If a label is outside the label set.
    """
    if true.shape != predicted.shape:
        raise InputError(
            "Every clip needs one true and one predicted class. "
            f"Received: {true.shape} true, {predicted.shape} predicted."
        )
    if not len(true):
        raise InputError("A score needs at least one clip. Received: no predictions.")
    labels = np.concatenate((true, predicted))
    if labels.min() < 0 or labels.max() >= num_classes:
        raise InputError(
            f"Classes must be in [0, {num_classes}). "
            f"Received: {np.unique(labels).tolist()}."
        )
    cells = np.bincount(true * num_classes + predicted, minlength=num_classes**2)
    return cells.reshape(num_classes, num_classes)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole`, and 0 where `whole` is 0."""
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def f1_per_class(confusion: np.ndarray) -> np.ndarray:
    """`2 TP / (2 TP + FP + FN)` of each class; 0 for one that never occurs.

    Args:
        confusion: int64 `(..., num_classes, num_classes)`, rows true.

    Returns:
        float64 `(..., num_classes)` in [0, 1].
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    return _ratio(2 * right, confusion.sum(-2) + confusion.sum(-1))


def recall_per_class(confusion: np.ndarray) -> np.ndarray:
    """`TP / (TP + FN)` of each class; 0 for one that no clip has.

    Args:
        confusion: int64 `(..., num_classes, num_classes)`, rows true.

    Returns:
        float64 `(..., num_classes)` in [0, 1].
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    return _ratio(right, confusion.sum(-1))


def uf1(confusion: np.ndarray) -> np.ndarray:
    """Unweighted F1: the mean of `f1_per_class` over the whole label set.

    A class absent from truth and predictions is 0/0. It counts as 0, as does its
    recall in `uar`: the score is then low and finite, never NaN and never raised by
    dropping a class. The same as scikit-learn's macro F1 with `labels` given and
    `zero_division=0`. The evaluation script that circulates with MEGC 2019 drops such
    a class from UF1, and yields NaN for UAR where only the truth lacks it. With every
    class present, as in the benchmark itself, all of them agree.

    Source:
        See et al., "MEGC 2019", FG 2019, section on performance metrics.

    Args:
        confusion: int64 `(..., num_classes, num_classes)`, rows true, pooled over
            folds.

    Returns:
        float64 `(...)` in [0, 1].
    """
    return f1_per_class(confusion).mean(-1)


def uar(confusion: np.ndarray) -> np.ndarray:
    """Unweighted average recall over the whole label set; absent classes as in `uf1`.

    Source:
        See et al., "MEGC 2019", FG 2019, section on performance metrics.

    Args:
        confusion: int64 `(..., num_classes, num_classes)`, rows true, pooled over
            folds.

    Returns:
        float64 `(...)` in [0, 1].
    """
    return recall_per_class(confusion).mean(-1)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Share of clips on the diagonal; 0 where there is no clip.

    Args:
        confusion: int64 `(..., num_classes, num_classes)`.

    Returns:
        float64 `(...)` in [0, 1].
    """
    right = np.trace(confusion, axis1=-2, axis2=-1)
    return _ratio(right, confusion.sum((-2, -1)))


SCORES = {"uf1": uf1, "uar": uar, "accuracy": accuracy}
"""Every score of a confusion matrix, by its name in files."""


def scores_of(confusion: np.ndarray) -> dict[str, float]:
    """`uf1`, `uar` and `accuracy` of one confusion matrix."""
    return {name: float(score(confusion)) for name, score in SCORES.items()}


def scores(
    true: np.ndarray, predicted: np.ndarray, dataset: np.ndarray, num_classes: int
) -> dict[str, Any]:
    """UF1, UAR and accuracy of pooled predictions, in full and for each data set.

    Args:
        true: int64 `(clips,)` in [0, num_classes).
        predicted: int64 `(clips,)` in [0, num_classes).
        dataset: unicode `(clips,)`.
        num_classes: Size of the label set, the same for every data set.

    Returns:
        `{"full": {"uf1", "uar", "accuracy"}, "datasets": {name: {...}}}`, data sets in
        order of name. Not rounded. Independent of the order of the clips.

    Raises:
        InputError: As `confusion_matrix` does.
    """
    return {
        "full": scores_of(confusion_matrix(true, predicted, num_classes)),
        "datasets": {
            str(name): scores_of(
                confusion_matrix(
                    true[dataset == name], predicted[dataset == name], num_classes
                )
            )
            for name in np.unique(dataset)
        },
    }
