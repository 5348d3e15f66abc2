"""Published numbers of clips, to compare one's own copy with."""

import dataclasses

from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.label_sets.tables import rows


@dataclasses.dataclass(frozen=True)
class Count:
    """A published number.

    Args:
        clips: The number.
        evidence: How far it is verified, a word that `meaning_of` explains.
    """

    clips: int
    evidence: str


@dataclasses.dataclass(frozen=True)
class Total:
    """How large a data set, or its part in a class set, is said to be.

    Args:
        clips: Number of clips.
        subjects: Number of subjects, if known.
        evidence: As in `Count`.
    """

    clips: int
    subjects: int | None
    evidence: str


def published_classes(labels: LabelSet, dataset: str) -> dict[str, Count]:
    """Clips of each class; empty where no number is known."""
    missing = {row["disputed"] for row in _not_counted(labels, dataset)}
    return {
        row["label"]: Count(
            int(row["clips"]) - (row["label"] in missing), row["evidence"]
        )
        for row in rows("published_counts")
        if (row["classes"], row["dataset"]) == (labels.table, dataset)
    }


def published_subjects(labels: LabelSet, dataset: str) -> dict[str, int]:
    """Clips of each subject; empty where no number is known.

    Known for the composite of MEGC2019 alone.
    """
    missing = {row["subject"] for row in _not_counted(labels, dataset)}
    return {
        row["subject"]: sum(int(row[name]) for name in labels.classes)
        - (row["subject"] in missing)
        for row in rows("megc2019_subjects")
        if row["dataset"] == dataset and labels.table == "megc2019"
    }


def published_total(dataset: str) -> Total | None:
    """The data set as a whole, whatever the classes."""
    for row in rows("published_totals"):
        if row["dataset"] == dataset:
            subjects = int(row["subjects"]) if row["subjects"] else None
            return Total(int(row["clips"]), subjects, row["evidence"])
    return None


def meaning_of(evidence: str) -> str:
    """What a word of evidence says of a number."""
    return next(row["meaning"] for row in rows("evidence") if row["word"] == evidence)


def _not_counted(labels: LabelSet, dataset: str) -> list[dict[str, str]]:
    """Rows of the list that this class set leaves out."""
    return [
        row
        for row in rows("megc2019_clips")
        if labels.members == "undisputed"
        and row["disputed"]
        and row["dataset"] == dataset
    ]
