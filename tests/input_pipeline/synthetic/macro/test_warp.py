import numpy as np
import pytest

from input_pipeline.synthetic.action_units import parse
from input_pipeline.synthetic.macro.warp import Pose, Pulled, Warp
from input_pipeline.synthetic.portrait import FINENESS, MARGIN, Portrait
from input_pipeline.synthetic.settings import CameraSettings

CAMERA = CameraSettings(width=61, height=53, face_width_px=(31.0, 31.0))


def portrait():
    """A grid of landmarks on a picture whose red is x and whose green is y."""
    height, width = (FINENESS * (size + 2 * MARGIN) for size in (53, 61))
    y, x = np.indices((height, width)) / FINENESS - MARGIN
    image = np.stack([x * 2 + 80, y * 2 + 80, x * 0], axis=-1).clip(0, 255)
    rng = np.random.default_rng(3)
    mesh = np.stack([rng.uniform(15, 46, 468), rng.uniform(11, 42, 468)], axis=1)
    mesh[[234, 454, 33, 263]] = [[15, 26], [46, 26], [23, 20], [38, 20]]
    return Portrait(image.astype(np.uint8), mesh)


def pose(peak, **said):
    units = tuple(Pulled(unit, 1.0, 1.0, 1.0, 0.0, 1.0) for unit in parse("12"))
    return Pose(**{"units": units, "peak": peak, "tilt": 0.0, "shift": (0, 0), **said})


def test_a_part_of_the_expression_moves_a_part_of_the_way():
    warp = Warp(portrait(), pose(0.04), CAMERA)
    rest, half, whole = (warp.frame(part).astype(float) for part in (0, 0.5, 1))
    far, near = np.abs(whole - rest).max(), np.abs(half - rest).max()
    # Two grey levels a pixel; 0.04 of 31 px.
    assert far == pytest.approx(2 * 0.04 * 31, abs=1.1)
    assert near == pytest.approx(far / 2, abs=1.1)


def test_the_head_is_shifted_and_tilted():
    still = Warp(portrait(), pose(0.01), CAMERA).frame(0).astype(float)
    moved = Warp(portrait(), pose(0.01, shift=(3.0, 0)), CAMERA).frame(0).astype(float)
    inner = np.s_[10:40, 10:50]
    np.testing.assert_allclose((still - moved)[inner][..., 0], 6, atol=1.1)
    np.testing.assert_allclose((still - moved)[inner][..., 1], 0, atol=1.1)
    tilted = Warp(portrait(), pose(0.01, tilt=0.1), CAMERA).frame(0).astype(float)
    # The top goes to the right: what is left of it comes.
    assert (tilted - still)[10, 30, 0] < -2
    assert (tilted - still)[45, 30, 0] > 2


def test_skin_that_would_fold_moves_less():
    far = Warp(portrait(), pose(0.9), CAMERA).frame(1).astype(float)
    red = np.diff(far[26, :, 0])
    # Red rises from left to right, as it does at rest: nothing is turned round.
    assert red.min() >= -1
