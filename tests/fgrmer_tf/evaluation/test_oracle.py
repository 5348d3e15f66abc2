import dataclasses

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.oracle import best_epochs, curve_correct

LABEL = np.array([0, 1, 2, 1, 0])


def result(rows, answers, curve=True):
    """`answers[epoch]` are the classes predicted for `rows`."""
    logits = np.eye(3, dtype=np.float32)[np.array(answers)]
    return FoldResult(
        seed=2,
        fold=f"a/{rows[0]}",
        test=np.array(rows),
        logits=logits[-1],
        loss=(1.0,) * len(answers),
        seconds=1.0,
        epoch=len(answers),
        test_curve=logits if curve else np.zeros(0, np.float32),
    )


FIRST = result([0, 1, 2], [[2, 2, 2], [0, 1, 0], [0, 1, 1], [0, 0, 0]])
SECOND = result([3, 4], [[1, 0], [1, 0], [2, 2], [1, 2]])


def test_each_fold_takes_its_first_best_epoch():
    first, second = best_epochs([FIRST, SECOND], LABEL)
    assert (first.epoch, second.epoch) == (2, 1)
    np.testing.assert_array_equal(first.logits, FIRST.test_curve[1])
    np.testing.assert_array_equal(second.logits, SECOND.test_curve[0])
    # The honest result is as it was.
    assert FIRST.epoch == 4


def test_the_learning_curve_counts_all_test_clips():
    found = curve_correct([FIRST, SECOND], LABEL)
    np.testing.assert_allclose(found, [3 / 5, 4 / 5, 2 / 5, 2 / 5])


def test_there_is_no_curve_unless_every_fold_has_the_same():
    bare = dataclasses.replace(SECOND, test_curve=np.zeros(0, np.float32))
    shorter = result([3, 4], [[1, 0]])
    assert curve_correct([FIRST, bare], LABEL) is None
    assert curve_correct([bare, bare], LABEL) is None
    assert curve_correct([FIRST, shorter], LABEL) is None


def test_folds_without_curves_are_refused():
    bare = result([3, 4], [[1, 0]], curve=False)
    with pytest.raises(InputError, match="none for fold `a/3`"):
        best_epochs([FIRST, bare], LABEL)
