import keras
import numpy as np
import pytest

from fgrmer_tf.layers.graph_convolution import Adjacency, GraphConvolution
from tests.support.layer_checks import Case, check_layer


def uniform(*shape):
    return np.random.default_rng(3).uniform(0.1, 0.9, shape).astype(np.float32)


@pytest.mark.parametrize("normalization", ["official", "symmetric", "row"])
def test_adjacency_is_sound(tmp_path, normalization):
    case = Case(
        layer=Adjacency,
        arguments={"normalization": normalization, "learned_edges": True},
        inputs=(uniform(2, 5, 7),),
        output_shapes=((5, 5),),
        batched_outputs=False,
    )
    check_layer(case, tmp_path)


def normalized(normalization, raw):
    layer = Adjacency(normalization)
    nodes = np.zeros((1, len(raw), 2), np.float32)
    layer(nodes)
    layer.set_weights([raw])
    return np.asarray(layer(nodes))


def test_official_adjacency_by_hand():
    raw = np.array([[1.0, 3.0], [0.0, 1.0]], np.float32)
    # Row sums 4 and 1: D = diag(1/2, 1); D A^T D.
    expected = [[1 / 4, 0], [3 / 2, 1]]
    np.testing.assert_allclose(normalized("official", raw), expected, atol=1e-6)


def test_row_adjacency_by_hand():
    raw = np.array([[1.0, 3.0], [0.0, 1.0]], np.float32)
    expected = [[1, 0], [3 / 4, 1 / 4]]
    np.testing.assert_allclose(normalized("row", raw), expected, atol=1e-6)


def test_symmetric_adjacency_by_hand():
    raw = np.array([[1.0, 3.0], [0.0, 1.0]], np.float32)
    # S = [[1, 1.5], [1.5, 1]], row sums 2.5.
    expected = [[0.4, 0.6], [0.6, 0.4]]
    np.testing.assert_allclose(normalized("symmetric", raw), expected, atol=1e-6)


def test_normalisations_agree_on_a_symmetric_matrix_but_for_the_row_form():
    raw = uniform(5, 5)
    raw = raw + raw.T
    official = normalized("official", raw)
    np.testing.assert_allclose(official, normalized("symmetric", raw), atol=1e-6)
    np.testing.assert_allclose(official, official.T, atol=1e-6)
    np.testing.assert_allclose(normalized("row", raw).sum(1), np.ones(5), atol=1e-6)


@pytest.mark.parametrize("normalization", ["official", "symmetric", "row"])
def test_it_starts_as_the_identity(normalization):
    layer = Adjacency(normalization)
    np.testing.assert_array_equal(layer(np.zeros((1, 5, 2), np.float32)), np.eye(5))
    assert layer.trainable_weights == []


def test_learned_edges_multiply_and_join_nothing_new():
    raw = np.array([[1.0, 3.0], [0.0, 1.0]], np.float32)
    layer = Adjacency("row", learned_edges=True)
    layer(np.zeros((1, 2, 7), np.float32))
    (edges,) = layer.trainable_weights
    layer.raw.assign(raw)
    np.testing.assert_allclose(
        layer(np.zeros((1, 2, 7), np.float32)), normalized("row", raw), atol=1e-6
    )
    edges.assign(np.log([[1.0, 5.0], [7.0, 1.0]]))
    expected = normalized("row", np.array([[1.0, 15.0], [0.0, 1.0]], np.float32))
    found = layer(np.zeros((1, 2, 7), np.float32))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ValueError, match=r"'official', 'symmetric', 'row'.*'column'"):
        Adjacency("column")


@pytest.mark.parametrize("batch", [1, 2])
def test_graph_convolution_is_sound(tmp_path, batch):
    case = Case(
        layer=GraphConvolution,
        arguments={"units": 11},
        inputs=(uniform(batch, 5, 7) - 0.5, uniform(5, 5)),
        batched_inputs=(True, False),
        output_shapes=((batch, 5, 11),),
    )
    check_layer(case, tmp_path)


def test_graph_convolution_mixes_nodes_and_features():
    nodes, adjacency = uniform(2, 5, 7), uniform(5, 5)
    layer = GraphConvolution(3)
    outputs = np.asarray(layer(nodes, adjacency))
    (kernel,) = layer.get_weights()
    expected = np.einsum("nm,bmi,io->bno", adjacency, nodes, kernel)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_graph_convolution_starts_by_its_output_width():
    layer = GraphConvolution(101)
    layer(np.zeros((1, 5, 97), np.float32), np.eye(5, dtype=np.float32))
    (kernel,) = layer.get_weights()
    assert np.abs(kernel).max() * np.sqrt(101) == pytest.approx(1, abs=1e-2)


def test_no_units_are_refused():
    with pytest.raises(ValueError, match=r"at least 1\. Received: units=0"):
        GraphConvolution(0)


def test_an_adjacency_of_other_nodes_is_refused():
    with pytest.raises(ValueError, match=r"shape \(5, 5\).*Received: \(3, 3\)"):
        GraphConvolution(2)(keras.Input((5, 7)), keras.Input(batch_shape=(3, 3)))
