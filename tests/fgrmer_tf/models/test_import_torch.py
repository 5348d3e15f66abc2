import keras
import numpy as np
import pytest

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.import_torch import expected_shapes, import_state_dict
from tests.support.golden_weights import load_reference, reference_state_dict


@pytest.fixture(scope="module")
def golden():
    return reference_state_dict(load_reference())


@pytest.fixture
def state(golden):
    return dict(golden)


def logits(model):
    patches = np.random.default_rng(2).normal(size=(2, 30, 7, 7, 1))
    return np.asarray(model({"patches": patches.astype(np.float32)})["logits"])


def faults(state):
    with pytest.raises(InputError) as error:
        import_state_dict(state)
    return [x.strip() for x in str(error.value).splitlines()[1:-1]]


def test_the_shapes_are_those_of_the_published_file(golden):
    shapes = {k: v.shape for k, v in golden.items() if k != "bn1.num_batches_tracked"}
    assert expected_shapes(3) == shapes


def test_the_published_count_of_parameters():
    buffers = 2 * 30
    count = sum(int(np.prod(shape)) for shape in expected_shapes(3).values())
    assert count - buffers == 1_046_669


def test_settings_are_the_published_ones(state):
    config, model = import_state_dict(state)
    assert config == ModelConfig(channels=1, au_embedding="learned")
    assert [x.name for x in model.inputs] == ["patches"]


def test_every_weight_of_the_model_is_assigned(state):
    keras.utils.set_random_seed(1)
    _, first = import_state_dict(state)
    keras.utils.set_random_seed(2)
    _, second = import_state_dict(state)
    for a, b in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)


@pytest.mark.parametrize("stack", ["layer_stack", "layer_stack1"])
def test_of_six_encoder_layers_the_last_counts(state, stack):
    before = logits(import_state_dict(state)[1])
    for index in range(5):
        state[f"{stack}.{index}.pos_ffn.w_1.weight"] = np.ones((128, 49))
    np.testing.assert_array_equal(before, logits(import_state_dict(state)[1]))
    state[f"{stack}.5.pos_ffn.w_1.weight"] = np.ones((128, 49))
    assert np.abs(before - logits(import_state_dict(state)[1])).max() > 1e-3


def test_the_number_of_classes_is_the_classifiers(state):
    state["linear5.weight"], state["linear5.bias"] = np.ones((5, 9)), np.ones(5)
    config, model = import_state_dict(state)
    assert config.num_classes == 5
    assert logits(model).shape == (2, 5)


def test_the_prefix_of_data_parallel_is_dropped(state):
    wrapped = {f"module.{name}": value for name, value in state.items()}
    np.testing.assert_array_equal(
        logits(import_state_dict(wrapped)[1]), logits(import_state_dict(state)[1])
    )


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
    assert any(x.startswith("wrong shape: linear5.weight") for x in faults(state))


def test_an_empty_state_dict_is_refused():
    assert len(faults({})) == len(expected_shapes(3))


def test_numbers_too_large_for_float32_are_refused(state):
    state["linear1.bias"] = np.full(320, 1e300)
    assert faults(state) == ["not finite numbers: linear1.bias"]


def test_an_adjacency_that_cannot_be_normalised_is_refused(state):
    state["A"] = np.zeros((9, 9))
    with pytest.raises(InputError, match="positive sum"):
        import_state_dict(state)
