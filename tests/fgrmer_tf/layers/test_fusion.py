import keras
import numpy as np
import pytest

from fgrmer_tf.layers.fusion import RegionFusion
from tests.support.layer_checks import Case, check_layer


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("shared", [False, True])
def test_it_is_sound(tmp_path, shared):
    case = Case(
        layer=RegionFusion,
        arguments={"num_brow_nodes": 3},
        inputs=(
            normal(1, 2, 11),
            normal(2, 2, 11),
            normal(3, 1 if shared else 2, 7, 11),
        ),
        batched_inputs=(True, True, not shared),
        output_shapes=((2, 7),),
    )
    check_layer(case, tmp_path)


@pytest.mark.parametrize("rows", [1, 5])
def test_brow_nodes_meet_brow_features_and_mouth_nodes_the_mouth(rows):
    brow, mouth, nodes = normal(1, 5, 11), normal(2, 5, 11), normal(3, rows, 7, 11)
    scores = np.asarray(RegionFusion(3)(brow, mouth, nodes))
    sample_nodes = nodes[4 if rows > 1 else 0]
    expected = [*sample_nodes[:3] @ brow[4], *sample_nodes[3:] @ mouth[4]]
    np.testing.assert_allclose(scores[4], expected, atol=1e-5)


def test_no_brow_nodes_are_refused():
    with pytest.raises(ValueError, match=r"at least 1\. Received: num_brow_nodes=0"):
        RegionFusion(0)


def test_no_mouth_nodes_are_refused():
    features = keras.Input((11,))
    with pytest.raises(ValueError, match=r"the 3 brow nodes\. Received: 3"):
        RegionFusion(3)(features, features, keras.Input((3, 11)))
