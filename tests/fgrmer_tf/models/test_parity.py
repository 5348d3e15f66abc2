"""Every stored intermediate of the published code, run in float64 by PyTorch.

The tolerance of 1e-5 is float32 rounding through the deepest path; values reach 10.
"""

import keras
import numpy as np
import pytest

from fgrmer_tf.models.import_torch import import_state_dict
from tests.support.golden_weights import load_reference, reference_state_dict

LAYERS = {
    "act_normalised_adjacency": "adjacency",
    "act_depth_wise_conv": "landmark_convolution",
    "act_bn1": "landmark_normalization",
    "act_layer_stack_5": "brow_encoder_1",
    "act_layer_stack1_5": "mouth_encoder_1",
    "act_linear3": "brow_features",
    "act_linear4": "mouth_features",
    "act_gc1_1": "graph_convolution_1",
    "act_gc1_2": "graph_convolution_2",
    "act_layer_norm1": "fusion_normalization",
    "log_probs": "logits",
}


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def outputs(reference):
    _, model = import_state_dict(reference_state_dict(reference))
    probe = keras.Model(
        model.inputs,
        {name: model.get_layer(layer).output for name, layer in LAYERS.items()},
    )
    patches = reference["patches"].astype(np.float32)[..., None]
    computed = {
        name: keras.ops.convert_to_numpy(value)
        for name, value in probe([patches], training=False).items()
    }
    computed["log_probs"] = keras.ops.convert_to_numpy(
        keras.ops.log_softmax(computed["log_probs"])
    )
    for name in ("act_depth_wise_conv", "act_bn1"):  # landmarks are last in ours
        computed[name] = computed[name].transpose(0, 3, 1, 2)
    for name in ("act_gc1_1", "act_gc1_2"):  # ours has a batch axis of 1
        computed[name] = computed[name][0]
    return computed


def test_every_stored_array_is_compared(reference):
    stored = {name for name in reference if name.startswith("act_")} | {"log_probs"}
    assert stored == LAYERS.keys()


@pytest.mark.parity
@pytest.mark.parametrize("name", LAYERS)
def test_intermediate_equals_the_published_code(reference, outputs, name):
    assert outputs[name].shape == reference[name].shape
    np.testing.assert_allclose(outputs[name], reference[name], rtol=0, atol=1e-5)
