import dataclasses

import numpy as np
import pytest

from fgrmer_tf.config import SelectionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import Fold, inner_folds
from fgrmer_tf.training.fold_task import epochs_of, run_fold
from tests.fgrmer_tf.training import small_run
from tests.fgrmer_tf.training.small_run import SEED, SmallSource


@pytest.fixture(scope="module")
def trainer():
    return small_run.make_trainer()


def run(trainer, source, fold=0, ticks=None):
    folds = small_run.make_folds(source.table)
    tick = (lambda _: None) if ticks is None else ticks.append
    return run_fold(trainer, source, folds[fold], SEED, tick)


def inner(**changes):
    return SelectionConfig(selection="inner", inner_folds=2, **changes)


def test_fixed_trains_as_long_as_was_said(trainer):
    ticks = []
    result = run(trainer, SmallSource(epochs=4), ticks=ticks)
    assert result.epoch == len(result.loss) == 4
    assert ticks == [1, 2, 3, 4]
    assert result.validation == ()
    assert result.test_curve.shape == (0, 11, 3)


def test_the_curve_of_the_oracle_ends_in_the_honest_answer(trainer):
    source = SmallSource(epochs=4, selection=SelectionConfig(oracle=True))
    result = run(trainer, source)
    assert result.test_curve.shape == (4, 11, 3)
    np.testing.assert_array_equal(result.test_curve[-1], result.logits)
    for epochs in (1, 3):
        shorter = run(trainer, dataclasses.replace(source, epochs=epochs))
        np.testing.assert_array_equal(result.test_curve[epochs - 1], shorter.logits)
    plain = run(trainer, SmallSource(epochs=4))
    np.testing.assert_array_equal(plain.logits, result.logits)


def test_inner_takes_the_best_epoch_of_inner_subjects_and_refits(trainer):
    source, ticks = SmallSource(epochs=5, selection=inner()), []
    result = run(trainer, source, ticks=ticks)
    assert len(result.validation) == 5
    best = max(result.validation)
    assert result.epoch == 1 + result.validation.index(best)
    assert 0 < best <= 1
    fixed = run(trainer, SmallSource(epochs=result.epoch))
    np.testing.assert_array_equal(result.logits, fixed.logits)
    assert ticks == list(range(1, 11 + result.epoch))
    assert ticks[-1] <= epochs_of(source) == 15


def test_nothing_of_the_tested_subject_chooses_the_epoch(trainer):
    source = SmallSource(epochs=5, selection=inner())
    table = small_run.make_table()
    tested = small_run.make_folds(table)[0].test
    table.label[tested] = (table.label[tested] + 1) % 3
    table.patches[tested] *= -3
    one, other = (
        run(trainer, source),
        run(trainer, dataclasses.replace(source, table=table)),
    )
    assert one.validation == other.validation
    assert one.epoch == other.epoch
    assert one.loss == other.loss
    assert (one.logits != other.logits).any()


def test_the_labels_of_inner_subjects_do_choose_it(trainer):
    table = small_run.make_table()
    train = small_run.make_folds(table)[0].train
    table.label[train] = np.random.default_rng(0).permutation(table.label[train])
    source = SmallSource(table, epochs=5, selection=inner())
    other = run(trainer, SmallSource(epochs=5, selection=inner()))
    assert run(trainer, source).validation != other.validation


def test_inner_folds_hold_training_subjects_alone_each_tested_once():
    table = small_run.make_table()
    fold = small_run.make_folds(table)[0]
    folds = inner_folds(fold, table.dataset, table.subject, folds=3, seed=1)
    rows = np.concatenate([one.test for one in folds])
    assert sorted(rows.tolist()) == fold.train.tolist()
    keys = np.char.add(table.dataset, table.subject)
    for one in folds:
        assert not {*keys[one.train]} & {*keys[one.test]}
        assert not {*one.train.tolist(), *one.test.tolist()} & {*fold.test.tolist()}


def test_inner_needs_subjects_to_choose_on(trainer):
    table = small_run.make_table()
    fold = Fold("a/1", np.flatnonzero(table.subject == "3"), np.arange(11))
    with pytest.raises(InputError, match="at least 2 subjects"):
        run_fold(trainer, SmallSource(selection=inner()), fold, SEED, lambda _: None)
