import shutil

import pytest

from input_pipeline.checking.check import check
from input_pipeline.datasets import casme2
from input_pipeline.label_sets.label_set import label_set
from tests.support.traps_folder import clean_rows, frame, write_traps

MEGC = label_set("megc2019")
CLIP = "EP02_02"
PLACES = {"subject": 0, "onset": 3, "apex": 4, "offset": 5, "au": 7, "emotion": 8}


def run(root, labels=MEGC, **options):
    return check(casme2.load(root, labels), "casme2", root, labels, **options)


def found(result):
    return [(one.kind, one.rule, one.subject, one.row) for one in result.findings]


def rows_with(**changes):
    """Row 3 of the sheet, the second clip of the first subject, is changed."""
    rows = clean_rows()
    for name, value in changes.items():
        rows[1][PLACES[name]] = value
    return rows


def test_a_clean_set_is_usable_and_nothing_is_found(tmp_path):
    result = run(write_traps(tmp_path))
    assert result.findings == ()
    assert result.reasons == ()
    assert len(result.samples) == 9
    assert result.frames == 9 * 13
    assert result.decoded == 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"apex": "/"}, "no apex annotated"),
        ({"apex": 55}, "apex after offset"),
        ({"apex": 39}, "apex before onset"),
        ({"emotion": "joy"}, "unknown label"),
    ],
)
def test_a_fault_of_the_sheet_costs_the_clip_and_has_its_row(tmp_path, changes, rule):
    result = run(write_traps(tmp_path, rows_with(**changes)))
    assert found(result) == [("fault", rule, "sub01", 3)]
    assert len(result.samples) == 8
    assert result.reasons == ()


def test_a_label_outside_the_protocol_is_no_fault(tmp_path):
    result = run(write_traps(tmp_path, rows_with(emotion="others")))
    assert found(result) == [("protocol", "label outside the protocol", "sub01", 3)]


def test_a_key_that_repeats_is_found_with_its_rows(tmp_path):
    rows = clean_rows()
    rows.append([*rows[1][:4], 48, *rows[1][5:]])
    result = run(write_traps(tmp_path, rows))
    assert found(result) == [
        ("fault", "duplicate clip", "sub01", 3),
        ("fault", "duplicate clip", "sub01", 11),
    ]


def test_findings_of_a_kind_are_in_sheet_order(tmp_path):
    rows = clean_rows()
    rows[0], rows[1][4], rows[5][8] = [*rows[3]], "/", "joy"
    result = run(write_traps(tmp_path, rows))
    assert [one.row for one in result.findings] == [3, 5, 7]


def test_a_subject_spelled_two_ways_is_one_subject_and_a_repair(tmp_path):
    result = run(write_traps(tmp_path, rows_with(subject="01")))
    (repair,) = result.findings
    assert (repair.kind, repair.old, repair.new) == ("repair", "1, 01", "sub01")
    assert {sample.subject for sample in result.samples} == {"sub01", "sub02", "sub03"}


def test_uncertain_units_are_a_repair_with_old_and_new(tmp_path):
    result = run(write_traps(tmp_path, rows_with(au="4+7?")))
    (repair,) = result.findings
    assert (repair.kind, repair.row) == ("repair", 3)
    assert (repair.old, repair.new) == ("4+7?", "4")


def test_a_wrong_offset_is_a_warning(tmp_path):
    result = run(write_traps(tmp_path, rows_with(offset=97)))
    assert found(result) == [("warning", "offset not on disk", "sub01", 3)]
    assert result.findings[0].detail == "offset 97, the folder ends at 53"
    assert result.findings[0].file == f"CASME2_RAW_selected/sub01/{CLIP}"
    assert len(result.samples) == 9


def test_an_offset_far_away_is_long_for_a_micro_expression(tmp_path):
    result = run(write_traps(tmp_path, rows_with(offset=41 + 200)))
    rules = [one.rule for one in result.findings]
    assert rules == ["offset not on disk", "long for a micro-expression"]
    assert result.findings[1].detail == "201 frames, 1.0 s"


def test_a_gap_between_onset_and_offset_is_a_warning(tmp_path):
    root = write_traps(tmp_path)
    for number in (43, 44):
        frame(root, 1, CLIP, number).unlink()
    frame(root, 2, CLIP, 47).unlink()
    result = run(root)
    assert found(result) == [
        ("fault", "missing frame", "sub02", 6),
        ("warning", "frames missing on disk", "sub01", 3),
    ]
    assert result.findings[1].detail == "2 between onset and offset: 43, 44"


def test_many_missing_frames_are_counted_and_some_are_named(tmp_path):
    root = write_traps(tmp_path)
    for number in (42, 43, 44, 45, 46, 48, 49):
        frame(root, 1, CLIP, number).unlink()
    (warning,) = run(root).findings
    assert warning.detail == "7 between onset and offset: 42, 43, 44, 45, 46, ..."


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("number", [41, 47])
def test_a_used_image_that_is_cut_costs_the_clip(tmp_path, deep, number):
    root = write_traps(tmp_path)
    path = frame(root, 1, CLIP, number)
    path.write_bytes(path.read_bytes()[:-9])
    result = run(root, deep=deep)
    assert found(result) == [("fault", "unreadable image", "sub01", 3)]
    assert result.findings[0].file == f"CASME2_RAW_selected/sub01/{CLIP}/{path.name}"
    assert len(result.samples) == 8


@pytest.mark.parametrize("deep", [False, True])
def test_an_empty_frame_that_is_not_used_is_a_warning(tmp_path, deep):
    root = write_traps(tmp_path)
    frame(root, 1, CLIP, 43).write_bytes(b"")
    result = run(root, deep=deep)
    assert found(result) == [("warning", "unreadable image", "sub01", 3)]
    assert len(result.samples) == 9


def test_only_a_deep_check_decodes_frames_that_are_not_used(tmp_path):
    root = write_traps(tmp_path)
    path = frame(root, 1, CLIP, 43)
    path.write_bytes(path.read_bytes()[:-9])
    assert run(root).findings == ()
    deep = run(root, deep=True)
    assert found(deep) == [("warning", "unreadable image", "sub01", 3)]
    assert deep.decoded == 9 * 13


def test_a_deep_check_also_decodes_frames_that_no_clip_reaches(tmp_path):
    root = write_traps(tmp_path, rows_with(offset=51))
    frame(root, 1, CLIP, 53).write_bytes(b"")
    assert run(root).findings == ()
    deep = run(root, deep=True)
    assert found(deep) == [("warning", "unreadable image", "", None)]
    assert deep.findings[0].file.endswith(f"{CLIP}/img53.jpg")
    assert deep.decoded == 9 * 13


def test_a_frame_that_repeats_its_neighbour_is_found(tmp_path):
    root = write_traps(tmp_path)
    shutil.copy(frame(root, 1, CLIP, 43), frame(root, 1, CLIP, 44))
    result = run(root)
    assert found(result) == [("warning", "duplicate images", "sub01", 3)]
    assert result.findings[0].detail == "1 of 13 frames repeat the one before"
    assert result.findings[0].file.endswith("img44.jpg")


def test_an_apex_with_the_bytes_of_the_onset_is_found(tmp_path):
    root = write_traps(tmp_path)
    shutil.copy(frame(root, 1, CLIP, 41), frame(root, 1, CLIP, 47))
    (warning,) = run(root).findings
    assert (warning.rule, warning.row) == ("duplicate images", 3)
    assert warning.detail == "same bytes as img41.jpg of onset"


def test_two_clips_with_the_same_files_are_found(tmp_path):
    root = write_traps(tmp_path)
    for number in range(41, 54):
        shutil.copy(frame(root, 1, CLIP, number), frame(root, 3, CLIP, number))
    result = run(root)
    assert found(result) == [("warning", "duplicate images", "sub03", 9)] * 2
    details = {one.detail for one in result.findings}
    assert details == {f"same bytes as img{n}.jpg of sub01/{CLIP}" for n in (41, 47)}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (clean_rows()[:3], "all clips are of one subject, sub01"),
        (clean_rows()[::3], "all clips are of one class, positive"),
        ([rows_with(apex="/")[1]], "no clip is usable"),
    ],
)
def test_what_no_folds_can_be_made_of_is_not_usable(tmp_path, rows, reason):
    assert run(write_traps(tmp_path, rows)).reasons == (reason,)


def test_a_set_with_one_class_by_definition_needs_no_second(tmp_path):
    result = run(write_traps(tmp_path, clean_rows()[::3]), label_set("cd6me"))
    assert result.reasons == ()


def test_a_class_set_with_a_list_wants_all_its_clips(tmp_path):
    result = run(write_traps(tmp_path), label_set("megc2019-442"))
    assert "no clip is usable" in result.reasons
    assert {one.rule for one in result.findings} == {"clip outside the protocol"}


def test_clips_are_counted_as_they_are_done(tmp_path):
    calls = []
    run(write_traps(tmp_path), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(n, 9) for n in range(1, 10)]
