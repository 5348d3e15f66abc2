import numpy as np
import pytest

from export.errors import ExportError
from export.quality import quality

LABEL = np.array([0] * 50 + [1] * 50)
RIGHT = np.eye(2)[LABEL]
NAMES = ("a", "b")


def test_equal_answers_lose_nothing():
    record = quality(RIGHT, RIGHT, LABEL, NAMES)
    assert record["loss"] == 0
    assert record["macro_f1"] == {"keras": 1.0, "artefact": 1.0}
    assert record["same_label"] == 1
    assert record["clips"] == 100


def test_scores_are_told_by_class():
    actual = RIGHT.copy()
    actual[0] = (0, 1)
    record = quality(RIGHT, actual, LABEL, NAMES)
    # Class a: 49 of 50 found, none wrong: 2*49 / (2*49 + 1). Class b: 2*50 / 101.
    assert record["f1_per_class"]["a"] == {
        "keras": 1.0,
        "artefact": pytest.approx(98 / 99),
    }
    assert record["f1_per_class"]["b"]["artefact"] == pytest.approx(100 / 101)
    assert record["loss"] == pytest.approx(1 - (98 / 99 + 100 / 101) / 2)
    assert record["same_label"] == pytest.approx(0.99)


def test_a_better_score_is_no_loss():
    worse = RIGHT.copy()
    worse[:10] = (0, 1)
    assert quality(worse, RIGHT, LABEL, NAMES)["loss"] < 0


def test_two_points_are_too_much():
    actual = RIGHT.copy()
    actual[[0, 50]] = actual[[50, 0]]
    with pytest.raises(ExportError, match=r"falls by 0\.020 on 100 clips.*'a'"):
        quality(RIGHT, actual, LABEL, NAMES)
