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

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """An undisturbed run: its folder and its results."""
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    return path, small_run.evaluate(path)


def files(path):
    """Every result that must not depend on how a run came about."""
    return {name: (path / name).read_bytes() for name in ("predictions.csv",)}


def test_every_clip_is_tested_once_by_its_own_fold(finished):
    path, results = finished
    table = small_run.make_table()
    assert [r.fold for r in results] == ["a/1", "a/2", "b/1", "b/2", "b/3"]
    for result in results:
        dataset, subject = result.fold.split("/")
        expected = (table.dataset == dataset) & (table.subject == subject)
        np.testing.assert_array_equal(result.test, np.flatnonzero(expected))
        assert result.logits.shape == (len(result.test), 3)
        assert len(result.loss) == small_run.CONFIG.epochs
    assert len((path / "predictions.csv").read_text().splitlines()) == 41 + 1


def test_the_labels_of_the_tested_subject_do_not_matter(finished, tmp_path):
    table = small_run.make_table()
    tested = finished[1][2].test
    table.label[tested] = (table.label[tested] + 1) % 3
    relabelled = small_run.evaluate(tmp_path / "run", table)
    np.testing.assert_array_equal(relabelled[2].logits, finished[1][2].logits)
    # They do for the other folds, which train on them.
    assert (relabelled[3].logits != finished[1][3].logits).any()


def test_a_killed_run_ends_as_an_undisturbed_one(finished, tmp_path):
    path = tmp_path / "run"
    module = "tests.fgrmer_tf.training.small_run"
    # Death in the second of three epochs of the third fold.
    died = subprocess.run([sys.executable, "-m", module, str(path), "8"], cwd=ROOT)
    assert died.returncode == -signal.SIGKILL
    assert len((path / "folds.jsonl").read_text().splitlines()) == 2
    assert not (path / "predictions.csv").exists()
    # And the last line as a full disk or a power cut would leave it.
    with open(path / "folds.jsonl", "a") as file:
        file.write('{"seed": 3, "fold": "b/1", "test": [17')
    trained = []
    small_run.evaluate(path, progress=lambda fold, *_: trained.append(fold))
    assert trained == ["a/1", "a/2", *["b/1"] * 3, *["b/2"] * 3, *["b/3"] * 3]
    assert files(path) == files(finished[0])


def test_a_finished_run_trains_nothing_and_ends_the_same(finished, monkeypatch):
    path, results = finished
    before = files(path)
    monkeypatch.setattr("fgrmer_tf.training.fold_trainer.FoldTrainer.fit", None)
    again = small_run.evaluate(path)
    assert files(path) == before
    for one, other in zip(again, results, strict=True):
        np.testing.assert_array_equal(one.logits, other.logits)


def test_seeds_share_a_run_and_are_trained_apart(tmp_path):
    table = small_run.make_table()
    folds, data = small_run.make_folds(table)[:2], small_run.make_fold_data(table)
    with RunFolder(tmp_path, small_run.SETTINGS) as run:
        for seed in (3, 5):
            trainer = small_run.make_trainer(seed, epochs=1)
            results = cross_validate(trainer, folds, data, run)
            assert [r.seed for r in results] == [seed] * 2
        one, _, other, _ = run.results
    assert (one.logits != other.logits).any()


def test_progress_counts_epochs_of_all_folds(tmp_path):
    seen = []
    small_run.evaluate(tmp_path, progress=lambda *event: seen.append(event))
    assert [done for _, done, _ in seen] == list(range(1, 16))
    assert {total for *_, total in seen} == {15}


def test_a_class_missing_from_the_training_part_is_noted(tmp_path):
    table = small_run.make_table()
    table.label = np.where(table.subject == "3", 2, table.label % 2)
    results = small_run.evaluate(tmp_path, table)
    assert [len(result.notes) for result in results] == [0, 0, 0, 0, 1]
    assert "class surprise" in results[4].notes[0]


@pytest.fixture
def parts(tmp_path):
    table = small_run.make_table()
    with RunFolder(tmp_path / "run", small_run.SETTINGS) as run:
        yield small_run.make_folds(table), small_run.make_fold_data(table), run


def test_folds_of_one_name_are_refused(parts):
    folds, data, run = parts
    twice = [folds[0], dataclasses.replace(folds[1], name="a/1")]
    with pytest.raises(InputError, match="distinct names"):
        cross_validate(small_run.make_trainer(), twice, data, run)


def test_a_run_with_other_test_clips_is_refused(parts):
    folds, data, run = parts
    trainer = small_run.make_trainer(epochs=1)
    cross_validate(trainer, folds[:1], data, run)
    other = dataclasses.replace(folds[1], name="a/1")
    with pytest.raises(InputError, match="`a/1` with other test clips"):
        cross_validate(trainer, [other], data, run)


def test_data_that_lacks_a_test_clip_is_refused(parts):
    folds, data, run = parts

    def short(fold):
        return dataclasses.replace(data(fold), test=data(fold).test.take(1))

    with pytest.raises(InputError, match=r"its 11 test clips.*7"):
        cross_validate(small_run.make_trainer(epochs=1), folds[:1], short, run)
    assert run.results == []
