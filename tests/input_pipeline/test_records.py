import os

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.records import (
    MANIFEST_COLUMNS,
    Sample,
    read_manifest,
    write_manifest,
)

CLASSES = ("positive", "negative")


def sample(tmp_path, **values):
    defaults = {
        "dataset": "mine",
        "subject": "a",
        "clip": "1",
        "label": "negative",
        "onset_path": tmp_path / "on.jpg",
        "apex_path": tmp_path / "ap.jpg",
    }
    return Sample(**defaults | values)


def test_what_is_written_is_read_back(tmp_path):
    samples = (
        sample(tmp_path, au=(1, 2), onset=3, apex=7, offset=11, fps=99.5),
        sample(tmp_path, clip="2", au=(), frames_dir=tmp_path / "f"),
        sample(tmp_path, clip="3"),
    )
    write_manifest(tmp_path / "m.csv", samples)
    manifest = read_manifest(tmp_path / "m.csv", CLASSES)
    assert manifest.samples == samples
    assert manifest.skipped == ()


def lines(tmp_path, *rows, header=MANIFEST_COLUMNS):
    path = tmp_path / "m.csv"
    path.write_text("\n".join(",".join(row) for row in (header, *rows)))
    return path


def cells(**values):
    defaults = dict.fromkeys(MANIFEST_COLUMNS, "") | {
        "dataset": "mine",
        "subject": "a",
        "clip": "1",
        "label": "positive",
        "onset_path": "x/on.jpg",
        "apex_path": "x/ap.jpg",
    }
    return (defaults | values).values()


def test_relative_paths_are_relative_to_the_file(tmp_path):
    (read,) = read_manifest(lines(tmp_path, cells()), CLASSES).samples
    assert read.onset_path == tmp_path / "x" / "on.jpg"
    assert read.au is None


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"label": "joy"}, "unknown label"),
        ({"au": "smile"}, "unreadable action units"),
    ],
)
def test_a_bad_row_is_skipped_by_its_rule(tmp_path, values, rule):
    path = lines(tmp_path, cells(**values), cells(clip="2"))
    manifest = read_manifest(path, CLASSES)
    assert [s.clip for s in manifest.samples] == ["2"]
    assert [s.rule for s in manifest.skipped] == [rule]


def test_duplicate_rows_are_counted(tmp_path):
    manifest = read_manifest(lines(tmp_path, cells(), cells()), CLASSES)
    assert len(manifest.samples) == len(manifest.skipped) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"subject": ""}, r"subject must not be empty: line 2"),
        ({"apex": "seven"}, r"must be numbers: line 2"),
    ],
)
def test_a_broken_cell_is_an_error_with_its_line(tmp_path, values, message):
    with pytest.raises(InputError, match=message):
        read_manifest(lines(tmp_path, cells(**values)), CLASSES)


def test_a_missing_file_or_column_is_an_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv", CLASSES)
    with pytest.raises(
        InputError,
        match=r"(?s)Missing in .*: clip, label, .*, au,.*Found: dataset, subject\.",
    ):
        read_manifest(lines(tmp_path, header=("dataset", "subject")), CLASSES)


def test_skips_say_their_line(tmp_path):
    path = lines(tmp_path, cells(), cells(clip="2", label="joy"))
    assert [skip.row for skip in read_manifest(path, CLASSES).skipped] == [3]


def test_a_manifest_may_be_gbk(tmp_path):
    path = lines(tmp_path, cells(subject="甲"))
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    (read,) = read_manifest(path, CLASSES).samples
    assert read.subject == "甲"


def test_files_whose_names_are_gbk_go_through_a_manifest(tmp_path):
    folder = tmp_path / os.fsdecode("惊讶".encode("gbk"))
    folder.mkdir()
    (folder / "on.jpg").touch()
    path = tmp_path / "m.csv"
    write_manifest(path, [sample(tmp_path, onset_path=folder / "on.jpg")])
    assert "惊讶" in path.read_text(encoding="utf-8")
    (read,) = read_manifest(path, CLASSES).samples
    assert read.onset_path == folder / "on.jpg"
    assert read.onset_path.exists()
    assert read.apex_path == tmp_path / "ap.jpg"


def test_a_manifest_in_no_known_encoding_is_refused(tmp_path):
    (tmp_path / "m.csv").write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match="neither UTF-8 nor GB 18030"):
        read_manifest(tmp_path / "m.csv", CLASSES)
