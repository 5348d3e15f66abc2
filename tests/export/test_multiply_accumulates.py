import keras
import pytest

from export.multiply_accumulates import multiply_accumulates
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.transfer_experiments import TRANSFER_IR50


def model_of(layer, *shape):
    image = keras.Input(shape, name="image")
    return keras.Model({"image": image}, layer(image))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (keras.layers.Conv2D(7, 3, padding="same"), (11, 13, 5), 11 * 13 * 7 * 9 * 5),
        (keras.layers.DepthwiseConv2D(3), (11, 13, 5), 9 * 11 * 5 * 9),
        (keras.layers.Dense(7), (3, 5), 3 * 5 * 7),
        (keras.layers.ReLU(), (3, 5), 0),
    ],
)
def test_known_layers(layer, shape, expected):
    assert multiply_accumulates(model_of(layer, *shape)) == expected


def test_the_published_network():
    # Convolutions, dense layers and attention products, counted by hooks on the
    # authors' code: 5,508,126,848 + 9,295,631,616 + 476,884,992.
    assert multiply_accumulates(build_transfer(TRANSFER_IR50)) == 15_280_643_456


def test_a_size_that_is_not_known_is_refused():
    tokens = keras.Input((None, 5), name="tokens")
    product = keras.ops.matmul(tokens, keras.ops.transpose(tokens, (0, 2, 1)))
    model = keras.Model({"tokens": tokens}, product)
    with pytest.raises(ValueError, match="known before it runs"):
        multiply_accumulates(model)


def test_an_einsum_is_refused():
    tokens = keras.Input((3, 5), name="tokens")
    product = keras.ops.einsum("bij,bkj->bik", tokens, tokens)
    with pytest.raises(ValueError, match="einsum is not counted"):
        multiply_accumulates(keras.Model({"tokens": tokens}, product))
