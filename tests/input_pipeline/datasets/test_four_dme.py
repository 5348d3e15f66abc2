import pytest

from input_pipeline.datasets import four_dme
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = (
    "sub_ID",
    "fold_name",
    "Onset",
    "Apex",
    "Offset",
    "AUs",
    "Emotion",
    "Positive",
    "Negative",
    "Surprise",
    "Repression",
    "Others",
    "eye blink",
)
CLASSES = ("Positive", "Negative", "Surprise", "Repression", "Others")


def row(*marked, apex=11, au="4", **other):
    marks = [other.get(name, int(name in marked)) for name in CLASSES]
    return ["sub3", "clip_02", 7, apex, 23, au, "/".join(marked), *marks, 0]


def load(tmp_path, *rows):
    root = tmp_path / "4dme"
    write_sheet(root / "4DME_Labelling_Micro_release v1.xlsx", COLUMNS, rows)
    clip = root / "gray_micro" / "sub3" / "clip_02"
    touch(clip, *(f"{n:04d}.bmp" for n in (7, 11, 23)))
    return four_dme.load(root)


@pytest.mark.parametrize("label", ["Positive", "Negative", "Surprise"])
def test_the_one_marked_column_is_the_class(tmp_path, label):
    (sample,) = load(tmp_path, row(label)).samples
    assert sample.key == ("4dme", "sub03", "clip_02")
    assert sample.label == label.lower()
    assert sample.apex_path.name == "0011.bmp"
    assert (sample.onset, sample.apex, sample.offset) == (7, 11, 23)
    assert sample.au == (4,)
    assert sample.fps == 60


def test_repression_beside_a_class_does_not_count(tmp_path):
    (sample,) = load(tmp_path, row("Negative", "Repression")).samples
    assert sample.label == "negative"


@pytest.mark.parametrize(
    ("values", "rule", "detail"),
    [
        (row("Negative", "Surprise"), "several labels", "negative and surprise"),
        (row("Others"), "label outside the protocol", "others"),
        (row("Repression"), "label outside the protocol", "repression"),
        (row(Positive="?"), "unreadable label", "'?'"),
        (row("Surprise", apex=29), "apex after offset", "offset 23"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule, detail):
    skip = only_skip(load(tmp_path, values))
    assert skip.rule == rule
    assert detail in skip.detail
    assert (skip.subject, skip.clip) == ("sub03", "clip_02")
