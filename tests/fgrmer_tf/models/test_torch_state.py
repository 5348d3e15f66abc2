import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.torch_state import checked, expected_shapes, num_classes_of
from tests.support.golden_weights import load_reference, reference_state_dict


@pytest.fixture(scope="module")
def golden():
    return reference_state_dict(load_reference())


@pytest.fixture
def state(golden):
    return dict(golden)


def faults(state):
    with pytest.raises(InputError) as error:
        checked(state)
    return [line.strip() for line in str(error.value).splitlines()[1:-1]]


def test_the_shapes_are_those_of_the_published_file(golden):
    shapes = {k: v.shape for k, v in golden.items() if k != "bn1.num_batches_tracked"}
    assert expected_shapes(3) == shapes


def test_the_published_count_of_parameters():
    buffers = 2 * 30
    count = sum(int(np.prod(shape)) for shape in expected_shapes(3).values())
    assert count - buffers == 1_046_669


def test_a_sound_file_passes_as_float32_without_its_counter(state):
    passed = checked(state)
    assert passed.keys() == expected_shapes(3).keys()
    for name, value in passed.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, state[name].astype(np.float32))


def test_the_counter_may_be_absent(state):
    del state["bn1.num_batches_tracked"]
    assert len(checked(state)) == len(expected_shapes(3))


def test_the_number_of_classes_is_the_classifiers(state):
    state["linear5.weight"], state["linear5.bias"] = np.ones((5, 9)), np.ones(5)
    assert num_classes_of(checked(state)) == 5


def test_the_prefix_of_data_parallel_is_dropped(state):
    wrapped = {f"module.{name}": value for name, value in state.items()}
    assert checked(wrapped).keys() == checked(state).keys()


def test_a_prefix_on_some_names_is_a_fault(state):
    state["module.A"] = state.pop("A")
    assert faults(state) == ["missing: A", "not expected: module.A"]


def test_all_faults_are_told_at_once_and_in_order(state):
    del state["linear2.bias"], state["A"]
    state["zeta"] = state["extra"] = np.zeros(2)
    state["linear1.weight"] = state["linear1.weight"].T
    state["bn1.bias"] = np.zeros((30, 1))
    state["gc1_1.weight"] = np.full((40, 80), np.nan)
    state["gc1_2.weight"] = np.full((80, 160), "a")
    assert faults(state) == [
        "missing: A",
        "missing: linear2.bias",
        "not expected: extra",
        "not expected: zeta",
        "wrong shape: bn1.bias must be (30,), is (30, 1)",
        "wrong shape: linear1.weight must be (320, 490), is (490, 320)",
        "not finite numbers: gc1_1.weight",
        "not finite numbers: gc1_2.weight",
    ]


@pytest.mark.parametrize("name", sorted(expected_shapes(3)))
def test_each_tensor_is_needed(state, name):
    del state[name]
    assert faults(state) == [f"missing: {name}"]


@pytest.mark.parametrize("shape", [(3, 8), (1, 9), (9,)])
def test_a_classifier_of_the_wrong_shape_is_refused(state, shape):
    state["linear5.weight"] = np.zeros(shape)
    assert any(line.startswith("wrong shape: linear5.weight") for line in faults(state))


def test_an_empty_state_dict_is_refused():
    assert len(faults({})) == len(expected_shapes(3))


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e300])
def test_numbers_that_float32_cannot_hold_are_refused(state, value):
    state["linear1.bias"] = np.full(320, value)
    assert faults(state) == ["not finite numbers: linear1.bias"]
