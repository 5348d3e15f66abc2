import keras
import numpy as np
import pytest

from fgrmer_tf.layers.encoder import EncoderLayer
from tests.support.layer_checks import Case, check_layer, run

ARGUMENTS = {
    "num_heads": 2,
    "key_dim": 3,
    "hidden_units": 11,
    "dropout_rate": 0.3,
    "attention_dropout_rate": 0.2,
}


def tokens():
    return np.random.default_rng(3).normal(size=(2, 5, 7)).astype(np.float32)


def test_it_is_sound(tmp_path):
    case = Case(
        layer=EncoderLayer,
        arguments=ARGUMENTS,
        inputs=(tokens(),),
        output_shapes=((2, 5, 7),),
        random_in_training=True,
    )
    check_layer(case, tmp_path)


@pytest.mark.parametrize("rate", ["dropout_rate", "attention_dropout_rate"])
def test_each_dropout_acts_in_training_by_itself(rate):
    rates = dict.fromkeys(("dropout_rate", "attention_dropout_rate"), 0.0)
    still = EncoderLayer(**{**ARGUMENTS, **rates})
    (a,), (b,) = run(still, [tokens()]), run(still, [tokens()], training=True)
    np.testing.assert_allclose(a, b, atol=1e-6)
    moving = EncoderLayer(**{**ARGUMENTS, **rates, rate: 0.5})
    (a,), (b,) = run(moving, [tokens()]), run(moving, [tokens()], training=True)
    assert np.abs(a - b).max() > 1e-3


@pytest.mark.parametrize("silent", ["attention", "feed_forward_out"])
def test_dropout_comes_before_both_additions(silent):
    layer = EncoderLayer(**{**ARGUMENTS, "attention_dropout_rate": 0.0})
    layer(tokens())
    for weight in getattr(layer, silent).weights:
        weight.assign(np.zeros(weight.shape))
    (a,), (b,) = run(layer, [tokens()]), run(layer, [tokens()], training=True)
    assert np.abs(a - b).max() > 1e-3


def normalize(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6)


def test_it_computes_the_published_formula():
    x = tokens().astype(np.float64)
    layer = EncoderLayer(**ARGUMENTS)
    (ours,) = run(layer, [tokens()])

    attention = layer.attention
    heads = (ARGUMENTS["num_heads"], ARGUMENTS["key_dim"])
    projections, output = attention.get_weights()
    q, k, v = (
        np.einsum("btf,fhd->bhtd", x, kernel.reshape(-1, *heads))
        for kernel in np.split(projections, 3, axis=1)
    )
    scores = np.exp(q @ k.transpose(0, 1, 3, 2) / np.sqrt(ARGUMENTS["key_dim"]))
    mixed = scores / scores.sum(-1, keepdims=True) @ v
    output = output.reshape(*heads, -1)
    x = normalize(x + np.einsum("bhtd,hdf->btf", mixed, output))
    (w1, b1), (w2, b2) = (
        layer.feed_forward_in.get_weights(),
        layer.feed_forward_out.get_weights(),
    )
    x = normalize(x + np.maximum(x @ w1 + b1, 0) @ w2 + b2)
    np.testing.assert_allclose(ours, x, atol=1e-5)


def test_rows_of_tokens_are_interchangeable():
    layer = EncoderLayer(**ARGUMENTS)
    order = [3, 1, 4, 0, 2]
    (straight,), (shuffled,) = run(layer, [tokens()]), run(layer, [tokens()[:, order]])
    np.testing.assert_allclose(straight[:, order], shuffled, atol=1e-5)


def test_weights_start_as_in_pytorch():
    layer = EncoderLayer(8, 16, 128, 0.5, 0.1)
    layer(np.zeros((1, 2, 49), np.float32))
    attention = layer.attention
    kernels = {
        "projections": (attention.projections, 49),
        "output": (attention.output_kernel, 8 * 16),
        "in": (layer.feed_forward_in.kernel, 49),
        "out": (layer.feed_forward_out.kernel, 128),
        "in bias": (layer.feed_forward_in.bias, 49),
        "out bias": (layer.feed_forward_out.bias, 128),
    }
    firsts = set()
    for name, (variable, fan_in) in kernels.items():
        values = np.asarray(variable.value) * np.sqrt(fan_in)
        assert 0.85 < np.abs(values).max() <= 1, name
        firsts.add(float(values.flat[0]))
    assert len(firsts) == len(kernels)
    assert len(attention.weights) == 2  # No biases.


@pytest.mark.parametrize("name", ["num_heads", "key_dim", "hidden_units"])
def test_a_size_below_1_is_refused(name):
    with pytest.raises(ValueError, match=f"at least 1.*{name}=0"):
        EncoderLayer(**{**ARGUMENTS, name: 0})


@pytest.mark.parametrize("name", ["dropout_rate", "attention_dropout_rate"])
@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_outside_0_and_1_is_refused(name, rate):
    with pytest.raises(ValueError, match=f"in \\[0, 1\\).* {name}={rate}"):
        EncoderLayer(**{**ARGUMENTS, name: rate})


def test_a_seed_fixes_the_first_weights():
    firsts = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        layer = EncoderLayer(**ARGUMENTS)
        layer(tokens())
        firsts.append(layer.get_weights())
    for a, b in zip(*firsts, strict=True):
        np.testing.assert_array_equal(a, b)
