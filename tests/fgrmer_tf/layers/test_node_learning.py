import keras
import numpy as np
import pytest

from fgrmer_tf.layers.node_learning import LandmarkConvolution, RegionTokens
from tests.support.layer_checks import Case, check_layer


def normal(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_landmark_convolution_is_sound(tmp_path, channels):
    case = Case(
        layer=LandmarkConvolution,
        arguments={"kernel_size": 3},
        inputs=(normal(2, 5, 7, 11, channels),),
        output_shapes=((2, 7, 11, 5),),
    )
    check_layer(case, tmp_path)


def test_landmark_convolution_sums_over_the_patch_and_channels_of_one_landmark():
    batch, landmarks, patch_h, patch_w, channels = 2, 3, 5, 7, 2
    patches = normal(batch, landmarks, patch_h, patch_w, channels)
    layer = LandmarkConvolution(3)
    maps = np.asarray(layer(patches))
    kernel, bias = layer.get_weights()
    kernel = kernel.reshape(3, 3, landmarks, channels)
    bias = bias.reshape(landmarks, channels)
    for landmark, row, column in [(0, 2, 3), (1, 1, 5), (2, 3, 1)]:
        window = patches[1, landmark, row - 1 : row + 2, column - 1 : column + 2, :]
        expected = (window * kernel[:, :, landmark]).sum() + bias[landmark].sum()
        assert maps[1, row, column, landmark] == pytest.approx(expected, abs=1e-5)


def test_landmark_convolution_pads_with_zeros():
    layer = LandmarkConvolution(3)
    layer.build((None, 1, 5, 5, 1))
    layer.set_weights([np.ones((3, 3, 1, 1)), np.zeros(1)])
    maps = np.asarray(layer(np.ones((1, 1, 5, 5, 1), np.float32)))[0, :, :, 0]
    assert maps[0, 0] == 4
    assert maps[0, 2] == 6
    assert maps[2, 2] == 9


def test_landmark_convolution_starts_by_what_it_sums():
    layer = LandmarkConvolution(3)
    layer.build((None, 101, 5, 5, 3))
    for weight in layer.get_weights():
        limit = 1 / np.sqrt(3 * 3 * 3)
        assert np.abs(weight).max() == pytest.approx(limit, rel=0.05)


def test_a_kernel_of_no_size_is_refused():
    with pytest.raises(ValueError, match=r"at least 1\. Received: kernel_size=0"):
        LandmarkConvolution(0)


def test_region_tokens_are_sound(tmp_path):
    case = Case(
        layer=RegionTokens,
        arguments={"sizes": (2, 3)},
        inputs=(normal(2, 7, 11, 5),),
        output_shapes=((2, 2, 77), (2, 3, 77)),
    )
    check_layer(case, tmp_path)


def test_region_tokens_run_over_a_patch_row_by_row():
    maps = normal(2, 3, 5, 7)
    brow, mouth = RegionTokens((4, 3))(maps)
    assert brow.shape[1] == 4
    np.testing.assert_array_equal(brow[1, 2], maps[1, :, :, 2].ravel())
    np.testing.assert_array_equal(mouth[0, 1], maps[0, :, :, 5].ravel())


@pytest.mark.parametrize("sizes", [(), (5,), (0, 5), (-1, 6)])
def test_an_empty_or_lonely_region_is_refused(sizes):
    with pytest.raises(ValueError, match="two or more numbers of at least 1"):
        RegionTokens(sizes)


def test_regions_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="sum to the number of landmarks, 5"):
        RegionTokens((2, 2))(keras.Input((7, 11, 5)))
