"""Draws scenes: what there is to see, and how it moves."""

from collections.abc import Sequence

import numpy as np

from input_pipeline.magnification.training_data.scene import Layer, Motion, Scene
from input_pipeline.magnification.training_data.settings import MotionRange
from input_pipeline.magnification.training_data.textures import (
    draw_opacity,
    draw_texture,
)
from input_pipeline.synthetic.fields import Field

MOST_FOREGROUND_LAYERS = 7
_STILL_BACKGROUND = 0.3
_MARGIN = 2.0


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def draw_factor_and_motion(
    rng: np.random.Generator, limits: MotionRange
) -> tuple[float, float]:
    """A factor and the largest displacement [px] between frames A and B."""
    least, most = limits.motion
    most = min(most, limits.magnified / limits.factor[0])
    motion = _log_uniform(rng, least, most)
    low, high = limits.factor
    return _log_uniform(rng, low, min(high, limits.magnified / motion)), motion


def draw_motion(rng: np.random.Generator, side: int, magnified: float) -> Motion:
    """A motion whose parts are each 0 to 1 px, and do not fold when magnified.

    Args:
        rng: Source of everything random.
        side: Of the frame [px].
        magnified: The largest displacement that the motion will be scaled to [px].
    """
    shift, turn, bumps = np.zeros(2), 0.0, 0
    kind = rng.integers(4)
    if kind in (0, 3):
        angle = rng.uniform(0, 2 * np.pi)
        shift = np.array([np.cos(angle), np.sin(angle)])
    if kind in (1, 3):
        turn = rng.uniform(-1, 1) / side
    if kind in (2, 3):
        bumps = int(rng.integers(1, 5))
    # The slope of a Gaussian is at most 0.61 of height over reach.
    reaches = np.maximum(rng.uniform(0.06, 0.35, bumps) * side, 1.3 * magnified)
    vectors = rng.normal(size=(bumps, 2))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True) * max(bumps, 1)
    deformation = Field(rng.uniform(0, side, (bumps, 2)), reaches, vectors)
    return Motion(shift, turn, rng.uniform(0, side, 2), deformation)


def _normalized(motion: Motion, side: int, largest: float) -> Motion:
    """Scaled so that the largest displacement in the frame is `largest` [px]."""
    grid = np.arange(0, side, 2, dtype=np.float32)
    reached = np.linalg.norm(motion.on_grid(grid, grid), axis=0).max()
    return motion.scaled(largest / max(float(reached), 1e-6))


def _layer(rng, images, motion, largest, extent, corner, *, opaque):
    """A layer `extent` px wide with its first texel at `corner`."""
    pitch = rng.uniform(0.5, 1.0)
    blur = rng.uniform(0.35, 1.0) / pitch
    texels = int(np.ceil(extent / pitch)) + 1
    colour = draw_texture(rng, texels, images, blur)
    opacity = (
        np.ones((texels, texels), np.float32)
        if opaque
        else draw_opacity(rng, texels, blur)
    )[..., None]
    premultiplied = np.concatenate([colour * opacity, opacity], axis=-1)
    return Layer(premultiplied, pitch, corner, motion, largest)


def draw_scene(
    rng: np.random.Generator,
    *,
    side: int,
    images: Sequence[np.ndarray],
    motion: float,
    magnified: float,
) -> Scene:
    """A background and 1 to 7 objects; the largest displacement is `motion`.

    Args:
        rng: Source of everything random.
        side: Of the frame [px], at least 16.
        images: float32 RGB photographs in [0, 1].
        motion: Largest displacement of the fastest layer in the frame [px].
        magnified: Largest displacement that will be rendered [px].
    """
    count = int(rng.integers(1, MOST_FOREGROUND_LAYERS + 1))
    speeds = rng.uniform(0, 1, count + 1)
    if rng.random() < _STILL_BACKGROUND:
        speeds[0] = 0
    speeds[rng.integers(count + 1)] = 1
    # A corner between two grid points may move a little further than they do.
    bounds = motion * speeds * 1.2
    motions = [
        _normalized(draw_motion(rng, side, magnified), side, motion * speed)
        for speed in speeds
    ]
    border = 1.2 * magnified + _MARGIN
    extents = rng.uniform(0.3, 1.2, count + 1) * side
    corners = rng.uniform(-0.2, 1.2, (count + 1, 2)) * side - extents[:, None] / 2
    extents[0], corners[0] = side + 2 * border, -border
    layers = [
        _layer(rng, images, *one, opaque=index == 0)
        for index, one in enumerate(zip(motions, bounds, extents, corners, strict=True))
    ]
    return Scene(side, layers)
