"""One clip before it is rendered: which action units, when and how far."""

import dataclasses

import numpy as np

from input_pipeline.synthetic.action_units import ActionUnit


@dataclasses.dataclass(frozen=True)
class UnitPlan:
    """One action unit in one clip.

    Args:
        unit: What moves.
        strength: Relative to the clip's strongest unit. Unitless, positive.
        right: Factor on the person's right half, near 1.
        left: Factor on the left half, near 1.
        turn: Departure from the unit's usual direction, from up towards out [rad].
        reach: Factor on how far it spreads, near 1.
        lag: Part of the rise and of the fall in which it rests, [0, 1).
    """

    unit: ActionUnit
    strength: float
    right: float
    left: float
    turn: float
    reach: float
    lag: float


@dataclasses.dataclass(frozen=True)
class Drift:
    """Slow head motion: a sum of sinusoids a channel, zero at the onset.

    Args:
        amplitude: `(channels, waves)`, for x [px], y [px] and rotation [rad].
        rate: `(channels, waves)` [rad a frame].
        phase: `(channels, waves)` [rad].
    """

    amplitude: np.ndarray
    rate: np.ndarray
    phase: np.ndarray

    def at(self, frames_since_onset: int) -> np.ndarray:
        """Translation in x and y [px] and rotation [rad], `(3,)`."""
        wave = np.sin(self.rate * frames_since_onset + self.phase)
        return (self.amplitude * (wave - np.sin(self.phase))).sum(axis=1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClipPlan:
    """One clip before it is rendered. Frame numbers are inclusive.

    Args:
        subject: From 1.
        filename: As in CASME II, unique for the subject.
        emotion: A key of `PROTOTYPES`.
        units: What moves, at least one.
        peak_px: Largest displacement of a mesh point at the apex [px].
        first: First frame in the folder.
        onset: Last frame at rest before the motion.
        apex: Frame of the largest motion.
        offset: First frame at rest after it.
        last: Last frame in the folder.
        power: Shape of the rise, near 1: larger starts later.
        tilt: In-plane rotation of the head [rad].
        shift: `(x, y)`, place of the head in the frame, from its usual place [px].
        drift: Head motion within the clip.
    """

    subject: int
    filename: str
    emotion: str
    units: tuple[UnitPlan, ...]
    peak_px: float
    first: int
    onset: int
    apex: int
    offset: int
    last: int
    power: float
    tilt: float
    shift: tuple[float, float]
    drift: Drift

    @property
    def action_units(self) -> str:
        """The AU string of the coding sheet, such as `R12+15`."""
        return "+".join(str(plan.unit) for plan in self.units)

    def activation(self, frame: int) -> np.ndarray:
        """How far each unit has come at `frame`, `(units,)`, [0, 1], 1 at the apex."""
        lag = np.array([plan.lag for plan in self.units])
        rising = frame <= self.apex
        rest = self.onset if rising else self.offset
        passed = (frame - rest) / (self.apex - rest)
        # A unit that starts late also ends early: all are whole at the apex.
        part = np.clip((passed - lag) / (1 - lag), 0, 1)
        return (part * part * (3 - 2 * part)) ** self.power
