"""Action-unit cells as data sets spell them, to numbers and back.

What counts as present: a unit that the coder named without doubt, on either side and at
any intensity. Side and intensity are dropped: the graph has one node a number. A unit
that is marked with `?` or `(k)`, or that is one of alternatives (`4 or 7`), is
uncertain; whether it counts is a choice that the caller makes and records.
"""

import dataclasses
import re
from collections.abc import Iterable
from typing import Literal

import numpy as np

from fgrmer_tf.spec import AU_NODES, AU_NOT_ANNOTATED, NUM_AUS

Uncertain = Literal["leave-out", "keep"]
"""What becomes of units that the coder was not sure of."""

# R14A, L12, AU4, 4(B/C), 7b, 12.0 (a number cell), each with doubt before or after.
_UNIT = re.compile(
    r"(?P<before>\?)?[LR]?(?:AU)?(?P<number>\d{1,2})(?:\.0+)?"
    r"(?:[A-E]|\([A-E](?:/[A-E])?\))?(?P<after>\?|\(\?\)|\(K\))?",
    re.IGNORECASE,
)
# Part C of CAS(ME)^3 has a comma, once a Chinese one.
_JOINED = re.compile("[+,\N{FULLWIDTH COMMA}]")
_OR = re.compile("or", re.IGNORECASE)
_RULES: dict[Uncertain, str] = {
    "leave-out": "uncertain action units left out",
    "keep": "uncertain action units counted as present",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AUReading:
    """A cell, read.

    Args:
        units: Units that count as present, sorted; `()` where the coder saw none;
            `None` where the clip is not annotated, which includes a cell of which
            nothing certain is left.
        uncertain: Units that the coder was not sure of, sorted, kept or not.
        repair: Rule under which a loader records what was decided; empty where the
            cell was taken as it is.
    """

    units: tuple[int, ...] | None
    uncertain: tuple[int, ...] = ()
    repair: str = ""

    @property
    def new(self) -> str:
        """What is used, as the record of a repair says it."""
        return "not annotated" if self.units is None else format_aus(self.units)


def read_aus(text: str, uncertain: Uncertain = "leave-out") -> AUReading:
    """Reads an AU cell, doubts included.

    Args:
        text: Such as `R14A`, `4(B/C)+7B`, `26+25`, `R12 + R15`, `AU4(k)`, `14?`,
            `L14 or R14`, `4 or 7`, `?`, `4,7`, `0`.
        uncertain: Whether uncertain units count as present.

    Returns:
        What the cell says. Alternatives that name one unit, as `L14 or R14`, are no
        doubt about the unit.

    Raises:
        ValueError: If a part is none of these spellings.

    Source:
        Spellings seen in published sheets (`docs/data.md`); what `(k)` means there is
        not known, the public loader meb leaves such units out.
    """
    plain = text.strip()
    if not plain:
        return AUReading(units=None)
    if plain == "?":
        return AUReading(units=None, repair=_RULES["leave-out"])
    certain: set[int] = set()
    doubted: set[int] = set()
    for part in _JOINED.split(plain):
        units, doubt = _part(part, text)
        (doubted if doubt else certain).update(units)
    doubted -= certain
    kept = certain | doubted if uncertain == "keep" else certain
    named = tuple(sorted(kept - {0}))
    lost = bool(doubted) and not kept
    return AUReading(
        units=None if lost else named,
        uncertain=tuple(sorted(doubted)),
        repair=_RULES[uncertain] if doubted else "",
    )


def parse_aus(text: str) -> tuple[int, ...] | None:
    """Reads an AU cell that leaves nothing open, such as one of a manifest.

    Returns:
        Sorted numbers without repetition; `()` for `0` (no AU); `None` for an empty
        cell (not annotated).

    Raises:
        ValueError: If a part is no action unit, or is uncertain.
    """
    reading = read_aus(text)
    if reading.repair:
        raise ValueError(f"{text!r} is not an action unit without doubt")
    return reading.units


def format_aus(units: Iterable[int]) -> str:
    """Writes AU numbers so that `parse_aus` reads them back."""
    return "+".join(str(unit) for unit in units) or "0"


def au_row(units: tuple[int, ...] | None) -> np.ndarray:
    """One row of the feature table's `au`.

    Returns:
        uint8 `(num_nodes,)`: 1 present, 0 absent, 255 where `units` is `None`.
    """
    if units is None:
        return np.full(NUM_AUS, AU_NOT_ANNOTATED, np.uint8)
    return np.array([unit in units for unit in AU_NODES], np.uint8)


def _part(part: str, whole: str) -> tuple[set[int], bool]:
    """The units of what stands between two plus signs, and whether it is in doubt."""
    units: set[int] = set()
    doubt = False
    for text in _OR.split(part):
        match = _UNIT.fullmatch(text.replace(" ", ""))
        if match is None:
            raise ValueError(f"{text.strip()!r} in {whole!r} is not an action unit")
        units.add(int(match["number"]))
        doubt |= bool(match["before"] or match["after"])
    return units, doubt or len(units) > 1
