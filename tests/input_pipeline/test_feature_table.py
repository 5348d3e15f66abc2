import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.feature_table import COLUMNS
from tests.support.tables import make_table


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"patches": np.zeros((13, 30, 7, 6, 3), np.float32)}, "shape"),
        ({"patches": np.zeros((13, 30, 7, 7, 3))}, "float32"),
        ({"patches": np.full((13, 30, 7, 7, 3), np.nan, np.float32)}, "finite"),
        ({"label": np.zeros(12, np.int64)}, "`label`"),
        ({"label": np.full(13, 3)}, r"\[0, 3\)"),
        ({"label": np.full(13, -1)}, r"\[0, 3\)"),
        ({"subject": np.array(["a"])}, "`subject`"),
        ({"au": np.zeros((13, 9))}, "uint8"),
        ({"au": np.full((13, 9), 2, np.uint8)}, "0, 1 or 255"),
        ({"motion_map": np.zeros((13, 5, 7, 1), np.float32)}, "`motion_map`.*shape"),
        ({"motion_map": np.zeros((11, 5, 7, 3), np.float32)}, "`motion_map`.*shape"),
        ({"motion_map": np.zeros((13, 5, 7, 3))}, "`motion_map`.*float32"),
        ({"motion_map": np.full((13, 5, 7, 3), np.inf, np.float32)}, "_map`.*finite"),
        ({"variants": np.zeros((13, 2, 30, 7, 7, 1), np.float32)}, "`variants`.*shape"),
        ({"variants": np.zeros((11, 2, 30, 7, 7, 3), np.float32)}, "`variants`.*shape"),
        ({"variants": np.zeros((13, 30, 7, 7, 3), np.float32)}, "`variants`.*shape"),
        ({"variants": np.zeros((13, 2, 30, 7, 7, 3))}, "`variants`.*float32"),
        ({"variants": np.full((13, 2, 30, 7, 7, 3), np.nan, np.float32)}, "finite"),
    ],
)
def test_a_broken_rule_is_named(replaced, message):
    with pytest.raises(InputError, match=message):
        make_table(**replaced)


def test_the_first_clip_that_is_not_finite_is_named():
    patches = make_table().patches.copy()
    patches[7, 3, 2, 1, 0] = np.inf
    with pytest.raises(InputError, match=r"row 7 .*EP07"):
        make_table(patches=patches)


def test_rows_keep_columns_together():
    table = make_table(map_size=5, num_variants=2)
    part = table.rows(np.array([11, 2]))
    assert set(COLUMNS) == {*vars(table)} - {"class_names"}
    for name in COLUMNS:
        whole, taken = getattr(table, name), getattr(part, name)
        np.testing.assert_array_equal(taken, whole[[11, 2]], err_msg=name)


def test_maps_and_variants_that_were_not_given_have_every_axis():
    table = make_table(clips=11, channels=1)
    assert table.motion_map.shape == (11, 0, 0, 1)
    assert table.variants.shape == (11, 0, 30, 7, 7, 1)
    assert table.rows(np.array([5])).variants.shape == (1, 0, 30, 7, 7, 1)
