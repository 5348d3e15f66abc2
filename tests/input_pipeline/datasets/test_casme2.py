import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import casme2
from tests.support.casme2_folder import (
    COLUMNS,
    FRAMES,
    SHEET,
    row,
    write_casme2_folder,
)


def load(tmp_path, *rows, **options):
    return casme2.load(write_casme2_folder(tmp_path / "c2", rows, **options))


def only_skip(manifest):
    assert manifest.samples == ()
    (skip,) = manifest.skipped
    return skip


def test_a_row_becomes_a_sample(tmp_path):
    (sample,) = load(tmp_path, row(subject=3)).samples
    assert sample.key == ("casme2", "sub03", "EP02_01f")
    assert sample.label == "negative"
    assert sample.au == (4, 10)
    assert (sample.onset, sample.apex, sample.offset) == (46, 59, 86)
    assert sample.onset_path.name == "img46.jpg"
    assert sample.apex_path.name == "img59.jpg"
    assert sample.offset_path.name == "img86.jpg"
    assert sample.fps == 200


@pytest.mark.parametrize(
    ("emotion", "label"),
    [
        ("happiness", "positive"),
        ("Repression ", "negative"),
        ("surprise", "surprise"),
    ],
)
def test_emotions_map_to_the_three_classes(tmp_path, emotion, label):
    (sample,) = load(tmp_path, row(emotion=emotion)).samples
    assert sample.label == label


@pytest.mark.parametrize(
    ("values", "rule", "detail"),
    [
        ({"apex": "/"}, "no apex annotated", "'/'"),
        ({"apex": 45}, "apex before onset", "onset 46, apex 45"),
        ({"apex": 87}, "apex after offset", "offset 86"),
        ({"apex": 46}, "apex is the onset", "no motion"),
        ({"offset": "?"}, "no offset annotated", "'?'"),
        ({"emotion": "others"}, "label outside the protocol", "others"),
        ({"emotion": "happines"}, "unknown label", "happines"),
    ],
)
def test_a_row_that_cannot_be_used_is_skipped_by_its_rule(
    tmp_path, values, rule, detail
):
    skip = only_skip(load(tmp_path, row(**values)))
    assert skip.rule == rule
    assert detail in skip.detail
    assert (skip.subject, skip.clip) == ("sub01", "EP02_01f")


@pytest.mark.parametrize(
    ("au", "rule"),
    [
        ("4 or 7", "uncertain action units left out"),
        ("?", "uncertain action units left out"),
        ("12(k)", "uncertain action units left out"),
        ("smile", "action units not read"),
    ],
)
def test_action_units_that_cannot_be_read_do_not_cost_the_clip(tmp_path, au, rule):
    manifest = load(tmp_path, row(au=au), row(clip="b"))
    assert [sample.au for sample in manifest.samples] == [None, (4, 10)]
    (repair,) = manifest.repairs
    assert (repair.clip, repair.rule, repair.row) == ("EP02_01f", rule, 2)
    assert (repair.old, repair.new) == (au, "not annotated")


@pytest.mark.parametrize("number", [46, 59])
def test_a_missing_onset_or_apex_frame_is_skipped(tmp_path, number):
    root = write_casme2_folder(tmp_path / "c2", [row()])
    (root / FRAMES / "sub01" / "EP02_01f" / f"img{number}.jpg").unlink()
    skip = only_skip(casme2.load(root))
    assert skip.rule == "missing frame"
    assert f"frame {number}" in skip.detail


def test_a_missing_offset_frame_is_no_reason_to_skip(tmp_path):
    root = write_casme2_folder(tmp_path / "c2", [row()])
    (root / FRAMES / "sub01" / "EP02_01f" / "img86.jpg").unlink()
    (sample,) = casme2.load(root).samples
    assert sample.offset_path is None


def test_a_missing_clip_folder_is_skipped(tmp_path):
    root = write_casme2_folder(tmp_path / "c2", [row()])
    (root / FRAMES / "sub01" / "EP02_01f").rename(tmp_path / "away")
    assert only_skip(casme2.load(root)).rule == "missing clip folder"


def test_equal_rows_are_kept_once_and_differing_ones_not_at_all(tmp_path):
    manifest = load(tmp_path, row(), row(), row(clip="b"), row(clip="b", apex=60))
    assert [sample.clip for sample in manifest.samples] == ["EP02_01f"]
    assert [s.rule for s in manifest.skipped] == ["duplicate clip"] * 3


def test_columns_are_found_by_name_whatever_the_case_and_spaces(tmp_path):
    columns = [name.upper().replace("FRAME", " Frame") for name in COLUMNS]
    assert len(load(tmp_path, row(), columns=columns).samples) == 1


def test_cropped_frames_are_found(tmp_path):
    root = write_casme2_folder(tmp_path / "c2", [row()])
    (root / FRAMES).rename(root / "Cropped")
    for frame in list(root.rglob("img*.jpg")):
        frame.rename(frame.with_name(f"reg_{frame.name}"))
    (sample,) = casme2.load(root).samples
    assert sample.apex_path.name == "reg_img59.jpg"


def test_what_is_not_the_data_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="must be a folder"):
        casme2.load(tmp_path / "none")
    with pytest.raises(InputError, match="one coding sheet"):
        casme2.load(tmp_path)
    root = write_casme2_folder(tmp_path / "c2", [row()])
    (root / FRAMES).rename(root / "frames")
    with pytest.raises(InputError, match="frame folder"):
        casme2.load(root)
    (root / SHEET).write_text("text")
    with pytest.raises(InputError, match="cannot be read"):
        casme2.load(root)


def test_a_missing_column_is_named(tmp_path):
    columns = [c if c != "ApexFrame" else "Peak" for c in COLUMNS]
    with pytest.raises(InputError, match="Missing: ApexFrame"):
        load(tmp_path, row(), columns=columns)


def test_an_empty_sheet_is_refused(tmp_path):
    with pytest.raises(InputError, match="no clip rows"):
        load(tmp_path)


@pytest.mark.parametrize("cell", ["/", None])
def test_a_missing_apex_may_be_the_middle_frame_and_is_a_repair(tmp_path, cell):
    rows = [row(apex=cell), row(clip="b")]
    root = write_casme2_folder(tmp_path / "c2", rows)
    (root / FRAMES / "sub01" / "EP02_01f" / "img66.jpg").touch()
    manifest = casme2.load(root, missing_apex="middle")
    assert [sample.apex for sample in manifest.samples] == [66, 59]
    (repair,) = manifest.repairs
    assert (repair.clip, repair.row) == ("EP02_01f", 2)
    assert repair.rule == "apex set to the middle frame"
    assert (repair.old, repair.new) == (cell or "", "66")


def test_the_row_of_every_clip_is_kept(tmp_path):
    manifest = load(tmp_path, row(apex="/"), row(clip="b"), row(clip="b"))
    assert manifest.rows == {("casme2", "sub01", "b"): 3}
    assert [skip.row for skip in manifest.skipped] == [2, 4]
