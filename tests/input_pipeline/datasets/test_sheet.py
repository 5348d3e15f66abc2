import os

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.sheet import Columns, find_sheet, read_sheet
from tests.support.excel97 import write_xls
from tests.support.native_folder import touch, write_sheet

COLUMNS = {"filename": "Filename", "onset": "Onset Frame"}


def read(path, **options):
    return read_sheet(path, Columns(required=COLUMNS, **options), "mine")


def read_rows(path):
    return [row.cells for row in read(path).rows]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("text_rows", [0, 13])
def test_rows_below_the_header_are_text(tmp_path, suffix, text_rows):
    rows = [["a", 46, "x"], ["b", "/", ""], ["c", "", None]]
    titles = ["Filename", "Onset Frame", "Notes"]
    path = write_sheet(tmp_path / f"s{suffix}", titles, rows, text_rows)
    assert read_rows(path) == [
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
    assert read_rows(path) == [{"filename": "a", "onset": "3"}]


def test_rows_without_a_file_name_are_notes(tmp_path):
    rows = [["a", 3], ["", ""], ["", "checked in 2014"]]
    path = write_sheet(tmp_path / "s.xlsx", COLUMNS.values(), rows)
    assert len(read_rows(path)) == 1


def test_a_csv_row_that_ends_early_has_empty_cells(tmp_path):
    path = write_sheet(tmp_path / "s.csv", COLUMNS.values(), [["a"]])
    assert read_rows(path) == [{"filename": "a", "onset": ""}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_is_utf_8_or_gbk(tmp_path, encoding):
    path = tmp_path / "s.csv"
    path.write_text("Filename,Onset Frame\n惊讶,5\n", encoding=encoding)
    assert read_rows(path)[0]["filename"] == "惊讶"


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b'Filename,"a'])
def test_a_csv_that_is_none_is_refused(tmp_path, data):
    path = tmp_path / "s.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"cannot be read|Missing: Onset Frame"):
        read_rows(path)


def test_a_csv_that_cannot_be_opened_or_split_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(touch(tmp_path / "s.csv"))
    path = tmp_path / "long.csv"
    path.write_text("a" * 131_073)
    with pytest.raises(InputError, match="field larger than"):
        read_rows(path)


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "s.xlsx"
    path.write_text("text")
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_missing_and_repeated_columns_are_named(tmp_path, suffix):
    titles = ["Filename", "filename", "Onset"]
    path = write_sheet(tmp_path / f"s{suffix}", titles, [["a", "a", 3]])
    with pytest.raises(InputError, match=r"(?s)Missing: Onset Frame.*Repeated: File"):
        read_rows(path)


def test_an_empty_sheet_is_refused(tmp_path):
    path = write_sheet(tmp_path / "s.csv", COLUMNS.values(), [])
    with pytest.raises(InputError, match="no clip rows"):
        read_rows(path)
    path.write_text("")
    with pytest.raises(InputError, match="Found: none"):
        read_rows(path)


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


def test_rows_know_their_number_in_the_sheet(tmp_path):
    rows = [["a", 3], ["", "note"], ["b", 5]]
    path = write_sheet(tmp_path / "s.csv", COLUMNS.values(), rows, text_rows=2)
    assert [row.number for row in read(path).rows] == [4, 6]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize(("text_rows", "released_at"), [(5, 1), (0, 14), (13, 1)])
def test_a_header_that_moved_is_found_and_is_a_repair(
    tmp_path, suffix, text_rows, released_at
):
    rows = [["a", 46]]
    path = write_sheet(tmp_path / f"s{suffix}", COLUMNS.values(), rows, text_rows)
    sheet = read(path, header_row=released_at)
    (repair,) = sheet.repairs
    assert (repair.dataset, repair.subject, repair.clip) == ("mine", "", "")
    assert repair.rule == "header row moved"
    assert (repair.old, repair.new) == (f"row {released_at}", f"row {text_rows + 1}")
    assert sheet.rows[0]["onset"] == "46"
    assert read(path, header_row=text_rows + 1).repairs == ()


def test_the_worksheet_with_the_columns_is_used_and_is_a_repair(tmp_path):
    sheets = {
        "about": [["Filename"], ["x"]],
        "data": [list(COLUMNS.values()), ["a", 4]],
    }
    path = write_xls(tmp_path / "s.xls", sheets)
    sheet = read(path)
    assert [row.cells for row in sheet.rows] == [{"filename": "a", "onset": "4"}]
    (repair,) = sheet.repairs
    assert (repair.rule, repair.old, repair.new) == (
        "another worksheet used",
        "about",
        "data",
    )


def test_an_optional_column_is_there_or_is_no_cell(tmp_path):
    with_it = write_sheet(tmp_path / "a.csv", ["Filename", "Class"], [["x", "IV"]])
    without = write_sheet(tmp_path / "b.csv", ["Filename"], [["x"]])
    columns = Columns(required={"filename": "Filename"}, optional={"of": "Class"})
    (first,) = read_sheet(with_it, columns, "mine").rows
    (second,) = read_sheet(without, columns, "mine").rows
    assert first["of"] == "IV"
    assert "of" not in second.cells
    assert second.get("of") == ""


def test_a_sheet_is_found_by_a_name_that_went_through_gbk(tmp_path):
    """`编码` as unpacked by a program that knows neither GBK nor UTF-8."""
    touch(tmp_path, os.fsdecode("编码.csv".encode("gbk")))
    assert find_sheet(tmp_path, "mine", ["编*"]).exists()
    # Full-width brackets, as a Chinese keyboard writes them.
    name = "CAS\N{FULLWIDTH LEFT PARENTHESIS}ME\N{FULLWIDTH RIGHT PARENTHESIS}3.csv"
    touch(tmp_path, name)
    assert find_sheet(tmp_path, "mine", ["cas(me)3*"]).name == name
