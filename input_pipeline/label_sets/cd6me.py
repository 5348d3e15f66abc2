"""CD6ME: six data sets, twelve action units to detect, any emotion.

Source:
    Varanka et al., IEEE TAFFC 15(1), 2024; counts as printed by the authors' notebook,
    see the head of `data/cd6me_action_units.csv`.
"""

from collections.abc import Iterable

import numpy as np

from fgrmer_tf.spec import AU_NOT_ANNOTATED
from input_pipeline.label_sets.tables import rows

AUS: tuple[int, ...] = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17)
"""Action units of the protocol, in the order of its published table."""


def targets(units: tuple[int, ...] | None) -> np.ndarray:
    """What a detector should say of a clip.

    Returns:
        uint8 `(12,)` in the order of `AUS`: 1 present, 0 absent; 255 everywhere where
        the clip is not annotated.
    """
    if units is None:
        return np.full(len(AUS), AU_NOT_ANNOTATED, np.uint8)
    return np.array([unit in units for unit in AUS], np.uint8)


def count(clips: Iterable[tuple[int, ...] | None]) -> dict[int, int]:
    """In how many annotated clips each unit of `AUS` is present."""
    annotated = [units for units in clips if units is not None]
    return {unit: sum(unit in units for units in annotated) for unit in AUS}


def published(dataset: str) -> dict[int, int]:
    """The published counts of a data set; empty where it is not part of CD6ME."""
    for row in rows("cd6me_action_units"):
        if row["dataset"] == dataset:
            return {unit: int(row[str(unit)]) for unit in AUS}
    return {}
