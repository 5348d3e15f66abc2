import numpy as np
import pytest

from fgrmer_tf.layers.linear_path import LinearPath
from tests.support.layer_checks import Case, check_layer


def values(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("learns", [True, False])
def test_linear_path_is_sound(tmp_path, learns):
    case = Case(
        layer=LinearPath,
        arguments={"units": 3, "learns": learns},
        inputs=(values(2, 7),),
        output_shapes=((2, 3),),
    )
    check_layer(case, tmp_path)


def test_it_says_nothing_before_it_is_set():
    np.testing.assert_array_equal(LinearPath(3, True)(values(2, 7)), np.zeros((2, 3)))


def test_by_hand():
    layer = LinearPath(2, False)
    layer(np.zeros((1, 2), np.float32))
    layer.mean.assign([1.0, 2.0])
    layer.scale.assign([10.0, 0.0])
    layer.kernel.assign([[1.0, -1.0], [5.0, 7.0]])
    layer.bias.assign([0.5, 0.25])
    found = layer(np.array([[3.0, 100.0]], np.float32))
    np.testing.assert_allclose(found, [[20.5, -19.75]])


@pytest.mark.parametrize(("learns", "names"), [(True, ["kernel", "bias"]), (False, [])])
def test_statistics_are_never_trained(learns, names):
    layer = LinearPath(3, learns)
    layer(values(2, 7))
    assert [weight.name for weight in layer.trainable_weights] == names


def test_no_class_is_refused():
    with pytest.raises(ValueError, match="Received: units=0"):
        LinearPath(0, True)
