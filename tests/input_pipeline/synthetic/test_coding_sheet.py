import dataclasses
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest

from input_pipeline.synthetic.action_units import parse
from input_pipeline.synthetic.coding_sheet import coding_sheet
from input_pipeline.synthetic.planning import plan_subject
from input_pipeline.synthetic.settings import MotionSettings


@pytest.fixture(scope="module")
def plan():
    return plan_subject(3, np.random.default_rng(5), MotionSettings())[0]


def with_units(plan, text):
    units = [dataclasses.replace(plan.units[0], unit=unit) for unit in parse(text)]
    return dataclasses.replace(plan, units=tuple(units))


def rows(workbook):
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("text", "cell"),
    [("12", 12), ("L14", "L14"), ("1+2", "1+2"), ("R12+15", "R12+15")],
)
def test_a_lone_unit_is_a_number_and_the_rest_is_text(plan, text, cell):
    assert rows(coding_sheet([with_units(plan, text)]))[1][7] == cell


def test_an_unknown_apex_is_a_slash(plan):
    unknown = dataclasses.replace(plan, apex_known=False)
    known_row, unknown_row = rows(coding_sheet([plan, unknown]))[1:]
    assert known_row[3:6] == (plan.onset, plan.apex, plan.offset)
    assert unknown_row[3:6] == (plan.onset, "/", plan.offset)


def test_no_date_is_left_in_the_workbook(plan):
    with zipfile.ZipFile(io.BytesIO(coding_sheet([plan]))) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        core = book.read("docProps/core.xml").decode()
    dates = re.findall(r"\d{4}-\d\d-\d\d", core)
    assert dates == ["1980-01-01"] * 2
