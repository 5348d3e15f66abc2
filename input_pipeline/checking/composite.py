"""How a data set compares to the list of the MEGC2019 composite, clip by clip."""

import dataclasses
from collections.abc import Iterable, Sequence

from input_pipeline.checking.finding import Finding
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.label_sets.membership import Members, disputed, listed
from input_pipeline.records import Sample


@dataclasses.dataclass(frozen=True, kw_only=True)
class Absent:
    """A clip of the list that cannot be used here.

    Args:
        subject: As the list spells it, like `clip`.
        clip: See above.
        reason: The finding that cost it; empty where the data set does not name it.
    """

    subject: str
    clip: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Composite:
    """The list of the composite beside one's own clips.

    Args:
        listed: Clips of this data set in the list.
        absent: Those that cannot be used here.
        extra: Usable clips (subject, clip) that are not in the list.
        disputed: Clips (subject, clip) of the list that sources disagree about.
    """

    listed: int
    absent: tuple[Absent, ...]
    extra: tuple[tuple[str, str], ...]
    disputed: tuple[tuple[str, str], ...]


def compare(
    labels: LabelSet,
    dataset: str,
    samples: Iterable[Sample],
    findings: Sequence[Finding],
) -> Composite | None:
    """Compares usable clips with the list.

    Args:
        labels: The class set; one that is not MEGC2019's is not compared.
        dataset: Data set that `samples` are of.
        samples: Usable clips.
        findings: Why the others are not usable.

    Returns:
        The comparison; `None` where the list says nothing of this data set.
    """
    members: Members = "listed" if labels.members == "all" else labels.members
    keys = sorted(key[1:] for key in listed(members) if key[0] == dataset)
    if labels.table != "megc2019" or not keys:
        return None
    usable = {(sample.subject, sample.clip): None for sample in samples}
    costs = {
        (one.subject, one.clip): one.rule
        for one in findings
        if one.kind in ("fault", "protocol")
    }
    return Composite(
        listed=len(keys),
        absent=tuple(
            Absent(subject=key[0], clip=key[1], reason=costs.get(key, ""))
            for key in keys
            if key not in usable
        ),
        extra=tuple(key for key in usable if key not in keys),
        disputed=tuple(sorted(key[1:] for key in disputed() if key[0] == dataset)),
    )
