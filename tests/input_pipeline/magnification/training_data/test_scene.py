import dataclasses

import cv2
import numpy as np
import pytest

from input_pipeline.magnification.training_data.scene import (
    OVERSAMPLING,
    Layer,
    Motion,
    Scene,
)
from input_pipeline.synthetic.fields import Field

NOTHING = Field(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2)))


def shifted(x, y):
    return Motion(np.array([x, y]), 0.0, np.zeros(2), NOTHING)


def waves(side):
    """A band-limited texture, four texels of which are two pixels."""
    rng = np.random.default_rng(3)
    texels = cv2.GaussianBlur(rng.uniform(size=(side, side, 3)), (0, 0), 3.0)
    spread = np.clip((texels - 0.5) * 6 + 0.5, 0, 1)
    return np.dstack([spread, np.ones((side, side))]).astype(np.float32)


def background(motion, largest=8.0, side=23):
    texels = waves(2 * (side + 22))
    return Layer(texels, 0.5, np.array([-11.0, -11.0]), motion, largest)


def disc(motion, largest=8.0):
    opacity = np.zeros((29, 29), np.float32)
    cv2.circle(opacity, (14, 14), 9, 1.0, cv2.FILLED)
    texels = np.dstack([opacity, 0 * opacity, 0 * opacity, opacity])
    return Layer(texels, 0.5, np.array([5.0, 4.0]), motion, largest)


def test_a_shift_by_whole_pixels_moves_the_frame():
    scene = Scene(23, [background(shifted(3.0, -2.0))])
    first, second = scene.render((0, 1))
    np.testing.assert_allclose(second[:-2, 3:], first[2:, :-3], atol=1e-5)


@pytest.mark.parametrize("shift", [0.001, 0.01, 0.04])
def test_a_shift_far_below_a_pixel_is_exact(shift):
    # To the first order, frames change in proportion to a small shift.
    left, right = Scene(23, [background(shifted(0.1, 0.0))]).render((-1, 1))
    before, after = Scene(23, [background(shifted(shift, 0.0))]).render((-1, 1))
    slope = right - left
    found = ((after - before) * slope).sum() / (slope**2).sum() * 0.1
    assert found == pytest.approx(shift, rel=0.005)


def test_a_frame_is_the_light_between_its_pixels_borders():
    # A brightness that rises evenly is the same after gathering.
    ramp = np.tile(np.linspace(0, 1, 81, dtype=np.float32), (81, 1))
    texels = np.dstack([ramp, ramp, ramp, np.ones_like(ramp)])
    layer = Layer(texels, 0.5, np.full(2, -8.0), shifted(0.37, 0.0), 1.0)
    frame = Scene(19, [layer]).render((1,))[0]
    x = np.arange(19)
    expected = (x - 0.37 + 8.0) / 40
    np.testing.assert_allclose(frame[..., 0], np.tile(expected, (19, 1)), atol=1e-5)


def test_magnification_renders_the_scene_of_the_magnified_motion():
    bumps = Field(np.array([[7.0, 11.0]]), np.array([6.0]), np.array([[0.2, -0.1]]))
    motion = Motion(np.array([0.1, 0.2]), 0.01, np.array([5.0, 3.0]), bumps)
    magnified = Scene(23, [background(motion)]).render((7,))
    same = Scene(23, [background(motion.scaled(7))]).render((1,))
    np.testing.assert_allclose(magnified, same, atol=1e-5)


def test_a_rotation_turns_about_its_centre_the_way_of_the_hands_of_a_clock():
    motion = Motion(np.zeros(2), 0.1, np.array([2.0, 3.0]), NOTHING)
    x, y = motion.on_grid(np.array([2.0, 12.0]), np.array([3.0]))
    np.testing.assert_allclose(x, 0, atol=1e-6)
    np.testing.assert_allclose(y, [[0.0, 1.0]], atol=1e-6)


def test_the_front_layer_hides_the_one_behind():
    scene = Scene(23, [background(shifted(0, 0)), disc(shifted(0, 0))])
    frame = scene.render((0,))[0]
    np.testing.assert_allclose(frame[11, 12], [1, 0, 0], atol=1e-6)


def test_displacement_is_that_of_the_layer_that_is_seen():
    scene = Scene(23, [background(shifted(0.5, 0)), disc(shifted(0, -2.0))])
    displacement = scene.displacement(2)
    np.testing.assert_allclose(displacement[11 - 4, 12], [0, -4])
    np.testing.assert_allclose(displacement[0, 0], [1, 0])
    # Where the disc was, there is background now.
    np.testing.assert_allclose(displacement[14, 12], [1, 0])


def test_nothing_that_a_layer_reaches_is_left_out():
    behind = background(shifted(0, 0))
    moved = Scene(23, [behind, disc(shifted(3.0, 2.0), 3.7)]).render((2,))
    layer = disc(shifted(0, 0))
    there = dataclasses.replace(layer, corner=layer.corner + np.array([6.0, 4.0]))
    np.testing.assert_allclose(
        moved, Scene(23, [behind, there]).render((0,)), atol=1e-6
    )


def test_a_layer_outside_of_the_frame_is_left_out():
    layer = disc(shifted(0, 0), 0.0)
    away = Layer(layer.texels, 0.5, np.array([90.0, 4.0]), layer.motion, 0.0)
    alone = Scene(23, [background(shifted(0, 0))]).render((0,))
    both = Scene(23, [background(shifted(0, 0)), away]).render((0,))
    np.testing.assert_array_equal(alone, both)


def test_light_is_gathered_finer_than_the_finest_texels():
    assert 1 / OVERSAMPLING <= 0.5
