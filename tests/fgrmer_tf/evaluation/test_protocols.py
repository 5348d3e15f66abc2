import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import (
    Fold,
    leave_one_subject_out,
    subject_folds,
    subject_keys,
)

# Subject 01 of both data sets: two people. Rows are not grouped on purpose.
DATASET = np.array(["samm", "casme2", "samm", "casme2", "casme2", "samm", "casme2"])
SUBJECT = np.array(["01", "01", "02", "01", "10", "01", "2"])


def test_a_fold_is_a_subject_of_a_data_set_in_sorted_order():
    folds = leave_one_subject_out(DATASET, SUBJECT)
    assert [fold.name for fold in folds] == [
        "casme2/01",
        "casme2/10",
        "casme2/2",
        "samm/01",
        "samm/02",
    ]
    assert [fold.test.tolist() for fold in folds] == [[1, 3], [4], [6], [0, 5], [2]]
    assert all(fold.train.dtype == fold.test.dtype == np.int64 for fold in folds)


def test_folds_are_disjoint_and_together_complete():
    folds = leave_one_subject_out(DATASET, SUBJECT)
    rows = np.arange(len(DATASET))
    for fold in folds:
        np.testing.assert_array_equal(np.union1d(fold.train, fold.test), rows)
        people = {
            side: {(DATASET[row], SUBJECT[row]) for row in getattr(fold, side)}
            for side in ("train", "test")
        }
        assert len(people["test"]) == 1
        assert not people["train"] & people["test"]
    tested = np.concatenate([fold.test for fold in folds])
    np.testing.assert_array_equal(np.sort(tested), rows)


def test_the_order_of_folds_does_not_depend_on_the_order_of_rows():
    order = np.random.default_rng(3).permutation(len(DATASET))
    names = [f.name for f in leave_one_subject_out(DATASET[order], SUBJECT[order])]
    assert names == [f.name for f in leave_one_subject_out(DATASET, SUBJECT)]


def test_an_empty_table_is_refused():
    with pytest.raises(InputError, match="empty table"):
        leave_one_subject_out(np.array([], str), np.array([], str))


def test_a_single_subject_is_refused_by_name():
    with pytest.raises(InputError, match="only samm/01, with 2 clips"):
        leave_one_subject_out(DATASET[[0, 5]], SUBJECT[[0, 5]])


def test_a_slash_in_a_data_set_name_is_refused():
    # Else ("a/b", "c") and ("a", "b/c") would be one fold name.
    with pytest.raises(InputError, match=r"\['a/b'\]"):
        leave_one_subject_out(np.array(["a/b", "a"]), np.array(["c", "b/c"]))


def test_a_fold_that_tests_a_training_clip_is_refused():
    with pytest.raises(InputError, match=r"2 such rows, first \[3, 5\]"):
        Fold("samm/01", np.array([2, 3, 5]), np.array([3, 5, 7]))


@pytest.mark.parametrize(("train", "test"), [([], [1]), ([1], [])])
def test_a_fold_with_an_empty_side_is_refused(train, test):
    with pytest.raises(InputError, match="clips to train on and clips to test"):
        Fold("samm/01", np.array(train, np.int64), np.array(test, np.int64))


def many_subjects():
    random = np.random.default_rng(5)
    subject = random.choice([f"s{n:02d}" for n in range(17)], 211)
    return np.where(np.arange(211) % 3 > 0, "a", "b"), subject


@pytest.mark.parametrize("count", [2, 5, 34])
def test_grouped_folds_keep_subjects_whole_and_are_of_equal_size(count):
    dataset, subject = many_subjects()
    folds = subject_folds(dataset, subject, folds=count)
    assert len(folds) == count
    for fold in folds:
        people = [
            {*subject_keys(dataset[rows], subject[rows])}
            for rows in (fold.train, fold.test)
        ]
        assert not people[0] & people[1]
        assert len(fold.train) + len(fold.test) == 211
    tested = np.sort(np.concatenate([fold.test for fold in folds]))
    np.testing.assert_array_equal(tested, np.arange(211))
    sizes = [len(fold.test) for fold in folds]
    largest_subject = max(
        np.unique(subject_keys(dataset, subject), axis=0, return_counts=True)[1]
    )
    assert max(sizes) - min(sizes) <= largest_subject


def test_a_seed_decides_between_subjects_of_equal_size():
    dataset, subject = np.full(8, "a"), np.array([*"abcdefgh"])
    splits = [
        [f.test.tolist() for f in subject_folds(dataset, subject, folds=4, seed=seed)]
        for seed in (0, 0, 1)
    ]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize("count", [1, 5])
def test_as_many_folds_as_there_are_subjects_at_most(count):
    with pytest.raises(InputError, match=f"2 to 4.*Received: {count}"):
        subject_folds(np.full(8, "a"), np.array([*"aabbccdd"]), folds=count)
