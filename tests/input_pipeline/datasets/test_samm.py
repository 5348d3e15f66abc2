import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import samm
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
    "Action Units",
    "Estimated Emotion",
    "Objective Classes",
    "Notes",
)
TEXT_ROWS = 13
SHEET = "SAMM_Micro_FACS_Codes_v2.xlsx"


def row(onset=5562, apex=5588, offset=5632, **other):
    return [
        other.get("subject", "006"),
        other.get("clip", "006_1_2"),
        1,
        onset,
        apex,
        offset,
        71,
        "Micro - 1/2",
        other.get("au", "R14A"),
        other.get("emotion", "Contempt"),
        6,
        "",
    ]


def load(tmp_path, *rows, sheet=SHEET, frames="SAMM"):
    root = tmp_path / "samm"
    write_sheet(root / sheet, COLUMNS, rows, TEXT_ROWS)
    for numbers in ((5562, 5588, 5632), (980, 999, 1004)):
        folder = root / frames / "006" / f"006_1_{2 if numbers[0] > 999 else 3}"
        touch(folder, *(f"006_{n:05d}.jpg" for n in numbers))
    return samm.load(root)


@pytest.mark.parametrize("sheet", [SHEET, "SAMM_20181215_codes.csv"])
@pytest.mark.parametrize("frames", ["SAMM", "SAMM_CROP", "."])
def test_a_row_becomes_a_sample(tmp_path, sheet, frames):
    (sample,) = load(tmp_path, row(), sheet=sheet, frames=frames).samples
    assert sample.key == ("samm", "006", "006_1_2")
    assert sample.label == "negative"
    assert sample.au == (14,)
    assert sample.onset_path.name == "006_05562.jpg"
    assert sample.apex_path.name == "006_05588.jpg"
    assert sample.offset_path is not None
    assert sample.offset_path.name == "006_05632.jpg"
    assert (sample.onset, sample.apex, sample.offset) == (5562, 5588, 5632)
    assert sample.fps == 200


def test_a_frame_number_below_1000_is_found_behind_its_padding(tmp_path):
    numbers = {"onset": 980, "apex": 999, "offset": 1004}
    (sample,) = load(tmp_path, row(clip="006_1_3", **numbers)).samples
    assert sample.apex_path.name == "006_00999.jpg"


@pytest.mark.parametrize(
    ("emotion", "label"),
    [("Happiness", "positive"), ("Surprise", "surprise")]
    + [(e, "negative") for e in ("Anger", "Contempt", "Disgust", "Fear", "Sadness")],
)
def test_emotions_map_as_in_megc2019(tmp_path, emotion, label):
    (sample,) = load(tmp_path, row(emotion=emotion)).samples
    assert sample.label == label


@pytest.mark.parametrize("emotion", ["Other", "Others"])
def test_other_is_dropped_in_both_spellings(tmp_path, emotion):
    skip = only_skip(load(tmp_path, row(emotion=emotion)))
    assert skip.rule == "label outside the protocol"


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"offset": 5580}, "apex after offset"),
        ({"apex": ""}, "no apex annotated"),
        ({"apex": 5561}, "apex before onset"),
        ({"apex": 5589}, "missing frame"),
        ({"subject": "A06"}, "unreadable subject"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule):
    manifest = load(tmp_path, row(980, 999, 1004, clip="006_1_3"), row(**values))
    assert [sample.clip for sample in manifest.samples] == ["006_1_3"]
    (skip,) = manifest.skipped
    assert skip.rule == rule
    assert (skip.subject, skip.clip) == (values.get("subject", "006"), "006_1_2")


def test_a_subject_spelled_two_ways_is_one_and_a_repair(tmp_path):
    second = row(980, 999, 1004, subject="6", clip="006_1_3")
    manifest = load(tmp_path, row(), second)
    assert {sample.subject for sample in manifest.samples} == {"006"}
    (repair,) = manifest.repairs
    assert (repair.subject, repair.clip) == ("006", "")
    assert repair.rule == "subject spelled in several ways"
    assert (repair.old, repair.new) == ("006, 6", "006")


def test_a_subject_spelled_one_way_is_no_repair(tmp_path):
    assert load(tmp_path, row(subject="6")).repairs == ()


def test_the_sheet_of_the_long_videos_is_not_taken(tmp_path):
    with pytest.raises(InputError, match="one coding sheet"):
        load(tmp_path, row(), sheet="SAMM_LongVideos_V2_Release.xlsx")


def test_frames_of_another_data_set_are_refused(tmp_path):
    write_sheet(tmp_path / SHEET, COLUMNS, [row()], TEXT_ROWS)
    touch(tmp_path / "SAMM" / "sub01" / "EP02_01f", "img1.jpg")
    with pytest.raises(InputError, match="frame folder"):
        samm.load(tmp_path)
