"""How each action unit of FACS moves the skin of a face.

Source:
    Directions follow the appearance changes that the FACS manual lists (Ekman, Friesen
    and Hager, 2002). Reaches and relative sizes: not stated there; chosen so that the
    motion covers the skin over the muscle and dies out at its neighbours.
"""

import dataclasses
from typing import Literal

import numpy as np

from input_pipeline.synthetic.fields import Field, Pull, place

Side = Literal["", "L", "R"]

PULLS: dict[int, tuple[Pull, ...]] = {
    # Inner brow raiser: inner brows and the middle of the forehead go up.
    1: (
        Pull(107, 336, -0.15, 1.0, 0.060),
        Pull(55, 285, -0.10, 0.5, 0.045),
        Pull(108, 337, 0.0, 0.4, 0.080),
    ),
    # Outer brow raiser.
    2: (
        Pull(63, 293, 0.05, 0.9, 0.060),
        Pull(70, 300, 0.10, 0.8, 0.055),
        Pull(68, 298, 0.0, 0.3, 0.080),
    ),
    # Brow lowerer: brows go down and together.
    4: (
        Pull(107, 336, -0.50, -0.9, 0.060),
        Pull(55, 285, -0.40, -0.7, 0.050),
        Pull(105, 334, -0.20, -0.5, 0.060),
    ),
    # Upper lid raiser.
    5: (Pull(159, 386, 0.0, 1.0, 0.035), Pull(158, 385, 0.0, 0.4, 0.035)),
    # Cheek raiser: the cheek and the skin below the eye go up and in.
    6: (Pull(50, 280, -0.15, 0.9, 0.080), Pull(31, 261, -0.40, 0.5, 0.050)),
    # Lid tightener: the lower lid goes up and in, the upper lid a little down.
    7: (Pull(145, 374, -0.25, 0.9, 0.035), Pull(159, 386, 0.0, -0.3, 0.030)),
    # Nose wrinkler: the wings go up, the inner brows down and together.
    9: (
        Pull(98, 327, 0.0, 1.0, 0.050),
        Pull(126, 355, 0.0, 0.6, 0.050),
        Pull(107, 336, -0.30, -0.5, 0.050),
    ),
    # Upper lip raiser: the middle of the upper lip goes up, the furrow with it.
    10: (
        Pull(39, 269, 0.0, 1.0, 0.050),
        Pull(0, 0, 0.0, 0.35, 0.050),
        Pull(165, 391, 0.10, 0.7, 0.055),
    ),
    # Lip corner puller: the corners go out and up, the cheek follows.
    12: (
        Pull(61, 291, 0.65, 0.85, 0.065),
        Pull(57, 287, 0.30, 0.45, 0.060),
        Pull(205, 425, 0.20, 0.45, 0.080),
    ),
    # Dimpler: the corners are drawn straight out, the skin beside them towards them.
    14: (Pull(61, 291, 1.0, 0.0, 0.050), Pull(214, 434, -0.60, 0.0, 0.050)),
    # Lip corner depressor: the corners go down and a little out.
    15: (Pull(61, 291, 0.25, -1.0, 0.055), Pull(43, 273, 0.10, -0.5, 0.055)),
    # Chin raiser: the chin boss goes up and pushes the lower lip.
    17: (
        Pull(199, 199, 0.0, 0.5, 0.080),
        Pull(17, 17, 0.0, 0.4, 0.055),
        Pull(84, 314, 0.0, 0.3, 0.050),
    ),
    # Lips part: the lower lip goes down, the upper a little up.
    25: (
        Pull(17, 17, 0.0, -0.5, 0.060),
        Pull(84, 314, 0.0, -0.4, 0.055),
        Pull(0, 0, 0.0, 0.12, 0.045),
    ),
}


@dataclasses.dataclass(frozen=True)
class ActionUnit:
    """One action unit as a coding sheet names it: number, and side if it is one-sided.

    Args:
        number: A key of `PULLS`.
        side: `L` or `R` of the person, or empty for both.
    """

    number: int
    side: Side = ""

    def __str__(self) -> str:
        return f"{self.side}{self.number}"


def parse(text: str) -> tuple[ActionUnit, ...]:
    """Reads an AU string of a prototype, such as `1+2`, `L14` or `R12+15`."""
    units = []
    for part in text.split("+"):
        side: Side = "L" if part[0] == "L" else "R" if part[0] == "R" else ""
        units.append(ActionUnit(int(part.removeprefix(side)), side))
    return tuple(units)


def unit_field(
    unit: ActionUnit,
    mesh: np.ndarray,
    *,
    right: float = 1.0,
    left: float = 1.0,
    turn: float = 0.0,
    reach: float = 1.0,
) -> Field:
    """The field of one action unit on one face, 1 px at the mesh point it moves most.

    Args:
        unit: What moves.
        mesh: `(468, 2)`, (x, y) [px], at rest.
        right: Strength of the person's right half; ignored for a left-sided unit.
        left: Strength of the left half; ignored for a right-sided unit.
        turn: Turns the motion from up towards out [rad].
        reach: Factor on how far the motion spreads. Unitless.

    Returns:
        A field to be scaled by the strength of the unit [px].
    """
    right, left = right * (unit.side != "L"), left * (unit.side != "R")
    field = place(
        PULLS[unit.number], mesh, right=right, left=left, turn=turn, reach=reach
    )
    return field.scaled(1 / np.linalg.norm(field.at(mesh), axis=1).max())
