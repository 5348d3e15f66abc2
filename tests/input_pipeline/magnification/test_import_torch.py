import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.import_torch import import_state_dict
from tests.support.magnet_reference import load_reference, reference_state_dict


@pytest.fixture(scope="module")
def golden():
    return reference_state_dict(load_reference())


@pytest.fixture
def state(golden):
    return dict(golden)


def test_every_weight_of_the_network_is_assigned(state):
    keras.utils.set_random_seed(1)
    first = import_state_dict(state).model
    keras.utils.set_random_seed(2)
    second = import_state_dict(state).model
    for a, b in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)


def test_a_parallel_prefix_is_dropped(state):
    name = "manipulator.g.conv2d.weight"
    magnet = import_state_dict({f"module.{key}": x for key, x in state.items()})
    kernel = magnet.manipulator.get_layer("motion").convolution.kernel.numpy()
    np.testing.assert_allclose(kernel, state[name].transpose(2, 3, 1, 0), rtol=1e-6)


def test_one_message_names_every_fault(state):
    del state["encoder.cba_1.conv2d.weight"]
    state["encoder.cba_1.conv2d.bias"] = np.zeros(16)
    state["decoder.cba_2.conv2d.weight"] = np.zeros((3, 31, 7, 7))
    state["manipulator.g.conv2d.weight"] = np.full((32, 32, 3, 3), np.nan)
    with pytest.raises(InputError) as caught:
        import_state_dict(state)
    message = str(caught.value)
    assert "4 faults" in message
    assert "missing: encoder.cba_1.conv2d.weight" in message
    assert "not expected: encoder.cba_1.conv2d.bias" in message
    assert "decoder.cba_2.conv2d.weight must be (3, 32, 7, 7), is (3, 31, 7, 7)" in (
        message
    )
    assert "not finite numbers: manipulator.g.conv2d.weight" in message


@pytest.mark.parametrize(
    "values", [np.full((32, 32, 3, 3), 1e39), np.full((32, 32, 3, 3), "a")]
)
def test_what_float32_cannot_hold_is_refused(state, values):
    state["manipulator.g.conv2d.weight"] = values
    with pytest.raises(InputError, match=r"not finite numbers: manipulator\.g"):
        import_state_dict(state)


def test_an_empty_state_dict_is_refused():
    with pytest.raises(InputError, match="42 faults"):
        import_state_dict({})


@pytest.mark.parametrize("shape", [(32, 32, 7, 7), (7, 7, 32, 32)])
def test_the_other_form_is_recognised(state, shape):
    state["manipulator.g.conv2d.weight"] = np.zeros(shape)
    with pytest.raises(InputError, match="official form"):
        import_state_dict(state)
