import numpy as np
import pytest

from fgrmer_tf.layers.au_embedding import AUEmbedding
from tests.support.layer_checks import Case, check_layer


def test_it_is_sound(tmp_path):
    case = Case(
        layer=AUEmbedding,
        arguments={"num_nodes": 5, "embedding_dim": 7},
        inputs=(np.ones((2, 3), np.float32),),
        output_shapes=((1, 5, 7),),
        batched_outputs=False,
    )
    check_layer(case, tmp_path)


def test_it_returns_its_rows_in_order_whatever_the_input():
    layer = AUEmbedding(5, 7)
    first = np.asarray(layer(np.zeros((2, 3), np.float32)))
    np.testing.assert_array_equal(first[0], layer.get_weights()[0])
    np.testing.assert_array_equal(first, layer(np.ones((11, 3), np.float32)))


def test_it_starts_small():
    layer = AUEmbedding(97, 101)
    layer(np.zeros((1, 1), np.float32))
    (vectors,) = layer.get_weights()
    assert vectors.std() == pytest.approx(0.01, rel=0.05)
    assert vectors.mean() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("name", ["num_nodes", "embedding_dim"])
def test_a_size_below_1_is_refused(name):
    with pytest.raises(ValueError, match=f"at least 1.*{name}=0"):
        AUEmbedding(**{"num_nodes": 5, "embedding_dim": 7, name: 0})
