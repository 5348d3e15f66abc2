"""What may not cross from the tested side of a fold to the trained one, refused."""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import Fold, subject_keys

ALONE = "constant "
"""What the key of a clip without motion begins with: it is like no other key."""

Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclasses.dataclass(frozen=True, eq=False)
class Learned(Generic[Value]):
    """A value together with the rows it was computed from.

    Args:
        name: What it is, for messages.
        rows: int64 `(clips,)`, rows of the table that `value` has seen.
        value: An adjacency, a scale, a threshold, class weights, ...
    """

    name: str
    rows: np.ndarray
    value: Value

    def part(self, take: "Callable[[Value], Other]") -> "Learned[Other]":
        """Something of the value, computed from the same rows."""
        return Learned(self.name, self.rows, take(self.value))

    def require_within(self, fold: Fold) -> None:
        """Refuses a value that has seen more than the training clips of `fold`.

        Raises:
            InputError: If it was computed from a row that `fold` does not train on.
        """
        foreign = np.setdiff1d(self.rows, fold.train)
        if len(foreign):
            raise InputError(
                f"The {self.name} of fold `{fold.name}` must come from its training "
                f"clips alone. Received: computed from {len(foreign)} other rows, "
                f"first {foreign[:5].tolist()}."
            )


def learn(
    name: str, rows: np.ndarray, compute: Callable[[np.ndarray], Value]
) -> Learned[Value]:
    """Computes a value from `rows` and notes that it was these."""
    return Learned(name, rows, compute(rows))


def refuse_shared_subjects(
    fold: Fold, dataset: np.ndarray, subject: np.ndarray
) -> None:
    """Looks for a tested person on the side that is trained on.

    Args:
        fold: Rows of one split.
        dataset: unicode `(clips,)`.
        subject: unicode `(clips,)`.

    Raises:
        InputError: If a (data set, subject) has clips on both sides.
    """
    train, test = (
        set(subject_keys(dataset[rows], subject[rows]))
        for rows in (fold.train, fold.test)
    )
    both = ["/".join(person) for person in sorted(train & test)]
    if both:
        raise InputError(
            f"A subject must be on one side of fold `{fold.name}`. Received on both: "
            f"{', '.join(both[:5])}. Split by subject, not by clip."
        )


def content_keys(features: np.ndarray) -> np.ndarray:
    """One key a clip, equal for clips whose features are equal to the bit.

    A clip without motion has the same features whoever is seen: it gets a key of its
    own.

    Args:
        features: `(clips, ...)`.

    Returns:
        unicode `(clips,)`.
    """
    return np.array(
        [
            hashlib.blake2b(clip.tobytes(), digest_size=16).hexdigest()
            if clip.size and (clip != clip.flat[0]).any()
            else f"{ALONE}{row}"
            for row, clip in enumerate(np.ascontiguousarray(features))
        ]
    )


def refuse_twins(fold: Fold, content: np.ndarray, clip: np.ndarray) -> None:
    """Looks for the same features under two names, one trained on, one tested.

    Args:
        fold: Rows of one split.
        content: unicode `(clips,)`, from `content_keys`.
        clip: unicode `(clips,)`, names for messages.

    Raises:
        InputError: If a tested clip has a twin among the training clips.
    """
    twins = np.isin(content[fold.test], content[fold.train])
    if twins.any():
        tested = fold.test[int(np.argmax(twins))]
        trained = fold.train[int(np.argmax(content[fold.train] == content[tested]))]
        raise InputError(
            f"Fold `{fold.name}` must not test what it was trained on. Received: row "
            f"{tested} ({clip[tested]}) with the very features of training row "
            f"{trained} ({clip[trained]}), {int(twins.sum())} such clips in all. Are "
            "the same images listed twice? Remove one of the two."
        )
