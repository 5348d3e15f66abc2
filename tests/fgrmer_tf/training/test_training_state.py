import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.training.training_state import KeepState

X = np.random.default_rng(3).normal(size=(13, 5)).astype(np.float32)
Y = X[:, :1] * 2


def make(units=7):
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(units), keras.layers.Dropout(0.5)]
    )
    model.add(keras.layers.Dense(1))
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def fit(model, keep, epochs):
    done = keep.restore(model)
    model.fit(
        X, Y, epochs=epochs, initial_epoch=done, verbose=0, shuffle=False,
        callbacks=[keep],
    )  # fmt: skip
    return model


def test_a_fit_that_was_stopped_ends_as_one_that_was_not(tmp_path):
    whole = KeepState(tmp_path / "whole.npz")
    expected = fit(make(), whole, 5)
    fit(make(), KeepState(tmp_path / "a.npz"), 2)
    rest = KeepState(tmp_path / "a.npz")
    found = fit(make(), rest, 5)
    for one, other in zip(found.variables, expected.variables, strict=True):
        np.testing.assert_array_equal(one, other)
    assert rest.loss == whole.loss
    assert len(rest.loss) == 5


def test_there_may_be_no_state(tmp_path):
    assert KeepState(tmp_path / "a.npz").restore(make()) == 0


@pytest.mark.parametrize("damage", ["another model", "no file"])
def test_another_state_is_refused(tmp_path, damage):
    path = tmp_path / "a.npz"
    fit(make(units=11), KeepState(path), 1)
    if damage == "no file":
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="Delete it to begin again"):
        KeepState(path).restore(make())
