import numpy as np
import pytest

from fgrmer_tf.spec import AU_NODES
from input_pipeline.au_annotation import au_row, format_aus, parse_aus, read_aus


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
        ("l14a + r7(C)", (7, 14)),
        ("AU4+AU12", (4, 12)),
        ("4+18+9+25", (4, 9, 18, 25)),
        ("4,7", (4, 7)),
        ("4\N{FULLWIDTH COMMA}7", (4, 7)),
        ("L14 or R14", (14,)),
        ("12.0", (12,)),
        ("0", ()),
        ("", None),
    ],
)
def test_published_spellings(text, units):
    assert parse_aus(text) == units


@pytest.mark.parametrize(
    "text", ["12+", "X14", "123", "14F", "/", "(k)", "4 oder 7", "4(B/C", "12.5", "++"]
)
def test_anything_else_is_refused_with_its_text(text):
    for read in (read_aus, parse_aus):
        with pytest.raises(ValueError, match="is not an action unit") as error:
            read(text)
        assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("text", "left_out", "kept", "uncertain"),
    [
        ("4+7?", (4,), (4, 7), (7,)),
        ("?7+4", (4,), (4, 7), (7,)),
        ("7(?)+4", (4,), (4, 7), (7,)),
        ("AU4(k)+AU7", (7,), (4, 7), (4,)),
        ("4 or 7", None, (4, 7), (4, 7)),
        ("12+4or7", (12,), (4, 7, 12), (4, 7)),
        ("14?", None, (14,), (14,)),
        ("4+R4?", (4,), (4,), ()),
        ("?", None, None, ()),
    ],
)
def test_doubt_is_settled_as_asked_and_recorded(text, left_out, kept, uncertain):
    without, with_ = read_aus(text), read_aus(text, "keep")
    assert (without.units, with_.units) == (left_out, kept)
    assert without.uncertain == with_.uncertain == uncertain
    in_doubt = bool(uncertain) or text == "?"
    assert bool(without.repair) == in_doubt
    if uncertain:
        assert without.repair == "uncertain action units left out"
        assert with_.repair == "uncertain action units counted as present"


@pytest.mark.parametrize("text", ["4+7?", "4 or 7", "?", "AU4(k)"])
def test_a_manifest_may_leave_nothing_open(text):
    with pytest.raises(ValueError, match="without doubt"):
        parse_aus(text)


@pytest.mark.parametrize(
    ("text", "new"), [("4+7?", "4"), ("4 or 7", "not annotated"), ("0", "0")]
)
def test_the_record_says_what_is_used(text, new):
    assert read_aus(text).new == new


@pytest.mark.parametrize("units", [(), (1, 25)])
def test_what_is_written_is_read_back(units):
    assert parse_aus(format_aus(units)) == units


def test_rows_follow_the_node_order():
    row = au_row((7, 12, 4))
    assert [AU_NODES[i] for i in np.flatnonzero(row)] == [4, 12]
    assert set(au_row(None)) == {255}
