import numpy as np
import pytest

from input_pipeline.magnification.frame_size import CropLike, PadFrame, padded_side
from tests.support.layer_checks import Case, check_layer, run


def frames(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    "case",
    [
        Case(
            layer=PadFrame,
            arguments={},
            inputs=(frames(2, 11, 13, 3),),
            output_shapes=((2, 12, 16, 3),),
        ),
        Case(
            layer=CropLike,
            arguments={},
            inputs=(frames(2, 11, 13, 3), frames(2, 5, 7, 1)),
            output_shapes=((2, 5, 7, 3),),
        ),
    ],
    ids=lambda case: case.layer.__name__,
)
def test_it_is_sound(case, tmp_path):
    check_layer(case, tmp_path)


@pytest.mark.parametrize(
    ("side", "padded"), [(1, 8), (7, 8), (8, 8), (9, 12), (12, 12)]
)
def test_sides_grow_to_the_next_multiple(side, padded):
    assert padded_side(side) == padded
    (grown,) = run(PadFrame(), [frames(1, side, side, 3)])
    assert grown.shape == (1, padded, padded, 3)


def test_the_last_row_and_column_repeat():
    x = frames(2, 5, 11, 3)
    (grown,) = run(PadFrame(), [x])
    expected = np.pad(x, ((0, 0), (0, 3), (0, 1), (0, 0)), mode="edge")
    np.testing.assert_array_equal(grown, expected)
    (cropped,) = run(CropLike(), [grown, x])
    np.testing.assert_array_equal(cropped, x)
