import dataclasses
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.training.cross_validation import cross_validate
from fgrmer_tf.training.run_folder import RunFolder
from tests.fgrmer_tf.training import small_run
from tests.fgrmer_tf.training.small_run import SmallSource

ROOT = Path(__file__).resolve().parents[3]
MODULE = "tests.fgrmer_tf.training.small_run"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """An undisturbed run: its folder and its results."""
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    return path, small_run.evaluate(path)


def predictions(path):
    return (path / "predictions.csv").read_bytes()


def test_every_clip_is_tested_once_by_its_own_fold(finished):
    path, results = finished
    table = small_run.make_table()
    assert [r.fold for r in results] == ["a/1", "a/2", "b/1", "b/2", "b/3"]
    for result in results:
        dataset, subject = result.fold.split("/")
        expected = (table.dataset == dataset) & (table.subject == subject)
        np.testing.assert_array_equal(result.test, np.flatnonzero(expected))
        assert result.logits.shape == (len(result.test), 3)
        assert len(result.loss) == result.epoch == small_run.CONFIG.epochs
        assert result.cpu_seconds > 0
        assert result.peak_memory > 100
        assert set(result.probes) == {"turned"}
        assert (result.probes["turned"] != result.logits).any()
    assert len((path / "predictions.csv").read_text().splitlines()) == 41 + 1


def test_the_labels_of_the_tested_subject_do_not_matter(finished, tmp_path):
    table = small_run.make_table()
    tested = finished[1][2].test
    table.label[tested] = (table.label[tested] + 1) % 3
    relabelled = small_run.evaluate(tmp_path / "run", SmallSource(table))
    np.testing.assert_array_equal(relabelled[2].logits, finished[1][2].logits)
    # They do for the other folds, which train on them.
    assert (relabelled[3].logits != finished[1][3].logits).any()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_ends_as_an_undisturbed_one(finished, tmp_path, workers):
    path = tmp_path / "run"
    # Death in the second of three epochs of the third fold, or about there.
    command = [sys.executable, "-m", MODULE, str(path), "8", str(workers)]
    died = subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    assert died.returncode == -signal.SIGKILL
    kept = len((path / "folds.jsonl").read_text().splitlines())
    assert 1 <= kept < 5
    assert not (path / "predictions.csv").exists()
    # And the last line as a full disk or a power cut would leave it.
    with open(path / "folds.jsonl", "a") as file:
        file.write('{"seed": 3, "fold": "b/1", "test": [17')
    trained = []
    small_run.evaluate(path, progress=lambda standing: trained.append(standing.fold))
    assert len({*trained} - {""}) == 5 - kept
    assert predictions(path) == predictions(finished[0])


def test_any_number_of_processes_gives_the_same_bits(finished, tmp_path):
    standings = []
    several = small_run.evaluate(tmp_path, progress=standings.append, workers=2)
    assert predictions(tmp_path) == predictions(finished[0])
    for one, other in zip(several, finished[1], strict=True):
        np.testing.assert_array_equal(one.logits, other.logits)
        assert one.loss == other.loss
    assert {standing.worker for standing in standings} == {0, 1}
    assert {standing.fold for standing in standings} == {r.fold for r in several}
    assert standings[-1].done == standings[-1].total == 15
    assert [s.done for s in standings] == sorted(s.done for s in standings)


def test_a_killed_worker_is_said_and_the_run_can_go_on(finished, tmp_path):
    killed = []

    def kill(standing):
        if not killed and standing.done >= 2:
            import multiprocessing

            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    with pytest.raises(OSError, match=r"ended from outside .exit status -9"):
        small_run.evaluate(tmp_path, progress=kill, workers=2)
    small_run.evaluate(tmp_path)
    assert predictions(tmp_path) == predictions(finished[0])


def test_a_wrong_input_in_a_worker_is_the_users(tmp_path):
    table = small_run.make_table()
    table.patches[small_run.make_folds(table)[0].test[0]] = np.nan
    # Tested in one fold and trained on in the others: whichever is first says so.
    with pytest.raises(InputError, match=r"must (be|stay) finite"):
        small_run.evaluate(tmp_path, SmallSource(table), workers=2)


def test_a_finished_run_trains_nothing_and_ends_the_same(finished, monkeypatch):
    path, results = finished
    before = predictions(path)
    monkeypatch.setattr(SmallSource, "open", None)
    again = small_run.evaluate(path)
    assert predictions(path) == before
    for one, other in zip(again, results, strict=True):
        np.testing.assert_array_equal(one.logits, other.logits)


def test_seeds_share_a_run_and_are_trained_apart(tmp_path):
    seeds = (3, 5)
    results = small_run.evaluate(tmp_path, SmallSource(epochs=1), seeds=seeds)
    assert [r.seed for r in results] == [3] * 5 + [5] * 5
    assert (results[0].logits != results[5].logits).any()


def test_progress_counts_epochs_of_all_folds(tmp_path):
    seen = []
    small_run.evaluate(tmp_path, SmallSource(epochs=2), progress=seen.append)
    # An epoch, another one, and the result.
    expected = [2 * fold + done for fold in range(5) for done in (1, 2, 2)]
    assert [s.done for s in seen] == expected
    assert {s.total for s in seen} == {10}
    seen.clear()
    small_run.evaluate(tmp_path, SmallSource(epochs=2), progress=seen.append)
    assert [(s.fold, s.done) for s in seen] == [("", 10)]


def test_two_folds_of_one_name_are_refused(tmp_path):
    source = SmallSource()
    fold = small_run.make_folds(source.table)[0]
    with (
        RunFolder(tmp_path, {}) as run,
        pytest.raises(InputError, match=r"distinct names.*'a/1', 'a/1'"),
    ):
        cross_validate(source, [fold, fold], [0], run)


def test_a_run_of_other_folds_is_refused(tmp_path):
    source = SmallSource(epochs=1)
    folds = small_run.make_folds(source.table)
    with RunFolder(tmp_path, {}) as run:
        cross_validate(source, folds[:1], [0], run)
        other = dataclasses.replace(folds[1], name="a/1")
        with pytest.raises(InputError, match="`a/1` with other test clips"):
            cross_validate(source, [other], [0], run)
