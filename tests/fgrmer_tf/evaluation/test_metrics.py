import numpy as np
import pytest
import sklearn.metrics

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.metrics import (
    accuracy,
    confusion_matrix,
    f1_per_class,
    recall_per_class,
    scores,
    uar,
    uf1,
)

CLASSES = 5
OURS = {"uf1": uf1, "uar": uar, "accuracy": accuracy}
THEIRS = {
    "uf1": lambda true, predicted: sklearn.metrics.f1_score(
        true, predicted, labels=range(CLASSES), average="macro", zero_division=0
    ),
    "uar": lambda true, predicted: sklearn.metrics.recall_score(
        true, predicted, labels=range(CLASSES), average="macro", zero_division=0
    ),
    "accuracy": sklearn.metrics.accuracy_score,
}


def labels(seed, clips=53, classes=CLASSES):
    random = np.random.default_rng(seed)
    return random.integers(0, classes, clips), random.integers(0, classes, clips)


def test_confusion_counts_true_classes_in_rows():
    true = np.array([0, 0, 0, 1, 2])
    predicted = np.array([0, 2, 2, 1, 1])
    np.testing.assert_array_equal(
        confusion_matrix(true, predicted, 3), [[1, 0, 2], [0, 1, 0], [0, 1, 0]]
    )


def test_a_case_by_hand():
    confusion = np.array([[1, 0, 2], [0, 1, 0], [0, 1, 0]])
    np.testing.assert_allclose(f1_per_class(confusion), [1 / 2, 2 / 3, 0])
    np.testing.assert_allclose(recall_per_class(confusion), [1 / 3, 1, 0])
    assert uf1(confusion) == pytest.approx(7 / 18)
    assert uar(confusion) == pytest.approx(4 / 9)
    assert accuracy(confusion) == pytest.approx(2 / 5)


@pytest.mark.parametrize("name", OURS)
# With 2 or 3 classes seen of 5, the absent ones are judged too.
@pytest.mark.parametrize("seen", [2, 3, 5])
def test_scikit_learn_agrees(name, seen):
    true, predicted = labels(seed=13, classes=seen)
    ours = OURS[name](confusion_matrix(true, predicted, CLASSES))
    assert ours == pytest.approx(THEIRS[name](true, predicted), abs=1e-12)


def test_an_absent_class_counts_as_zero_and_is_never_nan():
    true = np.array([0, 0, 1])
    perfect = confusion_matrix(true, true, 3)
    assert uf1(perfect) == pytest.approx(2 / 3)
    assert uar(perfect) == pytest.approx(2 / 3)
    assert accuracy(perfect) == 1
    only_predicted = confusion_matrix(true, np.array([0, 2, 1]), 3)
    np.testing.assert_allclose(f1_per_class(only_predicted), [2 / 3, 1, 0])
    np.testing.assert_allclose(recall_per_class(only_predicted), [1 / 2, 1, 0])


def test_scores_are_pooled_in_full_and_per_data_set():
    true, predicted = labels(seed=17)
    dataset = np.random.default_rng(19).choice(["samm", "casme2", "smic"], len(true))
    found = scores(true, predicted, dataset, CLASSES)
    assert list(found["datasets"]) == ["casme2", "samm", "smic"]
    for name, theirs in THEIRS.items():
        assert found["full"][name] == pytest.approx(theirs(true, predicted))
        for one, values in found["datasets"].items():
            of = dataset == one
            assert values[name] == pytest.approx(theirs(true[of], predicted[of]))


def test_the_order_of_clips_does_not_matter():
    true, predicted = labels(seed=23)
    dataset = np.random.default_rng(29).choice(["a", "b"], len(true))
    order = np.random.default_rng(31).permutation(len(true))
    shuffled = scores(true[order], predicted[order], dataset[order], CLASSES)
    assert shuffled == scores(true, predicted, dataset, CLASSES)


def test_no_clips_are_refused():
    none = np.array([], np.int64)
    with pytest.raises(InputError, match="no predictions"):
        scores(none, none, np.array([], str), CLASSES)


def test_arrays_of_different_length_are_refused():
    with pytest.raises(InputError, match=r"\(3,\) true, \(2,\) predicted"):
        confusion_matrix(np.zeros(3, np.int64), np.zeros(2, np.int64), CLASSES)


@pytest.mark.parametrize("outside", [-1, CLASSES])
def test_a_label_outside_the_set_is_refused(outside):
    with pytest.raises(InputError, match=rf"\[0, {CLASSES}\)"):
        confusion_matrix(np.array([0, outside]), np.array([0, 0]), CLASSES)
