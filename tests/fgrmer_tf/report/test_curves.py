import numpy as np
import pytest

from fgrmer_tf.evaluation.calibration import Calibration
from fgrmer_tf.evaluation.robustness import ApexShift
from fgrmer_tf.report import curves


@pytest.mark.parametrize(("folds", "epochs"), [(1, 1), (5, 1), (211, 7)])
def test_losses_are_a_line_a_fold_and_their_median(folds, epochs):
    losses = np.random.default_rng(3).uniform(1, 2, (folds, epochs))
    (axes,) = curves.loss_figure(losses.tolist()).axes
    *thin, median = axes.get_lines()
    assert len(thin) == folds
    np.testing.assert_allclose(thin[-1].get_ydata(), losses[-1])
    np.testing.assert_allclose(median.get_ydata(), np.median(losses, axis=0))
    assert median.get_xdata().tolist() == list(range(1, epochs + 1))
    assert axes.get_ylim()[0] == 0


def test_folds_may_have_different_numbers_of_epochs():
    (axes,) = curves.loss_figure([[3, 2, 1], [5], [4, 1]]).axes
    *thin, median = axes.get_lines()
    np.testing.assert_array_equal(thin[1].get_ydata(), [5, np.nan, np.nan])
    np.testing.assert_array_equal(median.get_ydata(), [4, 1.5, 1])


@pytest.mark.parametrize("epochs", [1, 5])
def test_accuracy_on_test_clips_is_drawn_over_epochs(epochs):
    accuracy = np.linspace(0.3, 0.7, epochs)
    (axes,) = curves.accuracy_figure(accuracy).axes
    (line,) = axes.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), accuracy)
    assert line.get_xdata()[0] == 1
    assert axes.get_ylim() == (0, 1)


def test_reliability_shows_filled_bins_with_their_size():
    calibration = Calibration(
        edges=np.linspace(0, 1, 4),
        clips=np.array([0, 17, 5]),
        confidence=np.array([np.nan, 0.5, 0.9]),
        accuracy=np.array([np.nan, 0.4, 0.8]),
        ece=0.1,
        brier=0.2,
    )
    (axes,) = curves.reliability_figure(calibration).axes
    diagonal, line = axes.get_lines()
    np.testing.assert_array_equal(diagonal.get_ydata(), [0, 1])
    np.testing.assert_array_equal(line.get_xdata(), [0.5, 0.9])
    np.testing.assert_array_equal(line.get_ydata(), [0.4, 0.8])
    assert [text.get_text() for text in axes.texts] == ["17", "5"]


def test_a_moved_apex_is_a_line_a_score():
    shifts = [
        ApexShift(
            offset=offset,
            milliseconds={},
            scores={"uf1": 0.1 + value, "uar": 0.2 + value, "accuracy": 0.3 + value},
            moved=3,
        )
        for offset, value in ((-3, 0.1), (0, 0.5), (2, 0.2))
    ]
    (axes,) = curves.robustness_figure(shifts).axes
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert lines.keys() == {"UF1", "UAR", "accuracy"}
    np.testing.assert_allclose(lines["UAR"].get_ydata(), [0.3, 0.7, 0.4])
    np.testing.assert_array_equal(lines["accuracy"].get_xdata(), [-3, 0, 2])
