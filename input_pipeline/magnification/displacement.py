"""How far things moved, read off what the motion did to the magnified shape.

The shape leaves out every second pixel of the frame: its neighbours are no copies of
each other, and their differences do not say what a motion would change. That is
measured instead: the first face, itself moved by a pixel, goes through the network.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from input_pipeline.gaussian import gaussian_window
from input_pipeline.magnification.reduction import Shapes
from input_pipeline.magnification.regions import MapPlan
from input_pipeline.magnification.shape_map import EncodedFace, ShapeMapper

WINDOW = 4.0
"""Standard deviation of the Gaussian window in which all is taken to move alike [px of
the shape]."""
MARGIN = 8
"""By how much boxes round patches are grown, so that windows are not cut too short [px
of the shape]."""
SHRINKAGE = 0.03
"""Share of the face's mean structure by which motion is drawn to 0."""
NOTHING = np.float32(1e-12)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Response:
    """What motion of the whole first face does to its magnified shape.

    Args:
        right: Change by a motion of a pixel of the frame to the right: float32
            `(height, width, channels)` of each region's box.
        down: The same downwards.
        structure: float32 `(height, width, 3)` of the map: the products right-right,
            right-down and down-down, summed over channels and window.
    """

    right: Shapes
    down: Shapes
    structure: np.ndarray


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class FirstFace:
    """A face that later ones are measured against; made by `first_face`.

    Args:
        still: The face.
        moved: The face moved by a pixel to the left and a pixel upwards.
        responses: Those computed so far, by factor.
    """

    still: EncodedFace
    moved: EncodedFace
    responses: dict[float, Response] = dataclasses.field(default_factory=dict)


def first_face(mapper: ShapeMapper, face: np.ndarray, plan: MapPlan) -> FirstFace:
    """Encodes a face as it is, and moved; arguments and errors of `mapper.encode`."""
    moved = np.pad(face, ((0, 1), (0, 1), (0, 0)), mode="edge")[1:, 1:]
    return FirstFace(still=mapper.encode(face, plan), moved=mapper.encode(moved, plan))


def displacement(
    mapper: ShapeMapper,
    first: FirstFace,
    later: EncodedFace,
    factor: float,
    inside: np.ndarray,
) -> np.ndarray:
    """The motion that takes the first face's shape to the magnified one.

    The `d` of least `sum over channels and window (change - d_x right - d_y down)^2 +
    s |d|^2`. `change` is magnified and so are `right` and `down`: motion counts once,
    whatever the factor. `s` is `SHRINKAGE` times the mean of the structure over the
    face, so that nothing moves where nothing could be seen to. The window is a Gaussian
    cut off at three deviations; beyond the boxes of the plan there is nothing to sum.

    Source:
        Least squares over a window: Lucas and Kanade, IJCAI 1981. A measured response
        in place of gradients, and a shape in place of grey values: this project's.

    Args:
        mapper: The network.
        first: From `first_face`.
        later: Encoded with the same plan.
        factor: As for `mapper.magnified`.
        inside: bool `(plan.height, plan.width)`, true on the face.

    Returns:
        float32 `(plan.height, plan.width, 2)`: to the right and down [px of the frame];
        0 beyond the boxes of the plan.

    Raises:
        InputError: As `mapper.magnified`.
    """
    plan = first.still.plan
    change = _change(mapper, first.still, later, factor)
    if factor not in first.responses:
        first.responses[factor] = _response(mapper, first, factor)
    response = first.responses[factor]
    pull = _over_window(
        plan, [_products(change, response.right), _products(change, response.down)]
    )
    field = _solved(response.structure, pull, inside & plan.covered)
    return field * plan.covered[..., None]


def _change(
    mapper: ShapeMapper, first: EncodedFace, later: EncodedFace, factor: float
) -> Shapes:
    """The magnified shape less that of the first face, in each region's box."""
    magnified = mapper.magnified(first, later, factor)
    regions = first.plan.regions
    return tuple(
        shape - still[region.box.within(region.shape)]
        for shape, still, region in zip(magnified, first.shapes, regions, strict=True)
    )


def _response(mapper: ShapeMapper, first: FirstFace, factor: float) -> Response:
    """Central differences between the face moved to the four diagonal neighbours.

    A pixel of the shape is two of the frame, so that one moved face gives all four.
    """

    def moved_to(right: int, down: int) -> Shapes:
        before = ((down, 0), (right, 0), (0, 0))
        shapes = tuple(
            np.pad(shape, before, mode="edge")[: shape.shape[0], : shape.shape[1]]
            for shape in first.moved.shapes
        )
        face = dataclasses.replace(first.moved, shapes=shapes)
        return _change(mapper, first.still, face, factor)

    corners = zip(
        moved_to(0, 0), moved_to(1, 0), moved_to(0, 1), moved_to(1, 1), strict=True
    )
    right, down = [], []
    for up_left, up_right, down_left, down_right in corners:
        falling, rising = down_right - up_left, up_right - down_left
        right.append((falling + rising) / 4)
        down.append((falling - rising) / 4)
    across = [_products(one, other) for one, other in ((right, right), (right, down))]
    structure = _over_window(first.still.plan, [*across, _products(down, down)])
    return Response(right=tuple(right), down=tuple(down), structure=structure)


def _products(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> Shapes:
    """Sums of products over channels, `(height, width, 1)` of each region's box."""
    return tuple(
        np.einsum("hwc,hwc->hw", a, b)[..., None]
        for a, b in zip(one, other, strict=True)
    )


def _over_window(plan: MapPlan, products: Sequence[Shapes]) -> np.ndarray:
    """Windowed sums, `(plan.height, plan.width, len(products))`."""
    window = gaussian_window(WINDOW).astype(np.float32)
    maps = np.concatenate([plan.assembled(one) for one in products], axis=-1)
    return cv2.sepFilter2D(maps, -1, window, window, borderType=cv2.BORDER_CONSTANT)


def _solved(structure: np.ndarray, pull: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Solves the two normal equations of each pixel."""
    xx, xy, yy = np.moveaxis(structure, -1, 0)
    mean = (xx + yy)[face].mean() / 2 if face.any() else np.float32(0)
    # A face without any structure has nothing to divide by, and no motion.
    shrinkage = np.maximum(SHRINKAGE * mean, NOTHING)
    xx, yy = xx + shrinkage, yy + shrinkage
    x, y = np.moveaxis(pull, -1, 0)
    determinant = xx * yy - xy * xy
    return np.dstack([yy * x - xy * y, xx * y - xy * x]) / determinant[..., None]
