import os

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import smic
from tests.support.native_folder import only_skip, touch, write_sheet

FRAMES = [f"image{n:06d}.jpg" for n in (97, 98, 100, 101, 103)]


def clip(root, name="s1_ne_01", emotion="negative", subject="s1", frames=FRAMES):
    return touch(root / "HS" / subject / "micro" / emotion / name, *frames)


def test_a_folder_becomes_a_sample_with_the_middle_frame_as_apex(tmp_path):
    folder = clip(tmp_path)
    (sample,) = smic.load(tmp_path).samples
    assert sample.key == ("smic", "s01", "s01_ne_01")
    assert sample.label == "negative"
    assert (sample.onset, sample.apex, sample.offset) == (97, 100, 103)
    assert sample.onset_path == folder / "image000097.jpg"
    assert sample.apex_path == folder / "image000100.jpg"
    assert sample.offset_path == folder / "image000103.jpg"
    assert sample.fps == 100
    assert sample.au is None


def test_the_chosen_apex_is_a_repair(tmp_path):
    clip(tmp_path, subject="s01", name="s01_ne_01")
    (repair,) = smic.load(tmp_path).repairs
    assert (repair.subject, repair.clip) == ("s01", "s01_ne_01")
    assert repair.rule == "apex set to the middle frame"
    assert (repair.old, repair.new) == ("", "100")


def test_of_an_even_number_of_frames_the_later_middle_is_taken(tmp_path):
    clip(tmp_path, frames=FRAMES[:4])
    (sample,) = smic.load(tmp_path).samples
    assert sample.apex == 100


def test_both_spellings_of_a_subject_are_one_and_the_other_is_a_repair(tmp_path):
    clip(tmp_path)
    clip(tmp_path, subject="s01", name="s01_su_01", emotion="surprise")
    manifest = smic.load(tmp_path)
    assert {sample.key[1:] for sample in manifest.samples} == {
        ("s01", "s01_ne_01"),
        ("s01", "s01_su_01"),
    }
    first = manifest.repairs[0]
    assert (first.rule, first.clip) == ("subject respelled", "")
    assert (first.old, first.new) == ("s1", "s01")
    assert len(manifest.repairs) == 3


def test_one_clip_in_both_spellings_is_kept_in_neither(tmp_path):
    clip(tmp_path)
    clip(tmp_path, subject="s01", name="s01_ne_01")
    manifest = smic.load(tmp_path)
    assert manifest.samples == ()
    assert [s.rule for s in manifest.skipped] == ["duplicate clip"] * 2
    assert [r.rule for r in manifest.repairs] == ["subject respelled"]


@pytest.mark.parametrize(
    ("name", "emotion"),
    [("s1_po_01", "positive"), ("s1_ne_02", "negative"), ("s1_sur_01", "surprise")],
)
def test_the_class_is_that_of_the_folder(tmp_path, name, emotion):
    clip(tmp_path, name=name, emotion=emotion)
    (sample,) = smic.load(tmp_path).samples
    assert sample.label == emotion


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"emotion": "positive"}, "label and clip name disagree"),
        ({"name": "s2_ne_01"}, "subject and clip name disagree"),
        ({"name": "s1-01"}, "unreadable clip name"),
        ({"emotion": "neutral"}, "unknown label"),
        ({"frames": []}, "missing frame"),
        ({"frames": FRAMES[:1]}, "apex is the onset"),
        ({"frames": ["image1.jpg", "reg_image01.bmp"]}, "frame number twice"),
    ],
)
def test_a_clip_that_cannot_be_used_is_skipped_by_its_rule(tmp_path, values, rule):
    clip(tmp_path, **values)
    manifest = smic.load(tmp_path)
    assert only_skip(manifest).rule == rule
    assert [r.rule for r in manifest.repairs] == ["subject respelled"]


@pytest.mark.parametrize("place", [".", "SMIC_all_cropped"])
def test_cropped_frames_are_found(tmp_path, place):
    clip(tmp_path / place, frames=[f"reg_image{n:06d}.bmp" for n in (7, 9, 11)])
    (sample,) = smic.load(tmp_path).samples
    assert sample.apex_path.name == "reg_image000009.bmp"


def test_the_folder_of_the_high_speed_part_is_a_root_too(tmp_path):
    clip(tmp_path)
    assert len(smic.load(tmp_path / "HS").samples) == 1


def test_what_is_not_micro_is_not_read(tmp_path):
    clip(tmp_path)
    touch(tmp_path / "HS" / "s1" / "non_micro" / "negative" / "s1_ne_09", *FRAMES)
    assert len(smic.load(tmp_path).samples) == 1


def test_what_is_not_the_data_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="must be a folder"):
        smic.load(tmp_path / "none")
    touch(tmp_path / "VIS" / "s1" / "micro" / "negative" / "s1_ne_01", *FRAMES)
    with pytest.raises(InputError, match="must hold clips"):
        smic.load(tmp_path)


@pytest.mark.parametrize(
    ("part", "camera"), [(smic.VIS, "VIS"), (smic.NIR, "NIR")], ids=["vis", "nir"]
)
@pytest.mark.parametrize("place", [".", "SMIC_all_raw", "SMIC_all_cropped"])
def test_the_other_cameras_are_data_sets_of_their_own(tmp_path, part, camera, place):
    clip(tmp_path)
    folder = tmp_path / place / camera / "s11" / "micro" / "positive" / "s11_po_02"
    touch(folder, *FRAMES)
    (sample,) = part.load(tmp_path).samples
    assert sample.key == (f"smic-{camera.lower()}", "s11", "s11_po_02")
    assert sample.fps == 25
    assert sample.label == "positive"


COLUMNS = ("", "Subject", "Filename", "FirstF", "OnsetF", "OffsetF", "Emotion")
LONG = [f"image{n:06d}.jpg" for n in range(1090, 1123)]


def long_row(onset=1100, offset=1113, emotion="negative", **other):
    subject, name = other.get("subject", 1), other.get("name", "s1_ne_01")
    return ["", subject, name, other.get("first", 1090), onset, offset, emotion]


def load_long(tmp_path, *rows, columns=COLUMNS, place="SMIC-HS-E/s01", names=LONG):
    notes = [[""] * len(columns), ["", "", "", "checked twice", *columns[4:]]]
    write_sheet(tmp_path / "SMIC-HS-E_annotation.xlsx", columns, [*rows, *notes])
    touch(tmp_path / place / "s1_ne_01", *names)
    return smic.load(tmp_path)


@pytest.mark.parametrize(
    "place",
    [
        "SMIC-HS-E/s01",
        "SMIC-HS-E/HS/s01",
        "s01",
        "SMIC-HS-E/s1",
        "HS/s1/micro/negative",
    ],
)
def test_the_long_release_has_a_sheet_and_the_middle_frame_as_apex(tmp_path, place):
    manifest = load_long(tmp_path, long_row(), place=place)
    (sample,) = manifest.samples
    assert sample.key == ("smic", "s01", "s01_ne_01")
    assert (sample.onset, sample.apex, sample.offset) == (1100, 1107, 1113)
    assert sample.onset_path.name == "image001100.jpg"
    assert sample.label == "negative"
    assert sample.fps == 100
    (repair,) = manifest.repairs
    assert (repair.rule, repair.new) == ("apex set to the middle frame", "1107")


def test_an_apex_in_the_sheet_is_used(tmp_path):
    columns = (*COLUMNS, "ApexF")
    manifest = load_long(tmp_path, [*long_row(), 1109], columns=columns)
    assert manifest.samples[0].apex == 1109
    assert manifest.repairs == ()


def test_files_numbered_from_1_are_counted_from_the_first_frame(tmp_path):
    names = [f"image{n:06d}.jpg" for n in range(1, 31)]
    manifest = load_long(tmp_path, long_row(), names=names)
    (sample,) = manifest.samples
    assert (sample.onset, sample.apex, sample.offset) == (11, 18, 24)
    assert sample.onset_path.name == "image000011.jpg"
    repair = manifest.repairs[-1]
    assert repair.rule == "frame numbers counted from FirstF"
    assert (repair.old, repair.new) == ("1100", "11")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"onset": 1114}, "offset before onset"),
        ({"onset": 1083}, "missing frame"),
        ({"onset": 1083, "first": ""}, "missing frame"),
        ({"name": "s2_ne_01"}, "subject and clip name disagree"),
        ({"emotion": "neutral"}, "unknown label"),
    ],
)
def test_a_row_of_the_long_release_is_skipped_by_its_rule(tmp_path, values, rule):
    skip = only_skip(load_long(tmp_path, long_row(**values)))
    assert (skip.rule, skip.row) == (rule, 2)


def test_names_in_no_known_encoding_are_a_finding(tmp_path):
    name = os.fsdecode(b"\xff\xfe")
    folder = clip(tmp_path, name=name)
    touch(clip(tmp_path), f"{name}99.jpg")
    manifest = smic.load(tmp_path)
    assert len(manifest.samples) == 1
    (skip,) = manifest.skipped
    assert (skip.rule, skip.clip) == ("unreadable clip name", r"\xff\xfe")
    repair = manifest.repairs[-1]
    assert (repair.rule, repair.old) == ("file name not readable", r"\xff\xfe99.jpg")
    assert folder.exists()
