"""The coding sheet of CASME II, column for column, with bytes that never vary."""

import io
import re
import zipfile
from collections.abc import Sequence

import openpyxl

from input_pipeline.synthetic.clip_plan import ClipPlan

COLUMNS = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)
"""Header of `CASME2-coding-20140508.xlsx`, two blank columns included."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def coding_sheet(plans: Sequence[ClipPlan]) -> bytes:
    """The workbook: one row a clip, in the order of `plans`.

    A single action unit is a number in its cell, as a person who types `12` leaves it;
    combinations and one-sided units are text. An unknown apex is `/`.
    """
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    sheet.append(COLUMNS)
    for plan in plans:
        units = plan.action_units
        sheet.append(
            (
                plan.subject,
                plan.filename,
                None,
                plan.onset,
                plan.apex if plan.apex_known else "/",
                plan.offset,
                None,
                int(units) if units.isdecimal() else units,
                plan.emotion,
            )
        )
    written = io.BytesIO()
    book.save(written)
    return _without_dates(written.getvalue())


def _without_dates(workbook: bytes) -> bytes:
    """The same workbook without the time at which it was written."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(
                    rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", data
                )
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return result.getvalue()
