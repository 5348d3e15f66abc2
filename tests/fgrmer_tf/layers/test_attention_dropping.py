import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.layers.attention_dropping import AttentionDropping
from tests.support.layer_checks import Case, check_layer

BATCH, SIDE, MAPS = 20_011, 3, 5


def dropped_slices(outputs):
    """Whether each slice along the last axis is all zero, `(batch, slices)`."""
    return (np.asarray(outputs) == 0).all(axis=(1, 2))


@pytest.fixture(scope="module")
def maps():
    rng = np.random.default_rng(2)
    return rng.uniform(0.1, 0.9, (BATCH, SIDE, 2, MAPS)).astype(np.float32)


def test_layer_contract(tmp_path):
    inputs = np.random.default_rng(3).uniform(0.1, 0.9, (7, 3, 5)).astype(np.float32)
    case = Case(
        layer=AttentionDropping,
        arguments={"rate": 0.7, "axis": -1, "among": 4},
        inputs=(inputs,),
        output_shapes=((7, 3, 5),),
        random_in_training=True,
    )
    check_layer(case, tmp_path)


@pytest.mark.parametrize("rate", [0.3, 0.6])
def test_hits_are_as_frequent_as_asked_and_take_exactly_one_slice(maps, rate):
    dropped = dropped_slices(AttentionDropping(rate, axis=-1)(maps, training=True))
    assert set(dropped.sum(axis=1)) == {0, 1}
    assert dropped.any(axis=1).mean() == pytest.approx(rate, abs=0.01)
    np.testing.assert_allclose(dropped.mean(axis=0), rate / MAPS, atol=0.01)


def test_what_is_kept_is_not_rescaled(maps):
    outputs = np.asarray(AttentionDropping(0.6, axis=-1)(maps, training=True))
    np.testing.assert_array_equal(outputs[outputs != 0], maps[outputs != 0])


def test_nothing_is_dropped_at_inference(maps):
    outputs = AttentionDropping(0.6, axis=-1)(maps[:7], training=False)
    np.testing.assert_array_equal(outputs, maps[:7])


def test_draws_differ_from_call_to_call(maps):
    layer = AttentionDropping(0.6, axis=-1)
    first, second = (layer(maps[:101], training=True) for _ in range(2))
    assert not np.array_equal(first, second)


def test_no_gradient_through_a_dropped_slice(maps):
    inputs = tf.constant(maps[:211])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = AttentionDropping(0.6, axis=-1)(inputs, training=True)
        loss = tf.reduce_sum(outputs)
    gradient = np.asarray(tape.gradient(loss, inputs))
    dropped = dropped_slices(outputs)
    assert dropped.any()
    assert not (~dropped).all()
    np.testing.assert_array_equal(dropped_slices(gradient), dropped)


def test_another_axis_and_only_the_first_slices():
    inputs = np.ones((5_003, 7, 2), np.float32)
    outputs = np.asarray(AttentionDropping(1.0, axis=1, among=3)(inputs, training=True))
    dropped = (outputs == 0).all(axis=2)
    assert (dropped.sum(axis=1) == 1).all()
    np.testing.assert_allclose(dropped[:, :3].mean(axis=0), 1 / 3, atol=0.03)
    assert not dropped[:, 3:].any()


@pytest.mark.parametrize("wrong", [{"rate": 1.1}, {"axis": 0}, {"among": 0}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must be in \[0, 1\].*Received"):
        AttentionDropping(**({"rate": 0.5, "axis": 1} | wrong))


@pytest.mark.parametrize(("slices", "among"), [(1, None), (2, 3)])
def test_a_hit_must_leave_something(slices, among):
    with pytest.raises(ValueError, match=f"Received: {slices} along axis 1"):
        AttentionDropping(0.5, axis=1, among=among).build((None, slices))


def test_one_slice_without_dropping_is_allowed():
    inputs = np.ones((3, 1), np.float32)
    outputs = AttentionDropping(0.0, axis=1)(inputs, training=True)
    np.testing.assert_array_equal(outputs, inputs)
