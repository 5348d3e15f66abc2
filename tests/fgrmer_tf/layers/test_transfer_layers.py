"""Contract of the layers that TransFER is made of; their values: `test_transfer.py`."""

import numpy as np
import pytest

from fgrmer_tf.layers.class_token import ClassTokenAndPositions
from fgrmer_tf.layers.improved_residual import ImprovedResidualUnit
from fgrmer_tf.layers.local_attention import LocalAttention, MaxOut
from fgrmer_tf.layers.pre_norm_encoder import PreNormEncoderLayer
from tests.support.layer_checks import Case, check_layer


def draw(*shape):
    return np.random.default_rng(7).normal(0, 1, shape).astype(np.float32)


ENCODER = {
    "num_heads": 3,
    "hidden_units": 13,
    "head_drop_rate": 0.7,
    "head_drop": "reference",
    "attention_scale": 0.9,
    "start_deviation": 0.1,
}
CASES = {
    "unit": Case(
        layer=ImprovedResidualUnit,
        arguments={"filters": 5, "strides": 2},
        inputs=(draw(2, 7, 11, 3),),
        output_shapes=((2, 4, 6, 5),),
        random_in_training=True,  # batch statistics
    ),
    "unit without change of channels": Case(
        layer=ImprovedResidualUnit,
        arguments={"filters": 3, "strides": 2},
        inputs=(draw(2, 7, 11, 3),),
        output_shapes=((2, 4, 6, 3),),
        random_in_training=True,
    ),
    "local attention": Case(
        layer=LocalAttention,
        arguments={"reduction": 3, "normalize": False},
        inputs=(draw(2, 5, 7, 11),),
        output_shapes=((2, 5, 7, 1),),
    ),
    "normalized local attention": Case(
        layer=LocalAttention,
        arguments={"reduction": 3, "normalize": True},
        inputs=(draw(2, 5, 7, 11),),
        output_shapes=((2, 5, 7, 1),),
        random_in_training=True,
    ),
    "max out": Case(
        layer=MaxOut,
        arguments={},
        inputs=(draw(2, 5, 7, 3),),
        output_shapes=((2, 5, 7, 1),),
    ),
    "tokens": Case(
        layer=ClassTokenAndPositions,
        arguments={"position_deviation": 0.5},
        inputs=(draw(2, 3, 5, 7),),
        output_shapes=((2, 16, 7),),
    ),
    "encoder": Case(
        layer=PreNormEncoderLayer,
        arguments=ENCODER,
        inputs=(draw(5, 7, 6),),
        output_shapes=((5, 7, 6),),
        random_in_training=True,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_layer_contract(name, tmp_path):
    check_layer(CASES[name], tmp_path)


def test_the_first_token_is_learnt_and_the_rest_run_row_by_row():
    grid = draw(2, 3, 5, 7)
    layer = ClassTokenAndPositions()
    tokens = np.asarray(layer(grid)) - np.asarray(layer.positions)
    first = np.tile(layer.class_token[0], (2, 1))
    np.testing.assert_allclose(tokens[:, 0], first, atol=1e-6)
    np.testing.assert_allclose(tokens[:, 1:], grid.reshape(2, 15, 7), atol=1e-6)


def test_weights_start_with_the_deviation_that_is_asked_for():
    tokens = ClassTokenAndPositions(0.5)
    tokens.build((None, 31, 37, 11))
    encoder = PreNormEncoderLayer(2, 83, 0.0, start_deviation=0.1)
    encoder.build((None, 5, 94))
    wanted = [(tokens.positions, 0.5)]
    for dense in ("qkv", "attention_out", "feed_forward_in", "feed_forward_out"):
        wanted.append((getattr(encoder, dense).kernel, 0.1))
    for variable, deviation in wanted:
        # Keras cuts off at two deviations, which leaves 0.88 of them.
        np.testing.assert_allclose(np.std(variable), 0.88 * deviation, rtol=0.03)


def test_a_dropped_head_adds_nothing():
    tokens = draw(4_001, 3, 6)
    layer = PreNormEncoderLayer(3, 13, head_drop_rate=1.0)
    layer.build(tokens.shape)
    # With the rest of the block switched off, the output shows the heads themselves.
    layer.attention_out.kernel.assign(np.eye(6))
    layer.feed_forward_out.kernel.assign(np.zeros((13, 6)))
    heads = np.asarray(layer(tokens, training=True)) - tokens
    heads = heads.reshape(len(tokens), 3, 3, 2)  # token, head, feature
    silent = (heads == 0).all(axis=(1, 3))
    assert (silent.sum(axis=1) == 1).all()
    np.testing.assert_allclose(silent.mean(axis=0), 1 / 3, atol=0.03)


def test_the_reference_drops_a_token_among_the_first():
    tokens = np.tile(draw(1, 7, 6), (2_003, 1, 1))
    layer = PreNormEncoderLayer(3, 13, head_drop_rate=1.0, head_drop="reference")
    plain = np.asarray(layer(tokens, training=False))
    dropped = np.asarray(layer(tokens, training=True))
    # Every sample is the same, so its output tells which token was dropped.
    kinds = np.unique(np.round(dropped - plain, 5).reshape(len(tokens), -1), axis=0)
    assert len(kinds) == 3


def test_attention_weights_are_those_of_the_call():
    tokens = draw(2, 5, 6)
    layer = PreNormEncoderLayer(3, 13, head_drop_rate=0.5)
    layer.build(tokens.shape)
    layer.qkv.kernel.assign(draw(6, 18))
    weights = np.asarray(layer.attention(tokens))
    assert weights.shape == (2, 3, 5, 5)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    layer.attention_out.kernel.assign(np.eye(6))
    layer.feed_forward_out.kernel.assign(np.zeros((13, 6)))
    values = np.asarray(layer.qkv(layer.attention_norm(tokens)))[..., 12:]
    values = values.reshape(2, 5, 3, 2).transpose(0, 2, 1, 3)
    expected = (weights @ values).transpose(0, 2, 1, 3).reshape(2, 5, 6)
    np.testing.assert_allclose(layer(tokens) - tokens, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ImprovedResidualUnit(0, 1), "filters=0"),
        (lambda: LocalAttention(0, True), "reduction=0"),
        (lambda: LocalAttention(5, True).build((None, 2, 2, 3)), "3, reduction=5"),
        (lambda: PreNormEncoderLayer(0, 5, 0.1), "num_heads=0"),
        (lambda: PreNormEncoderLayer(2, 5, 0.1, attention_scale=0.0), "scale=0.0"),
        (lambda: PreNormEncoderLayer(2, 5, 0.1, head_drop="tokens"), "'tokens'"),
        (lambda: PreNormEncoderLayer(2, 5, 0.1, start_deviation=0.0), "deviation=0.0"),
        (lambda: ClassTokenAndPositions(-0.5), "position_deviation=-0.5"),
        (lambda: PreNormEncoderLayer(2, 5, 0.1).build((None, 3, 5)), "features=5"),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
