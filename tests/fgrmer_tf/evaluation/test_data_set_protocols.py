import functools

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.data_set_protocols import (
    cross_data_set,
    leave_one_data_set_out,
    within_each_data_set,
)
from fgrmer_tf.evaluation.leaks import refuse_shared_subjects
from fgrmer_tf.evaluation.protocols import leave_one_subject_out, subject_folds

DATASET = np.array(["b"] * 7 + ["a"] * 5 + ["c"] * 3)
SUBJECT = np.array([*"1122333", *"11223", *"122"])
COLUMNS = DATASET, SUBJECT


def test_leave_one_data_set_out_tests_each_on_the_others():
    folds = leave_one_data_set_out(*COLUMNS)
    assert [fold.name for fold in folds] == ["a", "b", "c"]
    for fold in folds:
        assert {*DATASET[fold.test]} == {fold.name}
        assert {*DATASET[fold.train]} == {"a", "b", "c"} - {fold.name}
        assert len(fold.train) + len(fold.test) == 15
        refuse_shared_subjects(fold, *COLUMNS)


def test_one_data_set_cannot_be_left_out():
    with pytest.raises(InputError, match=r"at least 2 of them.*only b"):
        leave_one_data_set_out(DATASET[:7], SUBJECT[:7])


def test_cross_trains_on_some_and_tests_on_others():
    (fold,) = cross_data_set(DATASET, train_on=("a", "c"), test_on=("b",))
    assert fold.name == "a+c to b"
    assert fold.test.tolist() == [*range(7)]
    assert fold.train.tolist() == [*range(7, 15)]
    (some,) = cross_data_set(DATASET, train_on=("a",), test_on=("c",))
    assert {*DATASET[some.train], *DATASET[some.test]} == {"a", "c"}


@pytest.mark.parametrize(
    ("train_on", "test_on"),
    [(("a",), ("d",)), (("a", "b"), ("b",)), ((), ("a",)), (("a",), ())],
)
def test_cross_needs_two_different_known_groups(train_on, test_on):
    with pytest.raises(InputError, match=r"\['a', 'b', 'c'\].*Received: train"):
        cross_data_set(DATASET, train_on=train_on, test_on=test_on)


@pytest.mark.parametrize(
    "make", [leave_one_subject_out, functools.partial(subject_folds, folds=2)]
)
def test_apart_never_learns_from_another_data_set(make):
    folds = within_each_data_set(make, *COLUMNS)
    for fold in folds:
        (name,) = {*DATASET[fold.train], *DATASET[fold.test]}
        assert fold.name.startswith(f"{name}/")
        assert fold.name.count(name) == 1
        refuse_shared_subjects(fold, *COLUMNS)
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested.tolist()) == [*range(15)]
    assert len({fold.name for fold in folds}) == len(folds)


def test_apart_says_which_data_set_is_too_small():
    with pytest.raises(InputError, match=r"at least 2 subjects.*only c/2"):
        within_each_data_set(leave_one_subject_out, DATASET[-2:], SUBJECT[-2:])
