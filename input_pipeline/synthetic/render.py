"""From a portrait and a plan to frames, and to the truth about their motion."""

import dataclasses
import functools

import cv2
import numpy as np

from input_pipeline.synthetic.action_units import unit_field
from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.fields import Field, carry, face_width, total
from input_pipeline.synthetic.portrait import Portrait, placed
from input_pipeline.synthetic.settings import CameraSettings

# The head that drifts, hair included [face widths]; behind it the picture rests.
_HEAD = np.array([1.0, 1.15])


@dataclasses.dataclass(frozen=True, eq=False)
class Truth:
    """What really moved between onset and apex of one clip.

    Args:
        mesh_onset: `(468, 2)`, (x, y) [px of the frame].
        mesh_apex: `(468, 2)`, with action units and head motion [px].
        motion: `(468, 2)`, by action units alone, without head motion [px].
        unit_peak: Largest displacement of a mesh point by each unit of the plan
            alone, in the plan's order [px].
    """

    mesh_onset: np.ndarray
    mesh_apex: np.ndarray
    motion: np.ndarray
    unit_peak: tuple[float, ...]


class ClipRenderer:
    """Moves one portrait as one plan says.

    Positions are in frame px, origin at the corner of the top left pixel.

    Args:
        portrait: The subject at rest.
        plan: The clip.
        camera: Frame size.
    """

    def __init__(
        self, portrait: Portrait, plan: ClipPlan, camera: CameraSettings
    ) -> None:
        self._portrait = portrait
        self._plan = plan
        middle = np.array([camera.width, camera.height]) / 2
        cos, sin = np.cos(plan.tilt), np.sin(plan.tilt)
        self._turn = np.array([[cos, -sin], [sin, cos]])
        self._middle = middle
        self._rest = (portrait.mesh - middle) @ self._turn.T + middle + plan.shift
        self._head_middle = self._rest.mean(axis=0)
        self._head_axes = _HEAD * face_width(self._rest)
        self._fields = self._scaled_fields()
        self._x = np.arange(camera.width, dtype=np.float32) + np.float32(0.5)
        self._y = np.arange(camera.height, dtype=np.float32) + np.float32(0.5)

    @functools.cached_property
    def _head(self) -> np.ndarray:
        return self._head_weight(self._x, self._y[:, None])

    @functools.cached_property
    def _grids(self) -> list[tuple[np.ndarray, np.ndarray]]:
        # Once a clip: a matrix product a frame would keep all cores spinning.
        return [field.on_grid(self._x, self._y) for field in self._fields]

    def _scaled_fields(self) -> list[Field]:
        """One field a unit, so scaled that the mesh moves by the planned peak."""
        fields = [
            unit_field(
                unit.unit,
                self._rest,
                right=unit.right,
                left=unit.left,
                turn=unit.turn,
                reach=unit.reach,
            ).scaled(unit.strength)
            for unit in self._plan.units
        ]
        # The field is read where a point arrives, so its scale is found step by step.
        for _ in range(20):
            moved = carry(self._rest, total(fields).at) - self._rest
            factor = self._plan.peak_px / np.linalg.norm(moved, axis=1).max()
            fields = [field.scaled(factor) for field in fields]
        return fields

    def _head_weight(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """How far a place belongs to the head, [0, 1]."""
        radius = ((x - self._head_middle[0]) / self._head_axes[0]) ** 2 + (
            (y - self._head_middle[1]) / self._head_axes[1]
        ) ** 2
        return np.exp(-(radius**4)).astype(np.float32)

    def _expression(self, frame: int) -> Field:
        parts = zip(self._fields, self._plan.activation(frame), strict=True)
        return total([field.scaled(part) for field, part in parts])

    def mesh(self, frame: int) -> np.ndarray:
        """The mesh in one frame, `(468, 2)` [px]."""
        expression = self._expression(frame)
        shift_x, shift_y, angle = self._plan.drift.at(frame - self._plan.onset)

        def displacement(points: np.ndarray) -> np.ndarray:
            arm = points - self._head_middle
            swing = np.stack(
                [shift_x - angle * arm[:, 1], shift_y + angle * arm[:, 0]], axis=1
            )
            weight = self._head_weight(points[:, 0], points[:, 1])
            return expression.at(points) + weight[:, None] * swing

        return carry(self._rest, displacement)

    def frame(self, frame: int) -> np.ndarray:
        """One frame without noise: uint8 `(height, width, 3)`, RGB."""
        dx, dy = np.zeros((2, *self._head.shape), np.float32)
        for grid, part in zip(self._grids, self._plan.activation(frame), strict=True):
            dx += np.float32(part) * grid[0]
            dy += np.float32(part) * grid[1]
        shift = self._plan.drift.at(frame - self._plan.onset).astype(np.float32)
        arm = self._head_middle.astype(np.float32)
        dx += self._head * (shift[0] - shift[2] * (self._y[:, None] - arm[1]))
        dy += self._head * (shift[1] + shift[2] * (self._x - arm[0]))
        px, py = self._x - dx, self._y[:, None] - dy
        turn, place = self._turn, np.array(self._plan.shift)
        return placed(self._portrait, px, py, turn, self._middle, place)

    def truth(self) -> Truth:
        """The motion that the clip shows."""
        expression = self._expression(self._plan.apex)
        peaks = tuple(
            float(
                np.linalg.norm(carry(self._rest, field.at) - self._rest, axis=1).max()
            )
            for field in self._fields
        )
        return Truth(
            mesh_onset=self.mesh(self._plan.onset),
            mesh_apex=self.mesh(self._plan.apex),
            motion=carry(self._rest, expression.at) - self._rest,
            unit_peak=peaks,
        )


def expose(
    image: np.ndarray, camera: CameraSettings, rng: np.random.Generator
) -> np.ndarray:
    """Adds camera noise: its variance grows with the signal, as photon counts do.

    A sensor sees one colour a pixel and interpolates the others, so that its noise is
    nearly the same in all three: one noise plane serves all.

    Args:
        image: uint8 `(height, width, 3)`.
        camera: Read noise and photon gain.
        rng: Advanced by one plane of normal numbers.

    Returns:
        uint8, same shape.
    """
    noise = rng.standard_normal(image.shape[:2], np.float32)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    spread = np.sqrt(camera.read_noise**2 + camera.photon_gain * np.arange(256))
    noise *= cv2.LUT(grey, spread.astype(np.float32))
    # Rounds and saturates.
    return cv2.add(image, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
