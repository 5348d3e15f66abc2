import csv

from input_pipeline.checking import tally
from input_pipeline.checking.check import check
from input_pipeline.checking.tally import Tally
from input_pipeline.datasets import casme2
from input_pipeline.label_sets.label_set import label_set
from tests.support.traps_folder import clean_rows, write_traps


def result(root, classes="megc2019", rows=None):
    labels = label_set(classes)
    write_traps(root, rows)
    return check(casme2.load(root, labels), "casme2", root, labels)


def test_classes_and_subjects_stand_beside_the_published_ones(tmp_path):
    found = result(tmp_path)
    assert tally.class_tallies(found) == [
        Tally("class", "positive", 3, 32, "list"),
        Tally("class", "negative", 3, 88, "list"),
        Tally("class", "surprise", 3, 25, "list"),
    ]
    subjects = {one.name: one for one in tally.subject_tallies(found)}
    assert subjects["sub01"] == Tally("subject", "sub01", 3, 3, "list")
    assert subjects["sub26"] == Tally("subject", "sub26", 0, 11, "list")
    assert len(subjects) == 24


def test_where_nothing_is_published_nothing_is_said(tmp_path):
    found = result(tmp_path, "emotion-5-casme2")
    assert {one.published for one in tally.subject_tallies(found)} == {None}
    assert len(tally.subject_tallies(found)) == 3


def test_units_compare_only_where_every_annotated_clip_counts(tmp_path):
    rows = clean_rows()
    rows[0][8] = "others"
    found = result(tmp_path, "cd6me", rows)
    units = {one.name: one for one in tally.unit_tallies(found)}
    assert units["12"] == Tally("action unit", "12", 3, 34, "printed")
    assert units["4"].clips == 3
    assert units["7"].clips == 0
    assert tally.unit_tallies(result(tmp_path / "b", "megc2019")) == []


def test_the_total_counts_every_row_once(tmp_path):
    rows = clean_rows()
    rows[0][8], rows[1][4] = "others", "/"
    rows.append(list(rows[2]))
    found = result(tmp_path, rows=rows)
    assert tally.total_tally(found) == Tally("data set", "casme2", 10, 247, "cited")


def test_the_files_hold_every_finding_and_count(tmp_path):
    rows = clean_rows()
    rows[0][7], rows[1][4] = "4+7?", "/"
    tally.write_check(tmp_path / "out", result(tmp_path / "data", rows=rows))
    with open(tmp_path / "out" / "findings.csv", encoding="utf-8") as file:
        fault, repair = csv.DictReader(file)
    assert (fault["rule"], fault["row"]) == ("no apex annotated", "3")
    assert (repair["row"], repair["old"], repair["new"]) == ("2", "4+7?", "4")
    with open(tmp_path / "out" / "counts.csv", encoding="utf-8") as file:
        counts = list(csv.DictReader(file))
    assert [one["name"] for one in counts[:3]] == ["casme2", "positive", "negative"]
    assert counts[2]["published"] == "88"
