import pytest

from input_pipeline.datasets import mmew
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = (
    "Subject",
    "Filename",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "Action Units",
    "Estimated Emotion",
    "remarks",
)


def row(onset=1, apex=11, offset=23, emotion="happiness", subject=13):
    return [subject, "S13-07-001", onset, apex, offset, "6+12", emotion, ""]


def load(tmp_path, *rows, folder="happiness"):
    root = tmp_path / "mmew"
    write_sheet(root / "MMEW_Micro_Exp.xlsx", COLUMNS, rows)
    clip = root / "Micro_Expression" / folder / "S13-07-001"
    touch(clip, *(f"{n}.jpg" for n in (1, 11, 23)))
    return mmew.load(root)


@pytest.mark.parametrize("subject", [13, "S13", "s13"])
def test_a_row_becomes_a_sample(tmp_path, subject):
    (sample,) = load(tmp_path, row(subject=subject)).samples
    assert sample.key == ("mmew", "S13", "S13-07-001")
    assert sample.label == "positive"
    assert sample.au == (6, 12)
    assert (sample.onset, sample.apex, sample.offset) == (1, 11, 23)
    assert sample.onset_path.name == "1.jpg"
    assert sample.apex_path.name == "11.jpg"
    assert sample.fps == 90


@pytest.mark.parametrize(
    ("emotion", "label"),
    [(e, "negative") for e in ("anger", "disgust", "fear", "sadness")]
    + [("surprise", "surprise")],
)
def test_emotions_map_to_the_three_classes(tmp_path, emotion, label):
    (sample,) = load(tmp_path, row(emotion=emotion), folder=emotion).samples
    assert sample.label == label


def test_the_folder_of_an_emotion_is_found_whatever_its_case(tmp_path):
    assert len(load(tmp_path, row(), folder="Happiness").samples) == 1


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"apex": 29}, "apex after offset"),
        ({"apex": 13}, "missing frame"),
        ({"onset": 12}, "apex before onset"),
        ({"emotion": "others"}, "label outside the protocol"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule):
    folder = values.get("emotion", "happiness")
    assert only_skip(load(tmp_path, row(**values), folder=folder)).rule == rule


def test_a_clip_in_the_folder_of_another_emotion_is_missing(tmp_path):
    touch(tmp_path / "mmew" / "Micro_Expression" / "happiness" / "S13-07-002")
    skip = only_skip(load(tmp_path, row(), folder="disgust"))
    assert skip.rule == "missing clip folder"
