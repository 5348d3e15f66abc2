import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fgrmer_tf.evaluation.results import softmax
from fgrmer_tf.training.linear_fit import UNSEEN, fit_linear, standardise

STRENGTH = 0.1


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other take a hundred times as long here."""
    with threadpool_limits(limits=1):
        yield


def clips(count, features, classes=3, seed=3):
    random = np.random.default_rng(seed)
    label = random.permutation(np.arange(count) % classes)
    patterns = random.normal(size=(classes, features))
    return random.normal(2, 3, (count, features)) + patterns[label], label


@pytest.mark.parametrize(("count", "features"), [(17, 101), (101, 17)])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_weights_are_those_of_a_plain_pipeline(count, features, classes):
    values, label = clips(count, features, classes)
    theirs = make_pipeline(
        StandardScaler(),
        LogisticRegression(
            C=1 / (STRENGTH * features),
            class_weight="balanced",
            tol=1e-8,
            max_iter=10_000,
        ),
    ).fit(values, label)
    ours = fit_linear(values, label, classes, STRENGTH)
    others, _ = clips(13, features, seed=5)
    np.testing.assert_allclose(
        softmax(ours.logits(others)), theirs.predict_proba(others), atol=1e-4
    )


def test_standardised_clips_have_mean_0_and_length_1():
    values, _ = clips(17, 11)
    values[:, 7] = 5
    start = standardise(values, 3)
    shown = (values - start.mean) * start.scale
    np.testing.assert_allclose(shown.mean(axis=0), np.zeros(11), atol=1e-12)
    expected = np.full(11, 1 / np.sqrt(11))
    expected[7] = 0
    np.testing.assert_allclose(shown.std(axis=0), expected)
    np.testing.assert_array_equal(start.logits(values), np.zeros((17, 3)))


def test_a_class_without_a_clip_is_never_predicted():
    values, label = clips(17, 11, classes=2)
    model = fit_linear(values, 2 * label, 3, STRENGTH)
    logits = model.logits(values)
    np.testing.assert_array_equal(logits[:, 1], np.full(17, UNSEEN, np.float64))
    assert (logits.argmax(axis=1) == 2 * label).mean() > 0.9


@pytest.mark.parametrize("constant", ["label", "values"])
def test_where_nothing_can_be_told_apart_it_says_nothing(constant):
    values, label = clips(17, 11)
    if constant == "label":
        label = np.ones_like(label)
        expected = [UNSEEN, 0.0, UNSEEN]
    else:
        values = np.full_like(values, 2.0)
        expected = [0.0, 0.0, 0.0]
    model = fit_linear(values, label, 3, STRENGTH)
    np.testing.assert_array_equal(model.logits(values), np.tile(expected, (17, 1)))
