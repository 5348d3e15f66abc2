"""Objective classes: expressions by their action units, whatever was felt.

Source:
    Davison, Merghani, Yap, J. Imaging 4(10), 119, 2018; how far the table of this
    project is verified is said in `data/objective_classes.csv`.
"""

import functools

from input_pipeline.label_sets.annotation import Annotation, Label, LeftOut
from input_pipeline.label_sets.tables import rows

OBJECTIVE_CLASSES = ("I", "II", "III", "IV", "V", "VI", "VII")
_OTHER = OBJECTIVE_CLASSES[-1]
_FROM_UNITS = "objective class from action units"


@functools.cache
def _of_units() -> dict[frozenset[int], str]:
    return {
        frozenset(map(int, row["au"].split("+"))): row["objective"]
        for row in rows("objective_classes")
    }


def objective_class(annotation: Annotation) -> Label | LeftOut:
    """The objective class: the sheet's own, else the one of the action units.

    Returns:
        A label in `OBJECTIVE_CLASSES`, with a note where it is worked out; or why there
        is none.
    """
    cell = annotation.objective.strip().upper().removesuffix(".0")
    if cell in OBJECTIVE_CLASSES:
        return Label(cell)
    if cell in {str(number + 1) for number in range(len(OBJECTIVE_CLASSES))}:
        return Label(OBJECTIVE_CLASSES[int(cell) - 1])
    if cell:
        return LeftOut("unknown label", f"the objective class is {cell!r}")
    if not annotation.au:
        return LeftOut(
            "no action units annotated", "and the sheet has no objective class"
        )
    return Label(_of_units().get(frozenset(annotation.au), _OTHER), _FROM_UNITS)
