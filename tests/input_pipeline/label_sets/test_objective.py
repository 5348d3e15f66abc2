import pytest

from input_pipeline.label_sets.annotation import Annotation, Label, LeftOut
from input_pipeline.label_sets.label_set import label_set
from input_pipeline.label_sets.objective import OBJECTIVE_CLASSES, objective_class
from input_pipeline.label_sets.tables import rows

NOTE = "objective class from action units"


def clip(**said):
    return Annotation(dataset="samm", subject="006", clip="006_1_2", **said)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("I", "I"), (" vii ", "VII"), ("3", "III"), ("7.0", "VII"), ("IV", "IV")],
)
def test_the_sheet_is_believed_before_the_units(cell, expected):
    assert objective_class(clip(objective=cell, au=(12,))) == Label(expected)


@pytest.mark.parametrize("cell", ["VIII", "0", "8", "/"])
def test_an_unknown_cell_is_not_replaced_by_the_units(cell):
    found = objective_class(clip(objective=cell, au=(12,)))
    assert isinstance(found, LeftOut)
    assert found.rule == "unknown label"
    assert repr(cell) in found.detail


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ((12,), "I"),
        ((1, 2), "II"),
        ((4, 7), "III"),
        ((4, 9), "IV"),
        ((15, 17), "V"),
        ((1, 2, 4), "VI"),
        ((14,), "VII"),
        ((12, 25), "VII"),
    ],
)
def test_the_units_decide_where_the_sheet_is_silent_and_it_is_recorded(units, expected):
    assert objective_class(clip(au=units)) == Label(expected, NOTE)
    assert objective_class(clip(au=units[::-1])) == Label(expected, NOTE)


@pytest.mark.parametrize("units", [None, ()])
def test_without_units_there_is_no_class(units):
    assert objective_class(clip(au=units)).rule == "no action units annotated"


def test_each_combination_is_listed_once():
    listed = [frozenset(row["au"].split("+")) for row in rows("objective_classes")]
    assert len(set(listed)) == len(listed)
    assert {row["objective"] for row in rows("objective_classes")} == set(
        OBJECTIVE_CLASSES[:-1]
    )


def test_five_classes_leave_out_the_two_last():
    five, seven = label_set("objective-5"), label_set("objective-7")
    assert five.label(clip(objective="V")) == seven.label(clip(objective="V"))
    for cell in ("VI", "VII"):
        assert seven.label(clip(objective=cell)) == Label(cell)
        assert five.label(clip(objective=cell)).rule == "label outside the protocol"
