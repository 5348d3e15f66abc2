import numpy as np
import pytest

from input_pipeline.gaussian import gaussian_window


def test_a_window_is_a_gaussian_of_sum_one_and_three_deviations():
    window = gaussian_window(2.3)
    assert len(window) == 2 * 7 + 1
    assert window.sum() == pytest.approx(1)
    np.testing.assert_allclose(window, window[::-1])
    assert window[7 + 3] / window[7] == pytest.approx(np.exp(-0.5 * (3 / 2.3) ** 2))


def test_nobody_can_write_into_it():
    with pytest.raises(ValueError, match="read-only"):
        gaussian_window(2.3)[0] = 1
