import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.workbook import read_tables
from tests.support.excel97 import write_xls
from tests.support.native_folder import write_sheet

TITLES = ("Filename", "惊讶", "")
ROWS = [["a", 46, "/"], ["", "", ""], ["006", 2.5, None]]
TEXT = [["Filename", "惊讶", ""], ["a", "46", "/"], ["", "", ""], ["006", "2.5", ""]]


def test_excel_97_excel_and_csv_say_the_same(tmp_path):
    old = write_xls(tmp_path / "s.xls", {"one": [TITLES, *ROWS]})
    new = write_sheet(tmp_path / "s.xlsx", TITLES, ROWS)
    text = write_sheet(tmp_path / "s.csv", TITLES, ROWS)
    assert read_tables(old) == {"one": TEXT}
    assert read_tables(new) == {"Sheet1": TEXT}
    assert read_tables(text) == {"s.csv": TEXT}


def test_every_worksheet_is_read_in_order(tmp_path):
    sheets = {"CASFEcode_final": [["x"] * 17] * 43, "naming rule1": [[1.0, "y"]]}
    tables = read_tables(write_xls(tmp_path / "s.xls", sheets))
    assert list(tables) == list(sheets)
    assert [len(table) for table in tables.values()] == [43, 1]
    assert tables["naming rule1"] == [["1", "y"]]


def test_blank_rows_above_keep_their_numbers(tmp_path):
    path = write_xls(tmp_path / "s.xls", {"one": [[], [], ["a"]]})
    assert read_tables(path)["one"] == [[""], [""], ["a"]]


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
@pytest.mark.parametrize("data", [b"", b"text", bytes.fromhex("d0cf11e0a1b11ae1")])
def test_a_damaged_workbook_is_refused(tmp_path, suffix, data):
    path = tmp_path / f"s{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"s\.xlsx?` cannot be read: .*Save the sheet"):
        read_tables(path)


@pytest.mark.parametrize("cut", [700, 3000])
def test_a_truncated_workbook_is_refused(tmp_path, cut):
    path = write_xls(tmp_path / "s.xls", {"one": [["text"] * 31] * 37})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match="cannot be read"):
        read_tables(path)
