import os

from input_pipeline.findings import (
    Repair,
    Skip,
    count_rules,
    read_repairs,
    read_skips,
    write_findings,
)

WHERE = {"dataset": "mine", "subject": "甲", "clip": "1"}
SKIPS = (
    Skip(**WHERE, rule="missing frame", detail='a, "b"', row=7),
    Skip(**WHERE, rule="missing frame", detail="c"),
    Skip(**WHERE, rule="no apex annotated", detail="d", row=11),
)
REPAIRS = (Repair(**WHERE, rule="chosen", old="", new="5", row=13),)


def test_what_is_written_is_read_back(tmp_path):
    write_findings(tmp_path, SKIPS, REPAIRS)
    assert read_skips(tmp_path) == SKIPS
    assert read_repairs(tmp_path) == REPAIRS


def test_a_folder_without_them_has_none(tmp_path):
    assert read_skips(tmp_path) == read_repairs(tmp_path) == ()


def test_findings_without_the_row_of_a_sheet_are_read(tmp_path):
    write_findings(tmp_path, SKIPS, ())
    path = tmp_path / "skipped.csv"
    cut = [line.rpartition(",")[0] for line in path.read_text("utf-8").splitlines()]
    path.write_text("\n".join(cut), "utf-8")
    assert [skip.row for skip in read_skips(tmp_path)] == [None] * 3


def test_rules_are_counted_most_frequent_first():
    assert list(count_rules(reversed(SKIPS)).items()) == [
        ("missing frame", 2),
        ("no apex annotated", 1),
    ]


def test_file_names_in_any_encoding_can_be_written(tmp_path):
    gbk, unknown = os.fsdecode("惊讶".encode("gbk")), os.fsdecode(b"\xff\xff")
    skip = Skip(**WHERE, rule="missing frame", detail=f"/a/{gbk}/{unknown}")
    write_findings(tmp_path, [skip], ())
    assert read_skips(tmp_path)[0].detail == r"/a/惊讶/\xff\xff"
