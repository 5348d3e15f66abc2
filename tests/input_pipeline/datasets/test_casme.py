import pytest

from input_pipeline.datasets import casme
from tests.support.native_folder import only_skip, touch, write_sheet

COLUMNS = (
    "Subject",
    "Filename",
    "",
    "OnsetF",
    "ApexF1",
    "ApexF2",
    "OffsetF",
    "",
    "AU",
    "Emotion",
)


def row(onset=7, apex=11, offset=23, clip="EP01_01", emotion="disgust", **other):
    apex2 = other.get("apex2", "")
    return [1, clip, "", onset, apex, apex2, offset, "", "4", emotion]


def load(tmp_path, *rows, frames="."):
    root = tmp_path / "casme"
    write_sheet(root / "casme.xlsx", COLUMNS, rows)
    prefix = "reg_" if frames == "Cropped" else ""
    for clip, digits in (("EP01_01", 2), ("EP01_02", 3)):
        names = [f"{prefix}{clip}-{n:0{digits}d}.jpg" for n in (7, 11, 13, 23)]
        touch(root / frames / "sub01" / clip, *names)
    return casme.load(root)


@pytest.mark.parametrize("frames", [".", "Cropped"])
def test_both_paddings_of_the_release_are_found(tmp_path, frames):
    manifest = load(tmp_path, row(), row(clip="EP01_02"), frames=frames)
    first, second = manifest.samples
    assert first.key == ("casme", "sub01", "EP01_01")
    assert first.apex_path.name.endswith("EP01_01-11.jpg")
    assert second.apex_path.name.endswith("EP01_02-011.jpg")
    assert (first.onset, first.apex, first.offset) == (7, 11, 23)
    assert first.label == "negative"
    assert first.au == (4,)
    assert first.fps == 60
    assert manifest.repairs == ()


def test_of_two_apexes_the_first_is_used_and_the_choice_is_a_repair(tmp_path):
    manifest = load(tmp_path, row(apex2=13))
    assert manifest.samples[0].apex == 11
    (repair,) = manifest.repairs
    assert repair.rule == "first of two apexes used"
    assert (repair.subject, repair.clip) == ("sub01", "EP01_01")
    assert (repair.old, repair.new) == ("11, 13", "11")


@pytest.mark.parametrize("apex2", ["/", 11])
def test_one_apex_is_no_repair(tmp_path, apex2):
    assert load(tmp_path, row(apex2=apex2)).repairs == ()


@pytest.mark.parametrize(
    ("emotion", "label"),
    [
        ("happiness", "positive"),
        ("surprise", "surprise"),
        *((e, "negative") for e in ("repression", "fear", "sadness", "contempt")),
    ],
)
def test_emotions_map_to_the_three_classes(tmp_path, emotion, label):
    (sample,) = load(tmp_path, row(emotion=emotion)).samples
    assert sample.label == label


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"emotion": "tense"}, "label outside the protocol"),
        ({"apex": 29}, "apex after offset"),
        ({"apex": "/", "apex2": 13}, "no apex annotated"),
        ({"onset": 8}, "missing frame"),
    ],
)
def test_a_trap_is_skipped_by_its_rule(tmp_path, values, rule):
    manifest = load(tmp_path, row(**values))
    assert only_skip(manifest).rule == rule
    assert manifest.repairs == ()
