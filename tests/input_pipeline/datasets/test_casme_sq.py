import pandas as pd
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import casme_sq
from tests.support.excel97 import write_xls
from tests.support.native_folder import only_skip, touch

NAME = "CAS(ME)^2code_final"
RULES = {
    "naming rule1": [["s15", "15", 1], ["s16", "16", 2]],
    "naming rule2": [["0101", "disgust1"], [503, "happy3"]],
}
FRAMES = ("img046.jpg", "img059.jpg", "img086.jpg")
VIDEO = "rawpic/s15/15_0101disgustingteeth"


def row(onset=46, apex=59, offset=86, **other):
    return [
        other.get("subject", 1),
        other.get("video", "disgust1_1"),
        onset,
        apex,
        offset,
        "4+7",
        other.get("emotion", "negative"),
        other.get("type", "micro-expression"),
        "disgust",
    ]


def write(root, *rows, rules=RULES, suffix=".xls"):
    sheets = {"CASFEcode_final": list(rows), **rules}
    root.mkdir(exist_ok=True)
    if suffix == ".xls":
        write_xls(root / f"{NAME}.xls", sheets)
    elif suffix == ".csv":
        for title, table in sheets.items():
            name = NAME if title == "CASFEcode_final" else f"{NAME}-{title}"
            pd.DataFrame(table).to_csv(root / f"{name}.csv", index=False, header=False)
    return root


def load(tmp_path, *rows, frames=VIDEO, **options):
    root = write(tmp_path / "sq", *rows, **options)
    touch(root / frames, *FRAMES)
    return casme_sq.load(root)


@pytest.mark.parametrize("suffix", [".xls", ".csv"])
@pytest.mark.parametrize(
    "frames",
    [VIDEO, "selectedpic/s15/disgust1_1", "cropped/15/disgust1_1"],
)
def test_a_row_becomes_a_sample(tmp_path, suffix, frames):
    (sample,) = load(tmp_path, row(), suffix=suffix, frames=frames).samples
    assert sample.key == ("casme-sq", "s15", "disgust1_1")
    assert sample.label == "negative"
    assert (sample.onset, sample.apex, sample.offset) == (46, 59, 86)
    assert sample.apex_path.name == "img059.jpg"
    assert sample.au == (4, 7)
    assert sample.fps == 30


def test_an_offset_of_0_becomes_the_apex_and_is_a_repair(tmp_path):
    manifest = load(tmp_path, row(offset=0))
    assert manifest.samples[0].offset == 59
    (repair,) = manifest.repairs
    assert (repair.rule, repair.row) == ("offset set to the apex", 1)
    assert (repair.old, repair.new) == ("0", "59")


@pytest.mark.parametrize(
    ("values", "rule", "detail"),
    [
        ({"type": "macro-expression"}, "not a micro-expression", "macro"),
        ({"subject": 9}, "unreadable subject", "'9' is not in naming rule1"),
        ({"video": "anger7_1"}, "unknown video", "'anger7' is not in naming rule2"),
        ({"video": "happy3_1"}, "missing clip folder", "15_0503"),
        ({"apex": 60}, "missing frame", "apex frame 60"),
        ({"offset": 58}, "apex after offset", "offset 58"),
        ({"emotion": "others"}, "label outside the protocol", "others"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule, detail):
    manifest = load(tmp_path, row(), row(**{"video": "disgust1_2", **values}))
    assert [sample.clip for sample in manifest.samples] == ["disgust1_1"]
    (skip,) = manifest.skipped
    assert (skip.rule, skip.row) == (rule, 2)
    assert detail in skip.detail


def test_rows_above_the_first_clip_are_a_repair(tmp_path):
    titles = ["Subject", "Video", "Onset", "Apex", "Offset", "AU"]
    manifest = load(tmp_path, titles, row())
    assert len(manifest.samples) == 1
    (repair,) = manifest.repairs
    assert (repair.rule, repair.old) == ("header row moved", "no header")
    assert repair.new == "rows start at row 2"


def test_columns_in_another_order_are_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"no clip rows: .* subject, filename, onset"):
        load(tmp_path, ["disgust1_1", 1, "a", 46])


def test_a_missing_naming_rule_is_named(tmp_path):
    rules = {"naming rule1": RULES["naming rule1"]}
    with pytest.raises(InputError, match=r"Missing: naming rule2\. Found: CASFE"):
        load(tmp_path, row(), rules=rules)


def test_one_skip_of_an_unreadable_name(tmp_path):
    skip = only_skip(load(tmp_path, row(apex="/")))
    assert skip.rule == "no apex annotated"
