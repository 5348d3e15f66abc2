"""Action-unit strings as data sets spell them, to numbers and back."""

import re
from collections.abc import Iterable

import numpy as np

from fgrmer_tf.spec import AU_NODES, AU_NOT_ANNOTATED, NUM_AUS

# Laterality prefix, number, intensity as letters or in brackets: R14A, 4(B/C), L12.
_TOKEN = re.compile(r"[LR]?(\d{1,2})(?:[A-E]|\([A-E](?:/[A-E])?\))?", re.IGNORECASE)


def parse_aus(text: str) -> tuple[int, ...] | None:
    """Reads an AU cell such as `L14`, `1+2`, `R12 + R15` or `4(B/C)+7B`.

    Side and intensity are dropped: the graph has one node for each number.

    Source:
        Spellings seen in the CASME II and SAMM sheets (`docs/data.md`).

    Returns:
        Sorted numbers without repetition; `()` for `0` (no AU); `None` for an empty
        cell (not annotated).

    Raises:
        ValueError: If a part is neither a number nor one of the spellings above.
    """
    text = text.replace(" ", "")
    if not text:
        return None
    if text == "0":
        return ()
    units = set()
    for token in text.split("+"):
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError(f"{token!r} in {text!r} is not an action unit")
        units.add(int(match[1]))
    return tuple(sorted(units))


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
