import io
import re
import zipfile

import openpyxl
import pytest

from input_pipeline.synthetic.native.casme2 import au_cell
from input_pipeline.synthetic.native.workbook import table, workbook


def test_every_worksheet_keeps_its_cells():
    sheets = {"a": [[1, None, "x"], []], "b": [["2"]]}
    book = openpyxl.load_workbook(io.BytesIO(workbook(sheets)))
    assert book.sheetnames == ["a", "b"]
    assert next(book["a"].iter_rows(values_only=True)) == (1, None, "x")
    assert book["b"]["A1"].value == "2"


def test_no_date_is_left_in_a_workbook():
    with zipfile.ZipFile(io.BytesIO(workbook({"a": [[1]]}))) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        core = book.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\d", core) == ["1980-01-01"] * 2


def test_a_table_has_text_a_header_and_a_row_a_clip():
    rows = table(["A", None, "B"], ["a", None, "b"], [{"b": 3, "c": 5}], [["text"]])
    assert rows == [["text"], ["A", None, "B"], [None, None, 3]]


@pytest.mark.parametrize(
    ("text", "cell"),
    [("12", 12), ("L14", "L14"), ("1+2", "1+2"), ("R12+15", "R12+15")],
)
def test_a_lone_unit_is_a_number_and_the_rest_is_text(text, cell):
    assert au_cell(text) == cell
