import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import casme3
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = (
    "Subject",
    "Filename",
    "Onset",
    "Apex",
    "Offset",
    "AU",
    "Objective class",
    "emotion",
)
SHEET = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"


def row(onset="46", apex="59", offset="86", **other):
    """Every cell is text, as in the release."""
    au, emotion = other.get("au", "4+L10"), other.get("emotion", "disgust")
    subject = other.get("subject", "spNO.1")
    return [subject, "a", onset, apex, offset, au, "IV", emotion]


def load(tmp_path, *rows, frames="part_A"):
    root = tmp_path / "c3"
    write_sheet(root / SHEET, COLUMNS, rows)
    folder = root / frames / "spNO.1" / "a"
    touch(folder / "color", *(f"{n}.jpg" for n in (46, 59, 86, 211, 223, 3667)))
    touch(folder / "depth", "46.png")
    return casme3.PART_A.load(root)


@pytest.mark.parametrize("frames", ["part_A", "."])
def test_a_row_becomes_a_sample_of_the_colour_frames(tmp_path, frames):
    (sample,) = load(tmp_path, row(), frames=frames).samples
    assert sample.key == ("casme3a", "spNO.1", "a_46")
    assert sample.label == "negative"
    assert sample.au == (4, 10)
    assert (sample.onset, sample.apex, sample.offset) == (46, 59, 86)
    assert sample.apex_path.parts[-2:] == ("color", "59.jpg")
    assert sample.fps == 30


@pytest.mark.parametrize(
    ("emotion", "label"),
    [("happy", "positive"), ("sad", "negative"), ("surprise", "surprise")]
    + [(emotion, "negative") for emotion in ("fear", "anger")],
)
def test_emotions_map_to_the_three_classes(tmp_path, emotion, label):
    (sample,) = load(tmp_path, row(emotion=emotion)).samples
    assert sample.label == label


def test_a_repeated_subject_and_file_name_is_told_apart_by_the_onset(tmp_path):
    manifest = load(tmp_path, row(), row("211", "223", "3667"))
    assert [sample.clip for sample in manifest.samples] == ["a_46", "a_211"]
    assert manifest.skipped == ()


def test_the_same_onset_twice_is_a_duplicate(tmp_path):
    manifest = load(tmp_path, row(), row(apex="86"))
    assert [skip.rule for skip in manifest.skipped] == ["duplicate clip"] * 2


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"apex": "46"}, "apex is the onset"),
        ({"offset": "58"}, "apex after offset"),
        ({"apex": "60"}, "missing frame"),
        ({"emotion": "others"}, "label outside the protocol"),
        ({"emotion": "Others"}, "label outside the protocol"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule):
    skip = only_skip(load(tmp_path, row(**values)))
    assert skip.rule == rule
    assert (skip.subject, skip.clip) == ("spNO.1", "a_46")


def test_the_sheet_of_part_c_is_not_taken(tmp_path):
    write_sheet(tmp_path / "CAS(ME)3_part_C_ME.xlsx", COLUMNS, [row()])
    with pytest.raises(InputError, match="one coding sheet"):
        casme3.PART_A.load(tmp_path)
