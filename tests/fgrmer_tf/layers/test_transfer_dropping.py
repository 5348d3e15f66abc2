"""Multi-Attention Dropping and its self-attention form, where the network has them."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.layers.pre_norm_encoder import PreNormEncoderLayer
from fgrmer_tf.models.transfer import MAP_DROPPING, MAX_OUT, build_transfer
from fgrmer_tf.transfer_experiments import TRANSFER_TINY

SAMPLES, TOKENS, HEADS, WIDTH = 20_011, 2, 3, 2


def encoder(rate):
    """A block whose output shows its heads: the rest of it is switched off."""
    layer = PreNormEncoderLayer(HEADS, 5, head_drop_rate=rate)
    layer.build((None, TOKENS, HEADS * WIDTH))
    layer.attention_out.kernel.assign(np.eye(HEADS * WIDTH))
    layer.feed_forward_out.kernel.assign(np.zeros((5, HEADS * WIDTH)))
    return layer


def tokens(count):
    shape = (count, TOKENS, HEADS * WIDTH)
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


def silent_heads(layer, given, training):
    heads = np.asarray(layer(given, training=training)) - given
    heads = heads.reshape(len(given), TOKENS, HEADS, WIDTH)
    return (heads == 0).all(axis=(1, 3))


def test_heads_are_hit_as_often_as_published_and_one_at_a_time():
    silent = silent_heads(encoder(0.3), tokens(SAMPLES), training=True)
    assert set(silent.sum(axis=1)) == {0, 1}
    assert silent.any(axis=1).mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_allclose(silent.mean(axis=0), 0.3 / HEADS, atol=0.01)


def test_no_head_is_dropped_at_inference():
    assert not silent_heads(encoder(0.3), tokens(211), training=False).any()


def test_blocks_draw_by_themselves():
    first, second = (
        silent_heads(encoder(0.3), tokens(SAMPLES), training=True) for _ in range(2)
    )
    both = (first.any(axis=1) & second.any(axis=1)).mean()
    assert both == pytest.approx(0.09, abs=0.01)


def test_no_gradient_reaches_the_values_of_a_dropped_head():
    layer, given = encoder(1.0), tokens(1)
    with tf.GradientTape() as tape:
        outputs = layer(given, training=True)
        loss = tf.reduce_sum(outputs**2)
    gradient = np.asarray(tape.gradient(loss, layer.qkv.kernel))
    heads = (np.asarray(outputs) - given).reshape(1, TOKENS, HEADS, WIDTH)
    silent = (heads == 0).all(axis=(1, 3))[0]
    assert silent.sum() == 1
    values = gradient.reshape(-1, 3, HEADS, WIDTH)[:, 2]
    np.testing.assert_array_equal((values == 0).all(axis=(0, 2)), silent)


@pytest.fixture(scope="module")
def maps_and_maximum():
    """The network from its maps to their maximum."""
    config = dataclasses.replace(TRANSFER_TINY, local_attentions=3)
    model = build_transfer(config)
    maps = keras.Input((2, 3, 3))
    kept = model.get_layer(MAP_DROPPING)(maps)
    return keras.Model(maps, [kept, model.get_layer(MAX_OUT)(kept)])


def test_maps_are_hit_as_often_as_published_and_one_at_a_time(maps_and_maximum):
    rng = np.random.default_rng(5)
    maps = rng.uniform(0.1, 0.9, (SAMPLES, 2, 3, 3)).astype(np.float32)
    kept, largest = (np.asarray(x) for x in maps_and_maximum(maps, training=True))
    silent = (kept == 0).all(axis=(1, 2))
    assert set(silent.sum(axis=1)) == {0, 1}
    assert silent.any(axis=1).mean() == pytest.approx(0.6, abs=0.01)
    # A map that is dropped loses the maximum everywhere; the others keep theirs.
    np.testing.assert_array_equal(largest[..., 0], kept.max(axis=-1))
    assert (largest > 0).all()


def test_no_map_is_dropped_at_inference(maps_and_maximum):
    maps = np.random.default_rng(5).uniform(0.1, 0.9, (211, 2, 3, 3)).astype("f4")
    kept, _ = maps_and_maximum(maps, training=False)
    np.testing.assert_array_equal(kept, maps)


def test_no_gradient_reaches_a_dropped_map(maps_and_maximum):
    rng = np.random.default_rng(5)
    maps = tf.constant(rng.uniform(0.1, 0.9, (211, 2, 3, 3)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        kept, largest = maps_and_maximum(maps, training=True)
        loss = tf.reduce_sum(largest)
    gradient = np.asarray(tape.gradient(loss, maps))
    silent = (np.asarray(kept) == 0).all(axis=(1, 2))
    assert silent.any()
    assert (gradient.transpose(0, 3, 1, 2)[silent] == 0).all()
    # Every place still has one map that learns.
    np.testing.assert_array_equal(gradient.sum(axis=-1), 1)
