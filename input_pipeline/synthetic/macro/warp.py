"""One portrait with one expression on it, tilted and placed in a frame."""

import dataclasses

import numpy as np

from input_pipeline.synthetic.action_units import ActionUnit, unit_field
from input_pipeline.synthetic.fields import Field, face_width, total
from input_pipeline.synthetic.portrait import Portrait, placed
from input_pipeline.synthetic.settings import CameraSettings

# Of the area of a pixel, at least this is left; where more would go, the expression is
# made smaller, and again.
_LEAST_AREA = 0.15
_LESS = 0.85


@dataclasses.dataclass(frozen=True)
class Pulled:
    """One action unit of an expression; as in `UnitPlan`."""

    unit: ActionUnit
    strength: float
    right: float
    left: float
    turn: float
    reach: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pose:
    """An expression before it is rendered.

    Args:
        units: What moves, at least one.
        peak: Displacement that the largest pull of the mesh is given [face widths].
        tilt: In-plane rotation of the head [rad].
        shift: `(x, y)`, place of the head from the middle of the frame [px].
    """

    units: tuple[Pulled, ...]
    peak: float
    tilt: float
    shift: tuple[float, float]


class Warp:
    """Moves the skin of one portrait; the expression is made smaller until none folds.

    Args:
        portrait: The subject at rest.
        pose: What is shown.
        camera: Frame size.
    """

    def __init__(self, portrait: Portrait, pose: Pose, camera: CameraSettings):
        self._portrait = portrait
        self._middle = np.array([camera.width, camera.height]) / 2
        self._shift = np.asarray(pose.shift)
        cos, sin = np.cos(pose.tilt), np.sin(pose.tilt)
        self._turn = np.array([[cos, -sin], [sin, cos]])
        centred = (portrait.mesh - self._middle) @ self._turn.T
        mesh = centred + self._middle + self._shift
        field = _field(pose, mesh)
        self._x = np.arange(camera.width, dtype=np.float32) + np.float32(0.5)
        self._y = np.arange(camera.height, dtype=np.float32) + np.float32(0.5)
        self._whole = _unfolded(*field.on_grid(self._x, self._y))

    def frame(self, part: float) -> np.ndarray:
        """The face with `part`, [0, 1], of the expression: uint8 RGB, without noise."""
        dx, dy = (np.float32(part) * one for one in self._whole)
        px, py = self._x - dx, self._y[:, None] - dy
        return placed(self._portrait, px, py, self._turn, self._middle, self._shift)


def _field(pose: Pose, mesh: np.ndarray) -> Field:
    pulls = total(
        [
            unit_field(
                one.unit,
                mesh,
                right=one.right,
                left=one.left,
                turn=one.turn,
                reach=one.reach,
            ).scaled(one.strength)
            for one in pose.units
        ]
    )
    largest = np.linalg.norm(pulls.at(mesh), axis=1).max()
    return pulls.scaled(pose.peak * face_width(mesh) / largest)


def _unfolded(dx: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The displacement, as much of it as turns no pixel inside out."""
    (dx_y, dx_x), (dy_y, dy_x) = np.gradient(dx), np.gradient(dy)
    part = 1.0
    while (
        (1 - part * dx_x) * (1 - part * dy_y) - part**2 * dx_y * dy_x
    ).min() < _LEAST_AREA:
        part *= _LESS
    return part * dx, part * dy
