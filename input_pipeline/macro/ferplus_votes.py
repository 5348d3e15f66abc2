"""From ten taggers' votes to a label: the official rules of FERPlus.

Source:
    Barsoum et al., ICMI 2016, and the rules of its published data reader.
"""

from collections.abc import Sequence

from input_pipeline.macro.expressions import FERPLUS
from input_pipeline.macro.names import VoteMode

VOTES = (*FERPLUS, "unknown", "NF")
"""Vote columns in their order; `NF` is no face."""

_EMOTIONS = len(FERPLUS)
# A share of the votes that the classes of a distribution must reach, and their number.
_ENOUGH, _MOST_CLASSES = 0.75, 3


def shares(votes: Sequence[int], mode: VoteMode) -> dict[str, float] | str:
    """The classes that the votes stand for.

    A single vote is an outlier and counts nothing. By `majority` one emotion must have
    more than half of what is left, unknown and no face counted. By `probability` the
    classes with most votes are taken, those of equal votes together, until they have
    three quarters of them, or are three, or unknown or no face is reached; they must
    have more than half, and be three at most.

    Args:
        votes: One number a column of `VOTES`, at least 0.
        mode: See above.

    Returns:
        Class -> share, sums to 1; or the rule by which the picture is left out.
    """
    counted = [count if count > 1 else 0 for count in votes]
    total, most = sum(counted), max(counted)
    if not total:
        return "single votes only"
    leader = counted.index(most)
    if leader >= _EMOTIONS:
        return "most votes for no face" if leader > _EMOTIONS else "most votes unknown"
    if mode == "majority":
        if 2 * most <= total:
            return "no majority"
        return {FERPLUS[leader]: 1.0}
    taken = _taken(counted, total)
    whole = sum(counted[index] for index in taken)
    if 2 * whole <= total:
        return "no majority"
    if len(taken) > _MOST_CLASSES:
        return "too many classes"
    return {FERPLUS[index]: counted[index] / whole for index in taken}


def _taken(counted: list[int], total: int) -> list[int]:
    """Indices of the classes that make up the distribution."""
    taken: list[int] = []
    for level in sorted({count for count in counted if count}, reverse=True):
        if len(taken) >= _MOST_CLASSES or (
            sum(counted[index] for index in taken) >= _ENOUGH * total
        ):
            break
        equal = [index for index, count in enumerate(counted) if count == level]
        taken += [index for index in equal if index < _EMOTIONS]
        if equal[-1] >= _EMOTIONS:
            break
    return taken
