"""A scene of textured layers, each with its motion, rendered at any magnification.

A layer is a function on the plane: its texels, interpolated linearly. Displacements are
used backward and grow linearly with the magnification: at magnification `m` the layer
shows at point `p` what lies at `p - m * displacement(p)`. No frame is made from another
frame, so a motion of 0.01 px is as exact as one of 10 px.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from input_pipeline.synthetic.fields import Field

OVERSAMPLING = 2
"""Light is gathered at this many points along each side of a pixel."""


@dataclasses.dataclass(frozen=True, eq=False)
class Motion:
    """A displacement field: shift, rotation and local deformations.

    Args:
        shift: `(2,)`, (x, y) [px].
        turn: Rotation to the first order [rad].
        centre: `(2,)`, point that the rotation leaves in place [px].
        deformation: Gaussian bumps, as skin moves over a face.
    """

    shift: np.ndarray
    turn: float
    centre: np.ndarray
    deformation: Field

    def on_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """float32 `(2, height, width)` [px] at columns `x` and rows `y` [px]."""
        across, down = self.deformation.on_grid(x, y)
        across = across + (self.shift[0] - self.turn * (y - self.centre[1]))[:, None]
        down = down + (self.shift[1] + self.turn * (x - self.centre[0]))
        return np.stack([across, down]).astype(np.float32)

    def scaled(self, factor: float) -> "Motion":
        """The motion times `factor`."""
        return dataclasses.replace(
            self,
            shift=self.shift * factor,
            turn=self.turn * factor,
            deformation=self.deformation.scaled(factor),
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Layer:
    """Coloured texels with an opacity, and how they move.

    Args:
        texels: float32 `(rows, columns, 4)` in [0, 1]: RGB times opacity, and opacity.
            Outside there is nothing.
        pitch: Side of a texel [px]. At least `1 / OVERSAMPLING`, or light is missed.
        corner: `(2,)`, (x, y) of the first texel's centre [px].
        motion: Displacement at magnification 1.
        largest: Bound of the displacement wherever the frame shows the layer [px].
    """

    texels: np.ndarray
    pitch: float
    corner: np.ndarray
    motion: Motion
    largest: float

    def extent(self, grid: np.ndarray, magnification: float) -> tuple[slice, slice]:
        """Which columns and rows of a sorted `grid` [px] the layer can reach."""
        reach = magnification * self.largest + self.pitch
        columns, rows = (
            slice(
                *np.searchsorted(
                    grid, (start - reach, start + count * self.pitch + reach)
                )
            )
            for start, count in zip(self.corner, self.texels.shape[1::-1], strict=True)
        )
        return columns, rows

    def at(self, x: np.ndarray, y: np.ndarray, displacement: np.ndarray) -> np.ndarray:
        """float32 `(height, width, 4)` at columns `x` and rows `y`, displaced [px]."""
        columns = (x - displacement[0] - self.corner[0]) / self.pitch
        rows = (y[:, None] - displacement[1] - self.corner[1]) / self.pitch
        # OpenCV's linear interpolation is exact in its coordinates; its cubic one
        # rounds them to 1/32.
        return cv2.remap(
            self.texels,
            columns.astype(np.float32),
            rows.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0.0,
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """Layers from back to front; the first one is opaque and covers the frame.

    Args:
        side: Height and width of a frame [px]. Pixel centres are at whole numbers.
        layers: At least one.
    """

    side: int
    layers: Sequence[Layer]

    def render(self, magnifications: Sequence[float]) -> np.ndarray:
        """Frames at each magnification: 0 is frame A, 1 is frame B.

        Returns:
            float32 `(magnifications, side, side, 3)`, RGB in [0, 1].
        """
        fine = self.side * OVERSAMPLING
        grid = ((np.arange(fine) + 0.5) / OVERSAMPLING - 0.5).astype(np.float32)
        canvases = [np.zeros((fine, fine, 4), np.float32) for _ in magnifications]
        reach = max(map(abs, magnifications))
        for layer in self.layers:
            columns, rows = layer.extent(grid, reach)
            x, y = grid[columns], grid[rows]
            if not (x.size and y.size):
                continue
            displacement = layer.motion.on_grid(x, y)
            for canvas, magnification in zip(canvases, magnifications, strict=True):
                light = layer.at(x, y, displacement * np.float32(magnification))
                # Four equal planes: NumPy is slow at repeating along a short last axis.
                passed = cv2.merge([1 - light[..., 3]] * 4)
                canvas[rows, columns] = canvas[rows, columns] * passed + light
        size = (self.side, self.side)
        frames = [cv2.resize(c, size, interpolation=cv2.INTER_AREA) for c in canvases]
        return np.stack(frames)[..., :3]

    def displacement(self, magnification: float) -> np.ndarray:
        """Where each pixel of the frame at `magnification` came from in frame A.

        Returns:
            float32 `(side, side, 2)`, (x, y) [px]: the frame at `p` shows what frame A
            shows at `p` minus this, as far as it is visible there.
        """
        grid = np.arange(self.side, dtype=np.float32)
        visible = np.zeros((2, self.side, self.side), np.float32)
        for layer in self.layers:
            displacement = layer.motion.on_grid(grid, grid) * magnification
            opaque = layer.at(grid, grid, displacement)[..., 3] > 0.5
            visible = np.where(opaque, displacement, visible)
        return visible.transpose(1, 2, 0)
