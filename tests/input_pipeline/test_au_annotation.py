import numpy as np
import pytest

from fgrmer_tf.spec import AU_NODES
from input_pipeline.au_annotation import au_row, format_aus, parse_aus


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("L14", (14,)),
        ("1+2", (1, 2)),
        ("R12+15", (12, 15)),
        ("R12 + R15", (12, 15)),
        ("R14A", (14,)),
        ("4(B/C)+7B", (4, 7)),
        ("26+25", (25, 26)),
        ("L12+R12", (12,)),
        ("0", ()),
        ("", None),
    ],
)
def test_published_spellings(text, units):
    assert parse_aus(text) == units


@pytest.mark.parametrize("text", ["?", "4 or 7", "12+", "X14", "123"])
def test_anything_else_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match="not an action unit"):
        parse_aus(text)


@pytest.mark.parametrize("units", [(), (1, 25)])
def test_what_is_written_is_read_back(units):
    assert parse_aus(format_aus(units)) == units


def test_rows_follow_the_node_order():
    row = au_row((7, 12, 4))
    assert [AU_NODES[i] for i in np.flatnonzero(row)] == [4, 12]
    assert set(au_row(None)) == {255}
