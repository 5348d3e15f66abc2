import pytest

from export.conformance import check
from export.conformance.table import checks

# A process of its own that loads the model, and 64 clients during a reload.
_SLOW = {"A25", "A28", "B27"}
_NOT_APPLICABLE = {"B10"}


def test_the_table_is_whole():
    assert [check.row for check in checks()] == [
        *(f"A{row}" for row in range(1, 33)),
        *(f"B{row}" for row in range(1, 30)),
    ]
    assert {row.row for row in checks() if row.run is None} == _NOT_APPLICABLE


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.row, marks=[pytest.mark.slow] * (row.row in _SLOW))
        for row in checks()
        if row.run is not None
    ],
)
def test_the_embedded_server_passes(target, row):
    (result,) = check.run([row], target)
    assert result.outcome == "pass", result.seen
    assert result.seen
