"""The clips of the MEGC2019 composite, by name.

Source:
    The public list of 442 clips; see the head of `data/megc2019_clips.csv`, which also
    says why one clip is disputed.
"""

import functools
from typing import Literal

from input_pipeline.label_sets.annotation import Annotation, LeftOut
from input_pipeline.label_sets.tables import rows

Members = Literal["all", "listed", "undisputed"]
"""`all` asks no list; `undisputed` is the list without its disputed clip."""

Key = tuple[str, str, str]


@functools.cache
def listed(members: Members) -> frozenset[Key]:
    """Keys (data set, subject, clip) that belong to a class set with a list.

    Args:
        members: `listed` or `undisputed`; of `all` there is no list.
    """
    return frozenset(
        _key(row)
        for row in rows("megc2019_clips")
        if members == "listed" or not row["disputed"]
    )


@functools.cache
def disputed() -> frozenset[Key]:
    """Keys of the clips that public sources disagree about."""
    return frozenset(_key(row) for row in rows("megc2019_clips") if row["disputed"])


def outside(members: Members, annotation: Annotation) -> LeftOut | None:
    """Why a clip with a known class is not a member, or `None` if it is one."""
    key = (annotation.dataset, annotation.subject, annotation.clip)
    if members == "all" or key in listed(members):
        return None
    if key in disputed():
        return LeftOut("disputed clip", "sources disagree whether it is in")
    return LeftOut("clip outside the protocol", "not in the composite's list")


def _key(row: dict[str, str]) -> Key:
    return row["dataset"], row["subject"], row["clip"]
