"""What the writer of a layout has put where."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from input_pipeline.macro.photos import Split
from input_pipeline.synthetic.macro.faces import SyntheticFace
from input_pipeline.synthetic.macro.pictures import ODD_FILES
from input_pipeline.synthetic.native.writing import Planted

# One identity in four is tested where a data set has an official split.
_TESTED = 4


@dataclasses.dataclass
class Content:
    """What a data set holds.

    Args:
        planted: What is wrong on purpose.
        subjects: Name of a picture -> who is seen.
    """

    planted: list[Planted] = dataclasses.field(default_factory=list)
    subjects: dict[str, str] = dataclasses.field(default_factory=dict)

    def plant(
        self, trap: str, finding: str, rule: str, name: str, row: int | None = None
    ) -> None:
        """Notes a trap: the rule that a loader (`skip`) or `check` must report."""
        self.planted.append(Planted(trap, finding, rule, "", name, row, ""))

    def odd(
        self,
        image: np.ndarray,
        add: Callable[[bytes], tuple[str, int | None]],
    ) -> None:
        """Plants the files that any data set may hold.

        Args:
            image: What they show.
            add: Puts a file in, correctly labelled; gives its name and row.
        """
        for one in ODD_FILES:
            name, row = add(one.make(image))
            finding = "check" if one.rule else "none"
            self.plant(one.trap, finding, one.rule, name, row)


Writer = Callable[[Path, Sequence[SyntheticFace], bool], Content]
"""Writes faces below a folder, with traps or without."""


def subject_name(face: SyntheticFace) -> str:
    """What a subject is called."""
    return f"s{face.subject:02d}"


def split_of(face: SyntheticFace, subjects: int) -> Split:
    """The official part that a subject is in: one in four is tested, at least one."""
    tested = max(1, subjects // _TESTED)
    return "test" if face.subject > subjects - tested else "train"
