import numpy as np
import pytest

from fgrmer_tf.layers.drop_block import DropBlock
from tests.support.layer_checks import Case, check_layer

SIDES = (13, 11)


def draw(rate, block, count=401):
    return np.asarray(
        DropBlock(rate, block)(np.ones((count, *SIDES, 2)), training=True)
    )


def test_layer_contract(tmp_path):
    rng = np.random.default_rng(5)
    case = Case(
        layer=DropBlock,
        arguments={"rate": 0.4, "block_size": 3},
        inputs=(rng.uniform(0.1, 0.9, (5, *SIDES, 2)).astype(np.float32),),
        output_shapes=((5, *SIDES, 2),),
        random_in_training=True,
    )
    check_layer(case, tmp_path)


def test_about_the_asked_share_is_hidden():
    # Blocks overlap, so a little less than asked.
    assert 0.08 < (draw(0.1, 3) == 0).mean() <= 0.101


def test_what_is_hidden_is_whole_blocks():
    hidden = (draw(0.1, 3) == 0)[..., 0]
    shifted = [
        hidden[:, i : SIDES[0] - 2 + i, j : SIDES[1] - 2 + j]
        for i in range(3)
        for j in range(3)
    ]
    whole = np.logical_and.reduce(shifted)
    covered = np.zeros_like(hidden)
    for i in range(3):
        for j in range(3):
            covered[:, i : SIDES[0] - 2 + i, j : SIDES[1] - 2 + j] |= whole
    np.testing.assert_array_equal(covered, hidden)


def test_the_rest_keeps_the_mean():
    np.testing.assert_allclose(draw(0.2, 3).mean(axis=(1, 2)), 1.0, rtol=1e-5)


def test_maps_are_hidden_apart():
    outputs = draw(0.2, 3)
    assert not np.array_equal(outputs[..., 0] == 0, outputs[..., 1] == 0)


@pytest.mark.parametrize("wrong", [{"rate": 1.0}, {"block_size": 0}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match=r"`rate` must be in \[0, 1\).*Received"):
        DropBlock(**({"rate": 0.5, "block_size": 3} | wrong))


def test_a_map_smaller_than_a_block_is_refused():
    with pytest.raises(ValueError, match="Received: 2x7, block_size=3"):
        DropBlock(0.5, 3).build((None, 2, 7, 1))
