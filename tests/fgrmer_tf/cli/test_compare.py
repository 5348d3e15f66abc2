import json

import pytest

from fgrmer_tf.cli.compare import Compare, read_run
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.comparison import compare
from fgrmer_tf.evaluation.results import pool
from tests.support.studies import make_columns, make_results

COLUMNS = make_columns()


@pytest.fixture
def runs(tmp_path):
    found = []
    for name, skill in (("bad", 0.5), ("good", 3.0)):
        predictions = pool(COLUMNS, make_results(COLUMNS, skill=skill))
        (tmp_path / name).mkdir()
        (tmp_path / name / "predictions.csv").write_text(predictions.csv())
        found.append(predictions)
    return found


def test_two_runs_are_compared_for_a_person(tmp_path, runs, capsys):
    Compare(first=tmp_path / "bad", second=tmp_path / "good").run()
    shown = capsys.readouterr().out
    expected = compare(*runs)
    difference, low, high = expected.difference["uf1"]
    assert f"{difference:+.3f}" in shown
    assert (
        f"UF1 differs: the 95 % interval of UF1 is {low:+.3f} to {high:+.3f}" in shown
    )
    (test,) = expected.mcnemar.values()
    for number in (test.only_first, test.only_second):
        assert f" {number} " in shown


def test_a_run_beside_itself_shows_no_difference(tmp_path, runs, capsys):
    Compare(first=tmp_path / "bad", second=tmp_path / "bad").run()
    assert "no difference shown" in capsys.readouterr().out


def test_two_runs_are_compared_for_a_program(tmp_path, runs, capsys):
    file = tmp_path / "good" / "predictions.csv"
    Compare(first=tmp_path / "bad", second=file, json=True).run()
    found = json.loads(capsys.readouterr().out)
    expected = compare(*runs)
    assert found["clips"] == 97
    assert found["second"] == expected.second
    assert found["mcnemar"]["3/3"]["mid_p"] == expected.mcnemar["3/3"].mid_p


def test_a_folder_without_predictions_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"readable predictions\.csv"):
        read_run(tmp_path)
