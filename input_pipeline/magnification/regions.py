"""The parts of a face that the patches need, and how much around them.

A result inside a region is that of the whole frame: the network sees as much around
the region as its kernels reach, and mirrors where the frame really ends.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_BROW, PATCH_SIZE
from input_pipeline.magnification.shape_path import ShapeTraits

ROUNDING = 8
"""Sides of boxes are multiples of this [px], so that most faces share their sizes."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Box:
    """Rows `top` to `bottom` and columns `left` to `right`, ends left out [px]."""

    top: int
    bottom: int
    left: int
    right: int

    def grown(self, margin: int, height: int, width: int) -> "Box":
        """Larger by `margin` on each side, as far as the map goes."""
        return Box(
            top=max(self.top - margin, 0),
            bottom=min(self.bottom + margin, height),
            left=max(self.left - margin, 0),
            right=min(self.right + margin, width),
        )

    def within(self, outer: "Box") -> tuple[slice, slice]:
        """Where this box lies in an array that holds `outer`."""
        return (
            slice(self.top - outer.top, self.bottom - outer.top),
            slice(self.left - outer.left, self.right - outer.left),
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Region:
    """One part of the map and what has to be computed for it [px of the map].

    Args:
        box: The part that is wanted.
        shape: What the manipulator must see of the shapes.
        frame: What the encoder must see of the frame, which has twice the pixels.
        inside: Whether the frame goes on beyond all four sides of `shape` for as far as
            the encoder reaches.
    """

    box: Box
    shape: Box
    frame: Box
    inside: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class MapPlan:
    """Which parts of a map are computed.

    Args:
        height: Height of the whole map [px].
        width: Width of the whole map [px].
        regions: At least one.
    """

    height: int
    width: int
    regions: tuple[Region, ...]

    @property
    def whole(self) -> Box:
        """The whole map."""
        return Box(top=0, bottom=self.height, left=0, right=self.width)

    @property
    def covered(self) -> np.ndarray:
        """Bool `(height, width)`, true where a region's box lies."""
        ones = [
            np.ones((box.bottom - box.top, box.right - box.left, 1), bool)
            for box in (region.box for region in self.regions)
        ]
        return self.assembled(ones)[..., 0]

    def assembled(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """One map of what lies in each region's box; 0 elsewhere.

        Args:
            parts: `(height, width, channels)` of each box, of one dtype.

        Returns:
            `(self.height, self.width, channels)`.
        """
        shape = (self.height, self.width, parts[0].shape[-1])
        maps = np.zeros(shape, parts[0].dtype)
        for part, region in zip(parts, self.regions, strict=True):
            maps[region.box.within(self.whole)] = part
        return maps


def _region(box: Box, height: int, width: int, traits: ShapeTraits) -> Region:
    shape = box.grown(traits.manipulator_reach, height, width)
    reach = traits.encoder_reach
    frame = shape.grown(reach, height, width)
    inside = (
        reach <= min(shape.top, shape.left)
        and shape.bottom + reach <= height
        and shape.right + reach <= width
    )
    return Region(box=box, shape=shape, frame=frame, inside=inside)


def whole_map(height: int, width: int) -> MapPlan:
    """Everything, as published, of a map of `height` x `width` px."""
    box = Box(top=0, bottom=height, left=0, right=width)
    return MapPlan(
        height=height,
        width=width,
        regions=(Region(box=box, shape=box, frame=box, inside=False),),
    )


def _interval(positions: np.ndarray, side: int) -> tuple[int, int]:
    """The pixels that patches at `positions` read along one axis, ends rounded out."""
    half = PATCH_SIZE // 2
    centres = np.clip(positions, half, side - 1 - half)
    first = math.floor(centres.min()) - half
    length = math.ceil(centres.max()) + half + 1 - first
    length = min(-(-length // ROUNDING) * ROUNDING, side)
    first = min(first, side - length)
    return first, first + length


def patch_regions(
    points: np.ndarray,
    height: int,
    width: int,
    traits: ShapeTraits,
    margin: int = 0,
) -> MapPlan:
    """The strip of the brows and the box of the mouth alone.

    Args:
        points: float `(landmarks, 2)` as (x, y) in the order of
            `spec.PATCH_LANDMARKS` [px of the map].
        height: Height of the map [px], at least `spec.PATCH_SIZE`.
        width: Width of the map [px], at least `spec.PATCH_SIZE`.
        traits: Of the network that is to run.
        margin: By how much the boxes are larger than the patches need [px].

    Returns:
        A plan of two regions. `patches.sample_patches` reads no pixel outside their
        boxes.

    Raises:
        InputError: If the map is smaller than a patch, or a point is not finite.
    """
    if min(height, width) < PATCH_SIZE:
        raise InputError(
            f"A map must be at least {PATCH_SIZE} px on each side. "
            f"Received: {width}x{height}."
        )
    if not np.isfinite(points).all():
        raise InputError("Landmarks must be finite. Received: NaN or infinity.")
    regions = []
    for part in (points[:NUM_BROW], points[NUM_BROW:]):
        left, right = _interval(part[:, 0], width)
        top, bottom = _interval(part[:, 1], height)
        box = Box(top=top, bottom=bottom, left=left, right=right)
        box = box.grown(margin, height, width)
        regions.append(_region(box, height, width, traits))
    return MapPlan(height=height, width=width, regions=tuple(regions))
