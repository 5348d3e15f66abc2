import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import (
    Fold,
    leave_one_subject_out,
    missing_classes,
    shuffle_labels_within_subjects,
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


def test_a_class_missing_from_the_training_part_is_said():
    label = np.array([0, 2, 0, 0, 2, 1, 2])
    folds = leave_one_subject_out(DATASET, SUBJECT)
    notes = [missing_classes(label, fold, ("a", "b", "c")) for fold in folds]
    assert [len(note) for note in notes] == [0, 0, 0, 1, 0]
    assert "class b" in notes[3][0]


def test_shuffled_labels_keep_the_class_counts_of_each_subject():
    random = np.random.default_rng(5)
    clips = 211
    dataset = random.choice(["a", "b"], clips)
    subject = random.choice(["1", "2", "3"], clips)
    label = random.integers(0, 3, clips)
    before = label.copy()
    shuffled = shuffle_labels_within_subjects(label, dataset, subject, seed=7)
    np.testing.assert_array_equal(label, before)
    assert shuffled.dtype == label.dtype
    for person in {*zip(dataset, subject, strict=True)}:
        of = (dataset == person[0]) & (subject == person[1])
        np.testing.assert_array_equal(np.sort(shuffled[of]), np.sort(label[of]))
        assert (shuffled[of] != label[of]).any()
    again = shuffle_labels_within_subjects(label, dataset, subject, seed=7)
    np.testing.assert_array_equal(shuffled, again)
    other = shuffle_labels_within_subjects(label, dataset, subject, seed=11)
    assert (shuffled != other).any()
