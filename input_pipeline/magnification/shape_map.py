"""The map that FGRMER's patches are cut from: a magnified shape of two faces.

Source:
    Lei et al., CVPRW 2021, whose patches come from the magnified shape representation.
    Differs: what the patches do not need may be left out.
"""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.frames import (
    check_factor,
    checked_frame,
    padded,
    to_unit_range,
)
from input_pipeline.magnification.reduction import (
    REDUCTIONS,
    Reduction,
    Shapes,
    scaled,
)
from input_pipeline.magnification.regions import MapPlan
from input_pipeline.magnification.shape_path import ShapePath


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
        threads: int, at least 1. Threads of one call.

    Raises:
        InputError: At construction, if `model` is no shape path.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        self._model = model
        self._threads = threads
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
            cut = to_unit_range(
                frame[2 * seen.top : 2 * seen.bottom, 2 * seen.left : 2 * seen.right]
            )
            path = self._path(index)
            if region.inside:
                shapes.append(path.encode_inside(cut))
            else:
                shapes.append(path.encode(cut)[region.shape.within(seen)])
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
        self,
        onset: EncodedFace,
        apex: EncodedFace,
        factor: float,
        reduction: Reduction = "mean",
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
            reduction: `mean`: one channel, the mean of all (published); `projection`:
                `reduction.PROJECTED` channels.

        Returns:
            float32 `(plan.height, plan.width, channels)` in [0, 1], one channel for
            each column of the reduction; 0 outside the boxes.

        Raises:
            InputError: As `magnified`, or if `reduction` is unknown.
        """
        if reduction not in tuple(REDUCTIONS):
            raise InputError(
                f"`reduction` must be one of {tuple(REDUCTIONS)}. "
                f"Received: {reduction!r}."
            )
        plan = onset.plan
        parts = scaled(self.magnified(onset, apex, factor))
        weights = REDUCTIONS[reduction](parts[0].shape[-1])
        return plan.assembled([part @ weights for part in parts])
