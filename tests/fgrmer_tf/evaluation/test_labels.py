import numpy as np

from fgrmer_tf.evaluation.labels import (
    missing_classes,
    shuffle_labels_within_subjects,
)
from fgrmer_tf.evaluation.protocols import leave_one_subject_out

# Subject 01 of both data sets: two people. Rows are not grouped on purpose.
DATASET = np.array(["samm", "casme2", "samm", "casme2", "casme2", "samm", "casme2"])
SUBJECT = np.array(["01", "01", "02", "01", "10", "01", "2"])


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
