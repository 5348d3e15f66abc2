import keras
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.layers.dropout import FastDropout
from tests.support.layer_checks import Case, check_layer

ONES = np.ones((53, 47, 101), np.float32)


def test_it_is_sound(tmp_path):
    case = Case(
        layer=FastDropout,
        arguments={"rate": 0.3, "seed": 5},
        inputs=(np.random.default_rng(0).normal(size=(2, 3, 7)).astype(np.float32),),
        output_shapes=((2, 3, 7),),
        random_in_training=True,
    )
    check_layer(case, tmp_path)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_share_of_the_inputs_is_dropped_and_the_mean_stays(rate):
    output = np.asarray(FastDropout(rate, seed=1)(ONES, training=True))
    kept = output != 0
    # 250,000 draws: the share lies within 5 standard deviations, 0.005 at most.
    assert kept.mean() == pytest.approx(1 - rate, abs=0.005)
    np.testing.assert_allclose(output[kept], 1 / (1 - rate), rtol=1e-3)


def test_places_are_dropped_independently():
    kept = (np.asarray(FastDropout(0.5, seed=1)(ONES, training=True)) != 0).ravel()
    # Both halves of a word, neighbouring words, and the same place of two calls.
    half = len(kept) // 2 + 1
    again = FastDropout(0.5, seed=1)
    again(ONES, training=True)
    second = (np.asarray(again(ONES, training=True)) != 0).ravel()
    for other in (np.roll(kept, half), np.roll(kept, 1), second):
        assert np.mean(kept == other) == pytest.approx(0.5, abs=0.005)


def test_an_odd_number_of_inputs_and_none_are_fine():
    layer = FastDropout(0.5)
    assert layer(np.ones((3, 1, 1)), training=True).shape == (3, 1, 1)
    assert layer(np.ones((0, 7)), training=True).shape == (0, 7)


def test_outside_training_and_at_rate_0_nothing_changes():
    for layer, training in ((FastDropout(0.5), False), (FastDropout(0.0), True)):
        np.testing.assert_array_equal(layer(ONES, training=training), ONES)


def test_equal_states_draw_equal_masks():
    layer = FastDropout(0.5, seed=3)
    state = keras.ops.copy(layer.seed_generator.state)
    first = layer(ONES, training=True)
    assert (np.asarray(layer(ONES, training=True)) != np.asarray(first)).any()
    layer.seed_generator.state.assign(state)
    np.testing.assert_array_equal(layer(ONES, training=True), first)


def test_the_gradient_passes_where_the_input_did():
    x = tf.Variable(ONES)
    with tf.GradientTape() as tape:
        output = FastDropout(0.5, seed=2)(x, training=True)
    np.testing.assert_array_equal(tape.gradient(output, x), output)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_outside_0_and_1_is_refused(rate):
    with pytest.raises(ValueError, match=f"in \\[0, 1\\).* rate={rate}"):
        FastDropout(rate)
