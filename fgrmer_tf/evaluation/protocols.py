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


def subject_keys(dataset: np.ndarray, subject: np.ndarray) -> list[tuple[str, str]]:
    """The `(data set, subject)` of every clip; a subject's name alone is no key."""
    return [(str(a), str(b)) for a, b in zip(dataset, subject, strict=True)]


def split(name: str, tested: np.ndarray) -> Fold:
    """The fold that tests where `tested` is true and trains everywhere else."""
    return Fold(name, np.flatnonzero(~tested), np.flatnonzero(tested))


def people_of(
    dataset: np.ndarray, subject: np.ndarray
) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Every subject in order, and the number of each clip's subject.

    Args:
        dataset: unicode `(clips,)`, names without a slash.
        subject: unicode `(clips,)`.

    Returns:
        Pairs `(data set, subject)`, sorted; and int64 `(clips,)`, index into them.

    Raises:
        InputError: If there are no clips.
        InputError: If there is only one subject.
        InputError: If a data set's name contains a slash.
    """
    keys = subject_keys(dataset, subject)
    if not keys:
        raise InputError(
            "A protocol needs clips. Received: an empty table. "
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
            "Testing on unseen subjects needs at least 2 subjects. Received: only "
            f"{'/'.join(people[0])}, with {len(keys)} clips. Add another subject, or "
            "train on all clips without an evaluation."
        )
    number = {person: index for index, person in enumerate(people)}
    return people, np.array([number[key] for key in keys])


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
        InputError: As `people_of` does.
    """
    people, group = people_of(dataset, subject)
    return [
        split("/".join(person), group == index) for index, person in enumerate(people)
    ]


def subject_folds(
    dataset: np.ndarray, subject: np.ndarray, *, folds: int, seed: int = 0
) -> list[Fold]:
    """`folds` folds of about equally many clips; a subject is tested in one of them.

    Subjects are dealt out one by one, those with most clips first, each to the fold
    with fewest clips so far; `seed` decides between equals.

    Args:
        dataset: As in `leave_one_subject_out`.
        subject: As in `leave_one_subject_out`.
        folds: int, at least 2 and at most the number of subjects.
        seed: Decides between subjects with equally many clips.

    Returns:
        Folds named `fold-1` to `fold-<folds>`. Their test rows together are every row
        once.

    Raises:
        InputError: If `folds` is below 2 or above the number of subjects.
        InputError: As `people_of` does.
    """
    people, group = people_of(dataset, subject)
    if not 2 <= folds <= len(people):
        raise InputError(
            f"Subject-grouped folds must be 2 to {len(people)}, the number of "
            f"subjects. Received: {folds}."
        )
    clips = np.bincount(group)
    shuffled = np.random.default_rng(seed).permutation(len(people))
    fold_of, load = np.zeros(len(people), np.int64), np.zeros(folds, np.int64)
    for person in shuffled[np.argsort(-clips[shuffled], kind="stable")]:
        fold_of[person] = load.argmin()
        load[load.argmin()] += clips[person]
    return [split(f"fold-{n + 1}", fold_of[group] == n) for n in range(folds)]


def inner_folds(
    fold: Fold, dataset: np.ndarray, subject: np.ndarray, *, folds: int, seed: int
) -> list[Fold]:
    """Splits the training side of `fold` by subject, to choose a setting on.

    Args:
        fold: The outer split; its test rows appear in no inner fold.
        dataset: unicode `(clips,)`, of the whole table.
        subject: unicode `(clips,)`, of the whole table.
        folds: As in `subject_folds`.
        seed: As in `subject_folds`.

    Returns:
        Folds whose rows are all training rows of `fold`, each tested once.

    Raises:
        InputError: As `subject_folds` does.
    """
    rows = fold.train
    return [
        Fold(f"{fold.name}, inner {inner.name}", rows[inner.train], rows[inner.test])
        for inner in subject_folds(dataset[rows], subject[rows], folds=folds, seed=seed)
    ]
