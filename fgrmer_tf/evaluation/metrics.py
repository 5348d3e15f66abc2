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
        confusion: int64 `(num_classes, num_classes)`, rows true.

    Returns:
        float64 `(num_classes,)` in [0, 1].
    """
    return _ratio(2 * np.diag(confusion), confusion.sum(0) + confusion.sum(1))


def recall_per_class(confusion: np.ndarray) -> np.ndarray:
    """`TP / (TP + FN)` of each class; 0 for one that no clip has.

    Args:
        confusion: int64 `(num_classes, num_classes)`, rows true.

    Returns:
        float64 `(num_classes,)` in [0, 1].
    """
    return _ratio(np.diag(confusion), confusion.sum(1))


def uf1(confusion: np.ndarray) -> float:
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
        confusion: int64 `(num_classes, num_classes)`, rows true, pooled over folds.

    Returns:
        Number in [0, 1].
    """
    return float(f1_per_class(confusion).mean())


def uar(confusion: np.ndarray) -> float:
    """Unweighted average recall over the whole label set; absent classes as in `uf1`.

    Source:
        See et al., "MEGC 2019", FG 2019, section on performance metrics.

    Args:
        confusion: int64 `(num_classes, num_classes)`, rows true, pooled over folds.

    Returns:
        Number in [0, 1].
    """
    return float(recall_per_class(confusion).mean())


def accuracy(confusion: np.ndarray) -> float:
    """Share of clips on the diagonal, in [0, 1].

    Args:
        confusion: int64 `(num_classes, num_classes)` of at least one clip.

    Returns:
        Number in [0, 1].
    """
    return float(np.trace(confusion) / confusion.sum())


def _scores(
    true: np.ndarray, predicted: np.ndarray, num_classes: int
) -> dict[str, float]:
    confusion = confusion_matrix(true, predicted, num_classes)
    return {
        "uf1": uf1(confusion),
        "uar": uar(confusion),
        "accuracy": accuracy(confusion),
    }


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
        "full": _scores(true, predicted, num_classes),
        "datasets": {
            str(name): _scores(
                true[dataset == name], predicted[dataset == name], num_classes
            )
            for name in np.unique(dataset)
        },
    }
