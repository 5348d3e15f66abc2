import json

import pytest

from fgrmer_tf.cli.runs import Runs, differing, find_runs
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.training.run_folder import RunFolder
from tests.support.studies import make_columns, make_results

COLUMNS = make_columns(clips=17, subjects=3)
RESULTS = make_results(COLUMNS)
SCORES = {"uf1": 0.5, "uar": 0.625, "accuracy": 0.75}


def settings(epochs, **more):
    return {"train": {"epochs": epochs, "mirror": True}, "seeds": [1], **more}


@pytest.fixture
def folder(tmp_path):
    """A finished, an unfinished, a trained and a damaged run, and something else."""
    with RunFolder(tmp_path / "a" / "done", settings(5)) as run:
        for result in RESULTS:
            run.append(result)
        metrics = {"full": SCORES, "linear": {"full": {"uf1": 0.25}}}
        run.save(pool(COLUMNS, RESULTS), metrics)
    with RunFolder(tmp_path / "begun", settings(7, protocol="loso")) as run:
        run.append(RESULTS[0])
    with RunFolder(tmp_path / "model", settings(5)) as run:
        (run.path / "model.keras").touch()
    with RunFolder(tmp_path / "torn", settings(5)) as run:
        (run.path / "config.json").write_text("{")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "config.json").write_text("{}")
    return tmp_path


def test_every_run_is_found_with_its_state(folder):
    found = {run.path: run for run in find_runs(folder)}
    states = {name: (run.state, run.folds) for name, run in found.items()}
    assert states == {
        "a/done": ("finished", 3),
        "begun": ("unfinished", 1),
        "model": ("finished", 0),
        "torn": ("damaged", 0),
    }
    assert found["a/done"].scores == {**SCORES, "linear_uf1": 0.25}
    assert found["begun"].scores == found["model"].scores == {}
    assert found["begun"].settings["train.epochs"] == 7


def test_a_run_that_a_process_holds_is_running(folder):
    with RunFolder(folder / "begun", settings(7, protocol="loso")):
        states = {run.path: run.state for run in find_runs(folder)}
    assert states["begun"] == "running"
    # Looking took no lock away: the run opens again.
    RunFolder(folder / "begun", settings(7, protocol="loso")).close()


def test_a_run_may_be_the_folder_itself(folder):
    (run,) = find_runs(folder / "begun")
    assert run.path == "."


def test_only_settings_that_differ_are_named(folder):
    runs = find_runs(folder)
    assert differing(runs) == ["protocol", "train.epochs"]
    assert differing(runs[:1]) == []


def test_the_list_is_shown_for_people_and_programs(folder, capsys):
    Runs(folder=folder).run()
    shown = capsys.readouterr().out
    for text in ("a/done", "unfinished", "0.625", "0.250", "train.epochs"):
        assert text in shown
    assert "mirror" not in shown
    Runs(folder=folder, json=True).run()
    listed = json.loads(capsys.readouterr().out)
    assert [run["state"] for run in listed][:2] == ["finished", "unfinished"]
    assert listed[0]["settings"]["train.mirror"] is True


def test_a_folder_without_runs_is_refused(folder):
    with pytest.raises(InputError, match="There must be a run"):
        Runs(folder=folder / "else").run()


def test_what_is_no_folder_is_refused(folder):
    with pytest.raises(InputError, match="looked for in a folder"):
        find_runs(folder / "nothing")
