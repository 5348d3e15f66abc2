import keras
import numpy as np
import pytest

from fgrmer_tf.layers.attention import SelfAttention
from tests.support.layer_checks import Case, check_layer

HEADS, KEY, FEATURES = 2, 3, 7


def tokens():
    return np.random.default_rng(3).normal(size=(2, 5, FEATURES)).astype(np.float32)


def test_it_is_sound(tmp_path):
    case = Case(
        layer=SelfAttention,
        arguments={
            "num_heads": HEADS,
            "key_dim": KEY,
            "dropout_rate": 0.2,
        },
        inputs=(tokens(),),
        output_shapes=((2, 5, FEATURES),),
        random_in_training=True,
    )
    check_layer(case, tmp_path)


def twins():
    """Ours, and Keras' own layer with the same weights."""
    ours = SelfAttention(HEADS, KEY, 0.0)
    ours(tokens())
    keras_own = keras.layers.MultiHeadAttention(HEADS, KEY, use_bias=False)
    keras_own(tokens(), tokens())
    projections, output = ours.get_weights()
    keras_own.set_weights(
        [
            *(of.reshape(FEATURES, HEADS, KEY) for of in np.split(projections, 3, 1)),
            output.reshape(HEADS, KEY, FEATURES),
        ]
    )
    return ours, keras_own


def test_it_equals_keras_own_layer():
    ours, keras_own = twins()
    mine, weights = ours(tokens(), return_attention_scores=True)
    its, scores = keras_own(tokens(), tokens(), return_attention_scores=True)
    np.testing.assert_allclose(mine, its, atol=1e-6)
    np.testing.assert_allclose(weights, scores, atol=1e-6)
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1, atol=1e-6)
    assert weights.shape == (2, HEADS, 5, 5)


def test_dropout_acts_on_the_weights_in_training_alone():
    layer = SelfAttention(HEADS, KEY, 0.5)
    still, moving = layer(tokens()), layer(tokens(), training=True)
    np.testing.assert_array_equal(layer(tokens(), training=False), still)
    assert np.abs(np.asarray(still) - np.asarray(moving)).max() > 1e-3
    scores = layer(tokens(), training=True, return_attention_scores=True)[1]
    assert np.asarray(scores).min() > 0  # Before dropout.


@pytest.mark.parametrize("name", ["num_heads", "key_dim"])
def test_a_size_below_1_is_refused(name):
    sizes = {"num_heads": HEADS, "key_dim": KEY, name: 0}
    with pytest.raises(ValueError, match=f"at least 1.*{name}=0"):
        SelfAttention(**sizes, dropout_rate=0.1)


def test_a_rate_outside_0_and_1_is_refused():
    with pytest.raises(ValueError, match=r"in \[0, 1\)"):
        SelfAttention(HEADS, KEY, 1.0)
