"""Who trains and who is tested: folds as arrays of row numbers, nothing else."""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, eq=False)
class Fold:
    """One split of a feature table.

    Args:
        name: Unique among the folds of a protocol, for example `casme2/sub01`.
        train: int64 `(train_clips,)`, rows the model may learn from.
        test: int64 `(test_clips,)`, rows it is tested on, ascending.

    Raises:
        InputError: At construction, if `train` or `test` is empty.
        InputError: At construction, if a row is in both.
    """

    name: str
    train: np.ndarray
    test: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.train) or not len(self.test):
            raise InputError(
                f"Fold `{self.name}` must have clips to train on and clips to test. "
                f"Received: {len(self.train)} to train, {len(self.test)} to test."
            )
        both = np.intersect1d(self.train, self.test)
        if len(both):
            raise InputError(
                f"Fold `{self.name}` must not test a clip it was trained on. "
                f"Received: {len(both)} such rows, first {both[:5].tolist()}."
            )


def _subjects(dataset: np.ndarray, subject: np.ndarray) -> list[tuple[str, str]]:
    """The `(data set, subject)` of every clip; a subject's name alone is no key."""
    return [(str(a), str(b)) for a, b in zip(dataset, subject, strict=True)]


def leave_one_subject_out(dataset: np.ndarray, subject: np.ndarray) -> list[Fold]:
    """One fold a subject: its clips are tested, all other clips are trained on.

    A subject is a `(data set, subject)` pair, so that `01` of two data sets stays two
    people. Folds are ordered by data set, then subject, whatever the order of the rows.

    Source:
        Protocol of MEGC 2019 (See et al., FG 2019), composite database evaluation.

    Args:
        dataset: unicode `(clips,)`, names without a slash.
        subject: unicode `(clips,)`.

    Returns:
        Folds named `dataset/subject`. Their test rows together are every row once.

    Raises:
        InputError: If there are no clips.
        InputError: If there is only one subject.
        InputError: If a data set's name contains a slash.
    """
    keys = _subjects(dataset, subject)
    if not keys:
        raise InputError(
            "Leave-one-subject-out needs clips. Received: an empty table. "
            "Look at what was skipped when the features were prepared."
        )
    slashed = sorted({name for name, _ in keys if "/" in name})
    if slashed:
        raise InputError(
            f"A data set's name must not contain a slash. Received: {slashed}."
        )
    people = sorted(set(keys))
    if len(people) < 2:
        raise InputError(
            "Leave-one-subject-out needs at least 2 subjects. Received: only "
            f"{'/'.join(people[0])}, with {len(keys)} clips. Add another subject, or "
            "train on all clips without an evaluation."
        )
    number = {person: index for index, person in enumerate(people)}
    group = np.array([number[key] for key in keys])
    return [
        Fold(
            name="/".join(person),
            train=np.flatnonzero(group != index).astype(np.int64),
            test=np.flatnonzero(group == index).astype(np.int64),
        )
        for index, person in enumerate(people)
    ]


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
    keys = _subjects(dataset, subject)
    shuffled = label.copy()
    for person in sorted(set(keys)):
        rows = np.array([row for row, key in enumerate(keys) if key == person])
        shuffled[rows] = random.permutation(label[rows])
    return shuffled
