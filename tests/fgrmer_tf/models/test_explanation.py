import dataclasses

import keras
import numpy as np
import pytest

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.explanation import explain
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.spec import NUM_AUS, NUM_BROW, NUM_PATCHES

CLIPS, CLASSES = 5, 3


def make(**changes):
    """A model with weights far from their small start, and inputs for it."""
    keras.utils.set_random_seed(3)
    config = dataclasses.replace(ModelConfig(), **changes)
    model = build_fgrmer(**dataclasses.asdict(config))
    random = np.random.default_rng(5)
    for weight in model.trainable_variables:
        weight.assign(random.normal(0, 0.2, weight.shape))
    features = {
        name: random.normal(size=(CLIPS, *tensor.shape[1:])).astype(np.float32)
        for name, tensor in model.input.items()
    }
    return model, features


@pytest.mark.parametrize("direct_head", [True, False])
def test_relevance_and_the_rest_sum_to_the_logits(direct_head):
    model, features = make(direct_head=direct_head)
    found = explain(model, features)
    logits = model.predict(features, verbose=0)["logits"]
    assert found.relevance.shape == (CLIPS, CLASSES, NUM_AUS)
    np.testing.assert_allclose(found.logits, logits, atol=1e-5)
    np.testing.assert_allclose(
        found.relevance.sum(axis=2) + found.rest, logits, atol=1e-5
    )
    # Without a direct head the rest is the bias, the same for every clip.
    bias = np.asarray(model.get_layer("logits").bias)
    assert np.allclose(found.rest, bias, atol=1e-5) != direct_head


def test_relevance_is_what_a_node_changes_when_it_is_taken_out():
    model, features = make()
    found = explain(model, features)
    kernel = model.get_layer("logits").kernel
    changed = np.asarray(kernel).copy()
    changed[4] = 0
    kernel.assign(changed)
    without = model.predict(features, verbose=0)["logits"]
    np.testing.assert_allclose(
        found.logits - without, found.relevance[:, :, 4], atol=1e-5
    )


def test_centred_relevance_leaves_probabilities_alone():
    found = explain(*make())
    centred = found.centred_relevance()
    np.testing.assert_allclose(centred.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(
        np.diff(centred, axis=1), np.diff(found.relevance, axis=1), atol=1e-6
    )


def test_attention_is_that_of_the_last_layer_and_one_where_it_is_even():
    model, features = make(encoder_depth=2)
    found = explain(model, features)
    assert found.attention.shape == (CLIPS, NUM_PATCHES)
    brow, mouth = np.split(found.attention, [NUM_BROW], axis=1)
    np.testing.assert_allclose(brow.mean(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(mouth.mean(axis=1), 1, atol=1e-5)
    assert found.attention.std() > 1e-3
    # Without queries and keys every patch is read alike.
    layer = model.get_layer("mouth_encoder_2").attention
    layer.projections.assign(np.zeros(layer.projections.shape))
    even = explain(model, features).attention
    np.testing.assert_allclose(even[:, NUM_BROW:], 1, atol=1e-5)
    np.testing.assert_allclose(even[:, :NUM_BROW], brow, atol=1e-5)


def test_attention_by_hand():
    model, features = make()
    inner = keras.Model(model.input, model.get_layer("brow_encoder_1").input)
    tokens = inner.predict(features, verbose=0)
    layer = model.get_layer("brow_encoder_1").attention
    query, key, _ = np.split(tokens @ np.asarray(layer.projections), 3, axis=-1)
    received = np.zeros((CLIPS, NUM_BROW))
    for head in range(layer.num_heads):
        of = slice(head * layer.key_dim, (head + 1) * layer.key_dim)
        scores = query[..., of] @ key[..., of].transpose(0, 2, 1) / layer.key_dim**0.5
        weights = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
        # Rows read, columns are read.
        received += weights.sum(axis=1) / layer.num_heads
    found = explain(model, features).attention[:, :NUM_BROW]
    np.testing.assert_allclose(found, received, atol=1e-4)


def test_a_model_without_fusion_is_refused():
    patches = keras.Input((3,), name="patches")
    model = keras.Model(
        {"patches": patches}, {"logits": keras.layers.Dense(2)(patches)}
    )
    with pytest.raises(InputError, match="a model without brow_encoder_1, fusion"):
        explain(model, {"patches": np.zeros((2, 3), np.float32)})
