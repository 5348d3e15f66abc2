import numpy as np
import pytest

from input_pipeline.magnification.training_data import photographs
from input_pipeline.magnification.training_data.casting import (
    draw_factor_and_motion,
    draw_motion,
    draw_scene,
)
from input_pipeline.magnification.training_data.settings import (
    MICRO_EXPRESSION,
    PUBLISHED,
    MotionRange,
)

IMAGES = (np.random.default_rng(0).uniform(size=(53, 61, 3)).astype(np.float32),)


@pytest.mark.parametrize("limits", [MICRO_EXPRESSION, PUBLISHED])
def test_factor_and_motion_stay_in_their_ranges(limits):
    rng = np.random.default_rng(5)
    factors, motions = np.array(
        [draw_factor_and_motion(rng, limits) for _ in range(500)]
    ).T
    assert limits.factor[0] <= factors.min() < factors.max() <= limits.factor[1]
    assert limits.motion[0] <= motions.min() < motions.max() <= limits.motion[1]
    assert (factors * motions).max() <= limits.magnified + 1e-9
    assert (factors * motions).max() > 0.9 * limits.magnified


@pytest.mark.parametrize(
    "wrong",
    [
        {"motion": (0.0, 1.0)},
        {"motion": (2.0, 1.0)},
        {"factor": (-1.0, 2.0)},
        {"magnified": 0.05},
    ],
)
def test_impossible_ranges_are_refused(wrong):
    right = {"motion": (0.1, 1.0), "factor": (1.0, 2.0), "magnified": 1.0}
    with pytest.raises(ValueError, match="must"):
        MotionRange(**right | wrong)


def test_the_largest_displacement_is_the_one_asked_for():
    for number in range(20):
        rng = np.random.default_rng(number)
        scene = draw_scene(rng, side=31, images=IMAGES, motion=0.7, magnified=3.0)
        grid = np.arange(0, 31, 2, dtype=np.float32)
        largest = [
            np.linalg.norm(layer.motion.on_grid(grid, grid), axis=0).max()
            for layer in scene.layers
        ]
        assert max(largest) == pytest.approx(0.7, rel=1e-4)
        assert 2 <= len(scene.layers) <= 8


def test_the_bound_of_a_layer_holds_everywhere_in_the_frame():
    fine = np.linspace(-0.5, 30.5, 125, dtype=np.float32)
    for number in range(20):
        rng = np.random.default_rng(number)
        scene = draw_scene(rng, side=31, images=IMAGES, motion=0.7, magnified=3.0)
        for layer in scene.layers:
            reached = np.linalg.norm(layer.motion.on_grid(fine, fine), axis=0).max()
            assert reached <= layer.largest + 1e-6


def test_the_background_covers_every_frame():
    for number in range(20):
        rng = np.random.default_rng(number)
        scene = draw_scene(rng, side=31, images=IMAGES, motion=0.7, magnified=7.0)
        grid = np.arange(-1, 32, dtype=np.float32)
        layer = scene.layers[0]
        for magnification in (0, 1, 10):
            moved = layer.motion.on_grid(grid, grid) * magnification
            assert layer.at(grid, grid, moved)[..., 3].min() > 0.999


def test_a_magnified_motion_does_not_fold():
    grid = np.arange(31, dtype=np.float32)
    for number in range(40):
        motion = draw_motion(np.random.default_rng(number), 31, 5.0)
        field = motion.on_grid(grid, grid)
        slope = max(np.abs(np.diff(field, axis=axis)).max() for axis in (1, 2))
        # A part reaches 1 px; magnified it reaches 5.
        assert slope * 5.0 < 1


def test_no_training_photograph_is_held_out():
    assert not set(photographs.TRAINING) & set(photographs.HELD_OUT)


@pytest.mark.parametrize("names", [photographs.TRAINING, photographs.HELD_OUT])
def test_photographs_load_without_a_network(names):
    for image in photographs.load(names):
        assert image.dtype == np.float32
        assert image.shape[2] == 3
        assert 0 <= image.min() < image.max() <= 1
