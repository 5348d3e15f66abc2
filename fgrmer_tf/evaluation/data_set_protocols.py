"""Folds that tell data sets apart: across them, or within each of them."""

from collections.abc import Callable, Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import Fold, people_of, split

MakeFolds = Callable[[np.ndarray, np.ndarray], list[Fold]]
"""A protocol: unicode `(clips,)` of data set and of subject to folds."""


def leave_one_data_set_out(dataset: np.ndarray, subject: np.ndarray) -> list[Fold]:
    """One fold a data set: tested on it, trained on all others.

    Args:
        dataset: As in `protocols.leave_one_subject_out`.
        subject: As in `protocols.leave_one_subject_out`.

    Returns:
        Folds named after the data set that is tested, in order of name.

    Raises:
        InputError: If there is only one data set.
        InputError: As `protocols.people_of` does.
    """
    people_of(dataset, subject)
    names = sorted(set(dataset.tolist()))
    if len(names) < 2:
        raise InputError(
            "Leaving a data set out needs at least 2 of them. Received: only "
            f"{names[0]}. Add another one, or leave subjects out."
        )
    return [split(name, dataset == name) for name in names]


def cross_data_set(
    dataset: np.ndarray, *, train_on: Sequence[str], test_on: Sequence[str]
) -> list[Fold]:
    """One fold: trained on some data sets, tested on others.

    Args:
        dataset: unicode `(clips,)`.
        train_on: Names of the data sets to learn from.
        test_on: Names of the data sets to test on.

    Returns:
        One fold, for example `casme2+smic to samm`.

    Raises:
        InputError: If a name is on neither side of the table's, or on both.
        InputError: If one side names no data set.
    """
    names = set(dataset.tolist())
    unknown = sorted({*train_on, *test_on} - names)
    both = sorted({*train_on} & {*test_on})
    if unknown or both or not train_on or not test_on:
        raise InputError(
            f"Two different groups of the data sets {sorted(names)} are needed, one to "
            f"train on and one to test on. Received: train {list(train_on)}, test "
            f"{list(test_on)}."
        )
    return [
        Fold(
            f"{'+'.join(train_on)} to {'+'.join(test_on)}",
            np.flatnonzero(np.isin(dataset, train_on)),
            np.flatnonzero(np.isin(dataset, test_on)),
        )
    ]


def within_each_data_set(
    make: MakeFolds, dataset: np.ndarray, subject: np.ndarray
) -> list[Fold]:
    """A protocol applied to each data set by itself: none learns from another.

    Args:
        make: The protocol, such as `protocols.leave_one_subject_out`.
        dataset: unicode `(clips,)`.
        subject: unicode `(clips,)`.

    Returns:
        Folds of all data sets, their names beginning with `dataset/`.

    Raises:
        InputError: As `make` does for one of the data sets.
    """
    folds = []
    for name in sorted(set(dataset.tolist())):
        rows = np.flatnonzero(dataset == name)
        for fold in make(dataset[rows], subject[rows]):
            full = (
                fold.name if fold.name.startswith(f"{name}/") else f"{name}/{fold.name}"
            )
            folds.append(Fold(full, rows[fold.train], rows[fold.test]))
    return folds
