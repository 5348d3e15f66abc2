import pytest

from input_pipeline.datasets import casme3
from input_pipeline.label_sets.label_set import label_set
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = ("sub", "count", "onset", "offset", "au")
OBJECTIVE = label_set("objective-7")


def load(tmp_path, *rows, place="part_C/01/a", labels=OBJECTIVE):
    root = tmp_path / "c"
    write_sheet(root / "CAS(ME)3_part_C_ME.xlsx", COLUMNS, rows)
    touch(root / place / "color", *(f"{n}.jpg" for n in (46, 54, 61)))
    return casme3.PART_C.load(root, labels)


@pytest.mark.parametrize(
    "place", ["part_C/01/a", "ME_C/01/2", "ME_C_cropped/01/2", "01/a"]
)
def test_a_row_becomes_a_sample_with_the_middle_frame_as_apex(tmp_path, place):
    manifest = load(tmp_path, [1, 2, 46, 61, "1,2"], place=place)
    (sample,) = manifest.samples
    assert sample.key == ("casme3c", "01", "2_46")
    assert (sample.onset, sample.apex, sample.offset) == (46, 54, 61)
    assert sample.apex_path.parts[-2:] == ("color", "54.jpg")
    assert sample.au == (1, 2)
    assert sample.label == "II"
    assert sample.fps == 30
    assert {repair.rule: repair.new for repair in manifest.repairs} == {
        "apex set to the middle frame": "54",
        "objective class from action units": "II",
    }


def test_a_chinese_comma_joins_action_units(tmp_path):
    (sample,) = load(tmp_path, [1, 2, 46, 61, "4\N{FULLWIDTH COMMA}7"]).samples
    assert sample.au == (4, 7)


def test_an_offset_before_the_onset_is_skipped_by_its_rule(tmp_path):
    skip = only_skip(load(tmp_path, [1, 2, 61, 46, "4"]))
    assert skip.rule == "offset before onset"
    assert (skip.subject, skip.clip, skip.row) == ("01", "2_61", 2)


def test_without_emotions_it_has_no_classes_by_emotion(tmp_path):
    labels = label_set("megc2019")
    skip = only_skip(load(tmp_path, [1, 2, 46, 61, "4"], labels=labels))
    assert skip.rule == "data set outside the protocol"
