import keras
import numpy as np
import pytest

from input_pipeline.magnification.blocks import (
    PaddedConv2D,
    ResidualBlock,
    ScaledMotion,
)
from tests.support.layer_checks import Case, check_layer, run


def features(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    "case",
    [
        Case(
            layer=PaddedConv2D,
            arguments={
                "filters": 5,
                "kernel_size": 7,
                "strides": 2,
                "padding": "same",
                "activation": "relu",
            },
            inputs=(features(2, 11, 13, 3),),
            output_shapes=((2, 6, 7, 5),),
        ),
        Case(
            layer=ResidualBlock,
            arguments={"filters": 3},
            inputs=(features(2, 5, 7, 3),),
            output_shapes=((2, 5, 7, 3),),
        ),
        Case(
            layer=ScaledMotion,
            arguments={"identity_factor": 0.5},
            inputs=(features(2, 5, 7, 3), features(2)),
            output_shapes=((2, 5, 7, 3),),
        ),
    ],
    ids=lambda case: case.layer.__name__,
)
def test_it_is_sound(case, tmp_path):
    check_layer(case, tmp_path)


@pytest.mark.parametrize("kernel_size", [3, 7])
def test_reflection_leaves_out_the_border(kernel_size):
    layer, x = PaddedConv2D(5, kernel_size), features(2, 7, 11, 3)
    (computed,) = run(layer, [x])
    radius = kernel_size // 2
    ring = ((0, 0), (radius, radius), (radius, radius), (0, 0))
    kernel = keras.ops.convert_to_numpy(layer.convolution.kernel)
    padded = np.pad(x, ring, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (kernel_size, kernel_size), axis=(1, 2)
    )
    expected = np.einsum("byxcij,ijcf->byxf", windows, kernel)
    np.testing.assert_allclose(computed, expected, atol=1e-6)


@pytest.mark.parametrize(("padding", "shift"), [("reflect", -1), ("same", 0)])
def test_halving_starts_where_the_published_codes_do(padding, shift):
    layer = PaddedConv2D(1, 3, strides=2, padding=padding)
    x = np.zeros((1, 12, 12, 1), np.float32)
    x[0, 4, 4] = 1
    layer(x)
    layer.convolution.kernel.assign(np.arange(9).reshape(3, 3, 1, 1))
    (computed,) = run(layer, [x])
    # The kernel of result 2 covers pixels 4 + shift to 6 + shift.
    assert computed[0, 2, 2, 0] == (0 - shift) * 3 - shift


def test_a_block_adds_to_its_input_without_a_final_relu():
    block, x = ResidualBlock(3), features(2, 5, 7, 3)
    (computed,) = run(block, [x])
    (inner,) = run(block.first, [x])
    (change,) = run(block.second, [inner])
    assert inner.min() == 0
    assert change.min() < 0
    np.testing.assert_array_equal(computed, x + change)


def test_each_sample_has_its_own_factor():
    x = features(2, 5, 7, 3)
    (computed,) = run(ScaledMotion(1.0), [x, np.array([1.0, 3.5], np.float32)])
    np.testing.assert_array_equal(computed, np.stack([0 * x[0], 2.5 * x[1]]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0, "kernel_size": 3}, "filters=0"),
        ({"filters": 2, "kernel_size": 4}, "kernel_size=4"),
        ({"filters": 2, "kernel_size": 3, "strides": 3}, "strides=3"),
        ({"filters": 2, "kernel_size": 3, "padding": "valid"}, "padding='valid'"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PaddedConv2D(**arguments)
