import dataclasses

import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import PUBLISHED
from fgrmer_tf.models.import_torch import import_state_dict
from tests.support.golden_weights import load_reference, reference_state_dict


@pytest.fixture(scope="module")
def golden():
    return reference_state_dict(load_reference())


@pytest.fixture
def state(golden):
    return dict(golden)


def logits(model):
    patches = np.random.default_rng(2).normal(size=(2, 30, 7, 7, 1))
    outputs = model({"patches": patches.astype(np.float32)})["logits"]
    return keras.ops.convert_to_numpy(outputs)


def test_settings_are_the_published_ones(state):
    config, model = import_state_dict(state)
    assert config == dataclasses.replace(PUBLISHED.model, channels=1)
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


def test_another_number_of_classes_is_taken_over(state):
    state["linear5.weight"], state["linear5.bias"] = np.ones((5, 9)), np.ones(5)
    config, model = import_state_dict(state)
    assert config.num_classes == 5
    assert logits(model).shape == (2, 5)


def test_a_faulty_state_dict_is_refused(state):
    del state["linear2.bias"]
    with pytest.raises(InputError, match=r"missing: linear2\.bias"):
        import_state_dict(state)


def test_an_adjacency_that_cannot_be_normalised_is_refused(state):
    state["A"] = np.zeros((9, 9))
    with pytest.raises(InputError, match="positive sum"):
        import_state_dict(state)
