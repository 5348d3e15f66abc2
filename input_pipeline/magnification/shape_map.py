"""The map that FGRMER's patches are cut from: a magnified shape of two faces.

Source:
    Lei et al., CVPRW 2021, whose patches come from the magnified shape representation.
    Scaling each channel and averaging: the public reproductions of that paper. Differs:
    a constant channel gives zeros there is a division by zero; extremes may be taken
    over the regions of the patches alone.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.frames import (
    check_factor,
    checked_frame,
    padded,
    to_unit_range,
)
from input_pipeline.magnification.regions import MapPlan
from input_pipeline.magnification.shape_path import ShapePath

Reduction = Literal["mean", "projection"]

PROJECTED = 3
"""Channels that `projection` leaves."""
FLATNESS = 1e-5
"""A channel whose extremes differ by less than this share of its largest magnitude
is constant: what is left is rounding."""

Shapes = tuple[np.ndarray, ...]
"""One float32 array `(height, width, channels)` a region."""


def scaled(shapes: Sequence[np.ndarray]) -> Shapes:
    """Scales each channel to [0, 1], by its extremes over all of `shapes` together.

    Args:
        shapes: float32 `(height, width, channels)` each.

    Returns:
        float32 arrays of the same shapes; a constant channel is 0.
    """
    low = np.min([shape.min(axis=(0, 1)) for shape in shapes], axis=0)
    high = np.max([shape.max(axis=(0, 1)) for shape in shapes], axis=0)
    span = high - low
    flat = span <= FLATNESS * np.maximum(np.abs(low), np.abs(high))
    span[flat] = np.inf
    return tuple((shape - low) / span for shape in shapes)


def projection(channels: int) -> np.ndarray:
    """The fixed projection of `channels` to `PROJECTED`: means of consecutive thirds.

    Returns:
        float32 `(channels, PROJECTED)`; each column sums to 1.

    Raises:
        InputError: If there are fewer channels than `PROJECTED`.
    """
    if channels < PROJECTED:
        raise InputError(
            f"A projection needs at least {PROJECTED} channels. Received: {channels}."
        )
    thirds = np.array_split(np.eye(channels, dtype=np.float32), PROJECTED)
    return np.stack([third.mean(axis=0) for third in thirds], axis=1)


def _mean(channels: int) -> np.ndarray:
    return np.full((channels, 1), 1 / channels, np.float32)


_WEIGHTS: dict[Reduction, Callable[[int], np.ndarray]] = {
    "mean": _mean,
    "projection": projection,
}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class EncodedFace:
    """A face's shape where a plan needs it; made by `ShapeMapper.encode`.

    Args:
        plan: Which parts of the map.
        shapes: float32 `(height, width, channels)` of each `region.shape`.
    """

    plan: MapPlan
    shapes: Shapes


class ShapeMapper:
    """Turns aligned faces into maps; one instance a process.

    A face is encoded once, however many pairs it is part of.

    Args:
        model: What `shape_export.to_litert` gave.
        reduction: `mean`: one channel, the mean of all (published); `projection`:
            `PROJECTED` channels by `projection`.
        threads: int, at least 1. Threads of one call.

    Raises:
        InputError: At construction, if `model` is no shape path, or `reduction` is
            unknown.
    """

    def __init__(self, model: bytes, reduction: Reduction, threads: int = 1) -> None:
        if reduction not in get_args(Reduction):
            raise InputError(
                f"`reduction` must be one of {get_args(Reduction)}. "
                f"Received: {reduction!r}."
            )
        self._model = model
        self._threads = threads
        self._reduction: Reduction = reduction
        # One a region: regions differ in size, and a change of size costs time.
        self._paths = [ShapePath(model, threads)]
        self.traits = self._paths[0].traits

    def _path(self, index: int) -> ShapePath:
        while len(self._paths) <= index:
            self._paths.append(ShapePath(self._model, self._threads))
        return self._paths[index]

    def encode(self, face: np.ndarray, plan: MapPlan) -> EncodedFace:
        """What the manipulator needs of a face.

        Args:
            face: uint8 RGB `(height, width, 3)`, aligned; padded to `padded_side`.
            plan: For a map of half the padded sides.

        Returns:
            The face's shape in the regions of `plan`.

        Raises:
            InputError: If `face` is no frame, or `plan` is for another size.
        """
        frame = padded(checked_frame(face))
        height, width = (side // 2 for side in frame.shape[:2])
        if (height, width) != (plan.height, plan.width):
            raise InputError(
                f"A face of {face.shape[1]}x{face.shape[0]} px has a map of "
                f"{width}x{height} px. Received a plan for {plan.width}x{plan.height}."
            )
        shapes = []
        for index, region in enumerate(plan.regions):
            seen = region.frame
            cut = frame[2 * seen.top : 2 * seen.bottom, 2 * seen.left : 2 * seen.right]
            shape = self._path(index).encode(to_unit_range(cut))
            shapes.append(shape[region.shape.within(seen)])
        return EncodedFace(plan=plan, shapes=tuple(shapes))

    def magnified(self, onset: EncodedFace, apex: EncodedFace, factor: float) -> Shapes:
        """The magnified shapes inside the boxes of the plan.

        Args:
            onset: The face before the motion.
            apex: The face after it, encoded with the same plan.
            factor: Finite; `traits.identity_factor` gives the shape of the apex.

        Returns:
            float32 `(height, width, channels)` of each region's box.

        Raises:
            InputError: If `factor` is none, or the plans differ, as those of faces of
                different sizes do.
        """
        check_factor(factor)
        if onset.plan != apex.plan:
            sizes = [f"{x.plan.width}x{x.plan.height}" for x in (onset, apex)]
            raise InputError(
                "Onset and apex must have one size and be encoded with one plan. "
                f"Received plans for maps of {sizes[0]} and {sizes[1]} px that differ."
            )
        faces = zip(onset.plan.regions, onset.shapes, apex.shapes, strict=True)
        return tuple(
            self._path(index).magnify(a, b, factor)[region.box.within(region.shape)]
            for index, (region, a, b) in enumerate(faces)
        )

    def shape_map(
        self, onset: EncodedFace, apex: EncodedFace, factor: float
    ) -> np.ndarray:
        """The map of the motion from onset to apex.

        With `regions.whole_map` this is the published map. With
        `regions.patch_regions` the extremes of a channel are those over the two boxes,
        since nothing else is computed: a channel differs from the published one by a
        scale and a shift.

        Args:
            onset: As for `magnified`.
            apex: As for `magnified`.
            factor: As for `magnified`.

        Returns:
            float32 `(plan.height, plan.width, 1 or PROJECTED)` in [0, 1]; 0 outside the
            boxes.

        Raises:
            InputError: As `magnified`.
        """
        plan = onset.plan
        parts = scaled(self.magnified(onset, apex, factor))
        weights = _WEIGHTS[self._reduction](parts[0].shape[-1])
        maps = np.zeros((plan.height, plan.width, weights.shape[1]), np.float32)
        for part, region in zip(parts, plan.regions, strict=True):
            maps[region.box.within(plan.whole)] = part @ weights
        return maps
