"""Labels and folds: what a fold never shows, and labels that say nothing."""

import numpy as np

from fgrmer_tf.evaluation.protocols import Fold, subject_keys


def missing_classes(
    label: np.ndarray, fold: Fold, class_names: tuple[str, ...]
) -> tuple[str, ...]:
    """Classes that the training part of `fold` never shows, one note each.

    Args:
        label: int64 `(clips,)`, index into `class_names`.
        fold: Rows of one split.
        class_names: All classes, in label order.

    Returns:
        Sentences for the report; empty when every class is there.
    """
    seen = set(label[fold.train].tolist())
    return tuple(
        f"No training clip of class {name}: the model cannot learn it in this fold."
        for index, name in enumerate(class_names)
        if index not in seen
    )


def shuffle_labels_within_subjects(
    label: np.ndarray, dataset: np.ndarray, subject: np.ndarray, seed: int
) -> np.ndarray:
    """Permutes the labels of each subject: the control that must score like chance.

    Every subject keeps its class counts, so that a protocol that leaks nothing can
    learn nothing about a clip from these labels.

    Args:
        label: int64 `(clips,)`.
        dataset: unicode `(clips,)`.
        subject: unicode `(clips,)`.
        seed: Decides the permutations.

    Returns:
        int64 `(clips,)`, a new array.
    """
    random = np.random.default_rng(seed)
    keys = subject_keys(dataset, subject)
    shuffled = label.copy()
    for person in sorted(set(keys)):
        rows = np.array([row for row, key in enumerate(keys) if key == person])
        shuffled[rows] = random.permutation(label[rows])
    return shuffled
