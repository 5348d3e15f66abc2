import numpy as np
import pytest

from input_pipeline.magnification.training_data.pipeline import (
    SampleSettings,
    batches,
    sample,
)
from input_pipeline.magnification.training_data.settings import MotionRange, Spoiling

SMALL = SampleSettings(side=20, images=("page", "text"))
PLAIN = Spoiling(clean=1, compressed=0, recoloured=0)


def first_batches(count=2, **kwargs):
    given = {"seed": 3, "batch_size": 3, "identity_factor": 1.0, **kwargs}
    return list(batches(SMALL, **given).take(count).as_numpy_iterator())


def test_a_sample_is_a_function_of_seed_and_number():
    one, same, other, another = (
        sample(SMALL, *key) for key in ((3, 5), (3, 5), (3, 6), (4, 5))
    )
    for name, value in one.items():
        np.testing.assert_array_equal(value, same[name])
    assert (one["frame_a"] != other["frame_a"]).any()
    assert (one["frame_a"] != another["frame_a"]).any()


def test_a_factor_of_one_magnifies_to_frame_b():
    limits = MotionRange(motion=(0.5, 0.5), factor=(1, 1), magnified=1)
    settings = SampleSettings(side=20, motion=limits, spoiling=PLAIN)
    for number in range(5):
        one = sample(settings, 0, number)
        difference = one["frame_b"] / 255 - one["magnified"]
        assert np.abs(difference).max() <= 0.5 / 255 + 1e-6


def test_a_factor_of_two_is_one_more_step_of_the_same_length():
    # A, B and the magnified frame are three steps of one motion.
    limits = MotionRange(motion=(0.3, 0.3), factor=(2, 2), magnified=1)
    settings = SampleSettings(side=20, motion=limits, spoiling=PLAIN)
    steps = []
    for number in range(10):
        one = sample(settings, 0, number)
        first = one["frame_b"] / 255.0 - one["frame_a"] / 255.0
        second = one["magnified"] - one["frame_b"] / 255.0
        steps.append(((first * second).sum(), (first * first).sum()))
    along, length = np.sum(steps, axis=0)
    # Rounding to 256 levels makes the first step look longer.
    assert 0.9 < along / length < 1.05


def test_the_twin_has_the_colours_of_a_and_the_positions_of_b():
    settings = SampleSettings(
        side=20, spoiling=Spoiling(clean=1, compressed=0, recoloured=1)
    )
    plain = SampleSettings(side=20, spoiling=PLAIN)
    for number in range(3):
        one, other = sample(settings, 0, number), sample(plain, 0, number)
        np.testing.assert_array_equal(one["frame_twin"], other["frame_b"])
        assert (one["frame_b"] != other["frame_b"]).any()


def test_batches_are_what_the_network_takes():
    (inputs, magnified), _ = first_batches()
    assert set(inputs) == {"frame_a", "frame_b", "frame_twin", "factor"}
    assert inputs["factor"].shape == (3,)
    for frames in (inputs["frame_a"], magnified):
        assert frames.shape == (3, 20, 20, 3)
        assert frames.dtype == np.float32
        assert -1 <= frames.min() < 0 < frames.max() <= 1
    expected = sample(SMALL, 3, 1)
    np.testing.assert_allclose(
        inputs["frame_a"][1], expected["frame_a"] / 127.5 - 1, atol=1e-6
    )
    np.testing.assert_allclose(magnified[1], expected["magnified"] * 2 - 1, atol=1e-6)


@pytest.mark.parametrize(("identity", "added"), [(1.0, 0.0), (0.0, -1.0)])
def test_the_factor_is_that_of_the_form(identity, added):
    (inputs, _), *_ = first_batches(identity_factor=identity)
    expected = [sample(SMALL, 3, number)["factor"] + added for number in range(3)]
    np.testing.assert_allclose(inputs["factor"], expected, rtol=1e-5)


def test_a_resumed_run_goes_on_and_threads_change_nothing():
    _, (second, truth) = first_batches()
    for kwargs in ({"first": 3}, {"first": 3, "threads": 2}):
        (resumed, same), *_ = first_batches(**kwargs)
        np.testing.assert_array_equal(second["frame_b"], resumed["frame_b"])
        np.testing.assert_array_equal(truth, same)
