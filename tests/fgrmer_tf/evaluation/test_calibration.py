import types

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from fgrmer_tf.evaluation.calibration import calibrate
from fgrmer_tf.evaluation.results import pool
from tests.support.studies import make_columns, make_results


def given(probabilities, true):
    probabilities = np.array(probabilities)
    return types.SimpleNamespace(
        probabilities=probabilities,
        true=np.array(true),
        predicted=probabilities.argmax(axis=1),
        class_names=tuple("abc"[: probabilities.shape[1]]),
    )


def test_a_case_by_hand():
    # Confidences 0.6 (right), 0.8 (wrong), 0.7 and 0.75 (right), in bins of a quarter.
    found = calibrate(
        given([[0.6, 0.4], [0.8, 0.2], [0.3, 0.7], [0.25, 0.75]], [0, 1, 1, 1]), bins=4
    )
    np.testing.assert_allclose(found.edges, [0, 0.25, 0.5, 0.75, 1])
    # A bin holds its upper edge: 0.75 is in the third.
    assert found.clips.tolist() == [0, 0, 3, 1]
    np.testing.assert_allclose(found.accuracy[2:], [1, 0])
    np.testing.assert_allclose(found.confidence[2:], [(0.6 + 0.7 + 0.75) / 3, 0.8])
    assert np.isnan(found.accuracy[:2]).all()
    assert np.isnan(found.confidence[:2]).all()
    assert found.ece == pytest.approx((0.4 + 0.3 + 0.25 + 0.8) / 4)
    squares = [2 * 0.4**2, 2 * 0.8**2, 2 * 0.3**2, 2 * 0.25**2]
    assert found.brier == pytest.approx(np.mean(squares))


def test_scikit_learn_finds_the_same_curve():
    columns = make_columns(clips=401)
    predictions = pool(columns, make_results(columns, skill=1.0, seeds=(2, 3)))
    found = calibrate(predictions)
    right = predictions.predicted == predictions.true
    confidence = predictions.probabilities.max(axis=1)
    accuracy, mean = calibration_curve(right, confidence, n_bins=10)
    filled = found.clips > 0
    np.testing.assert_allclose(found.accuracy[filled], accuracy)
    np.testing.assert_allclose(found.confidence[filled], mean)
    assert found.clips.sum() == 802


def test_certainty_that_is_always_right_is_calibrated():
    found = calibrate(given(np.eye(3), [0, 1, 2]))
    assert found.ece == found.brier == 0
    assert found.clips.tolist() == [0] * 9 + [3]
