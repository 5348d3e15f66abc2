import numpy as np
import pytest

from fgrmer_tf.errors import InputError
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
    table = make_table()
    part = table.rows(np.array([11, 2]))
    assert part.clip.tolist() == [table.clip[11], table.clip[2]]
    np.testing.assert_array_equal(part.patches[1], table.patches[2])
    assert len(part) == 2
