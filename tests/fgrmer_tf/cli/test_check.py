import pytest

from fgrmer_tf.cli.main import main
from tests.support.traps_folder import clean_rows, write_traps


def run(root, *options):
    return main(["check", "casme2", str(root), *options])


def test_a_usable_set_exits_with_0_and_counts_are_printed(tmp_path, capsys):
    assert run(write_traps(tmp_path)) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "9 clips of 3 subjects are usable." in said
    assert "32 (list)" in said


def test_every_finding_is_printed_with_its_row(tmp_path, capsys):
    rows = clean_rows()
    rows[0][7], rows[1][4], rows[2][8] = "4+7?", "/", "[others]"
    assert run(write_traps(tmp_path, rows)) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "sub01/EP02_02 (row 3): no apex annotated (the cell is '/')" in said
    assert "(row 2): uncertain action units left out (4+7? -> 4)" in said
    assert "the emotion is '[others]'" in said


def test_a_set_that_is_not_usable_exits_with_1_and_says_why(tmp_path, capsys):
    assert run(write_traps(tmp_path, clean_rows()[:3])) == 1
    assert "not usable: all clips are of one subject" in capsys.readouterr().err


def test_a_wrong_root_exits_with_2(tmp_path, capsys):
    assert run(tmp_path / "none") == 2
    assert "must be a folder" in capsys.readouterr().err


def test_the_class_set_is_chosen(tmp_path, capsys):
    rows = clean_rows()
    rows[1][8] = "others"
    write_traps(tmp_path, rows)
    assert run(tmp_path, "--classes", "emotion-5-casme2") == 0
    assert "9 clips of 3 subjects" in capsys.readouterr().err
    assert run(tmp_path) == 0
    assert "8 clips of 3 subjects" in capsys.readouterr().err


def test_a_page_and_two_tables_are_written(tmp_path):
    out = tmp_path / "out"
    assert run(write_traps(tmp_path / "data"), "--deep", "--out", str(out)) == 0
    assert {path.name for path in out.iterdir()} == {
        "check.html",
        "counts.csv",
        "findings.csv",
    }
    page = (out / "check.html").read_text(encoding="utf-8")
    assert "117 decoded" in page
    assert "0 of its 145 clips" in page
    assert 'aria-label="Clips in which two action units come together"' in page


def test_help_says_what_the_exit_status_means(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 the set is usable" in said
    assert "2 wrong input" in said
