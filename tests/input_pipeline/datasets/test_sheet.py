import sys

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.sheet import find_sheet, read_rows
from tests.support.native_folder import touch, write_sheet

COLUMNS = {"filename": "Filename", "onset": "Onset Frame"}


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("text_rows", [0, 13])
def test_rows_below_the_header_are_text(tmp_path, suffix, text_rows):
    rows = [["a", 46, "x"], ["b", "/", ""], ["c", "", None]]
    titles = ["Filename", "Onset Frame", "Notes"]
    path = write_sheet(tmp_path / f"s{suffix}", titles, rows, text_rows)
    assert read_rows(path, COLUMNS) == [
        {"filename": "a", "onset": "46"},
        {"filename": "b", "onset": "/"},
        {"filename": "c", "onset": ""},
    ]


@pytest.mark.parametrize(
    "titles", [("FILE NAME", "onset_frame"), ("Filename ", "OnsetFrame")]
)
def test_titles_match_whatever_the_case_spaces_and_unnamed_columns(tmp_path, titles):
    columns = [titles[0], "Unnamed: 1", titles[1], ""]
    path = write_sheet(tmp_path / "s.xlsx", columns, [["a", "", 3, ""]])
    assert read_rows(path, COLUMNS) == [{"filename": "a", "onset": "3"}]


def test_rows_without_a_file_name_are_notes(tmp_path):
    rows = [["a", 3], ["", ""], ["", "checked in 2014"]]
    path = write_sheet(tmp_path / "s.xlsx", COLUMNS.values(), rows)
    assert len(read_rows(path, COLUMNS)) == 1


def test_a_csv_row_that_ends_early_has_empty_cells(tmp_path):
    path = write_sheet(tmp_path / "s.csv", COLUMNS.values(), [["a"]])
    assert read_rows(path, COLUMNS) == [{"filename": "a", "onset": ""}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_is_utf_8_or_gbk(tmp_path, encoding):
    path = tmp_path / "s.csv"
    path.write_text("Filename,Onset Frame\n惊讶,5\n", encoding=encoding)
    assert read_rows(path, COLUMNS)[0]["filename"] == "惊讶"


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b'Filename,"a'])
def test_a_csv_that_is_none_is_refused(tmp_path, data):
    path = tmp_path / "s.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"cannot be read|Missing: Onset Frame"):
        read_rows(path, COLUMNS)


def test_a_csv_that_cannot_be_opened_or_split_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(touch(tmp_path / "s.csv"), COLUMNS)
    path = tmp_path / "long.csv"
    path.write_text("a" * 131_073)
    with pytest.raises(InputError, match="field larger than"):
        read_rows(path, COLUMNS)


def test_an_old_excel_file_names_the_package_that_reads_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlrd", None)
    path = tmp_path / "s.xls"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    with pytest.raises(InputError, match=r"xlrd.*save the sheet as \.xlsx or \.csv"):
        read_rows(path, COLUMNS)


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "s.xlsx"
    path.write_text("text")
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(path, COLUMNS)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_missing_and_repeated_columns_are_named(tmp_path, suffix):
    titles = ["Filename", "filename", "Onset"]
    path = write_sheet(tmp_path / f"s{suffix}", titles, [["a", "a", 3]])
    with pytest.raises(InputError, match=r"(?s)Missing: Onset Frame.*Repeated: File"):
        read_rows(path, COLUMNS)


def test_an_empty_sheet_is_refused(tmp_path):
    path = write_sheet(tmp_path / "s.csv", COLUMNS.values(), [])
    with pytest.raises(InputError, match="no clip rows"):
        read_rows(path, COLUMNS)
    path.write_text("")
    with pytest.raises(InputError, match="Found: none"):
        read_rows(path, COLUMNS)


def test_one_sheet_is_found_whatever_its_case_and_ending(tmp_path):
    touch(
        tmp_path, "codes V2.CSV", "~$Codes v2.xlsx", ".codes.csv", "codes.txt", "x.csv"
    )
    assert find_sheet(tmp_path, "samm", ["Codes*"]).name == "codes V2.CSV"


def test_no_sheet_and_two_sheets_are_refused(tmp_path):
    with pytest.raises(InputError, match="must be a folder"):
        find_sheet(tmp_path / "none", "samm", ["Codes*"])
    with pytest.raises(InputError, match=r"Found in .*: none"):
        find_sheet(tmp_path, "samm", ["Codes*"])
    touch(tmp_path, "codes.csv", "codes.xlsx")
    with pytest.raises(InputError, match=r"codes\.csv, codes\.xlsx"):
        find_sheet(tmp_path, "samm", ["Codes*"])
