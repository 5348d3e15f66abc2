from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from export import judge
from export.errors import ExportError
from export.reference import FRAMES_BATCHES

PROBABILITIES = np.random.default_rng(4).dirichlet(np.ones(3), 5)


@pytest.fixture
def answers(card):
    """What a SavedModel that is right says of the made-up clips."""
    names = np.asarray(card.class_names)
    given = {
        "logits": np.log(PROBABILITIES),
        "probabilities": PROBABILITIES + 9e-4,
        "label": names[PROBABILITIES.argmax(axis=1)],
    }
    return {
        f"frames/{batch}/{name}": values[:batch].copy()
        for batch in FRAMES_BATCHES
        for name, values in given.items()
    }


def judged(answers, card, frames: Any = PROBABILITIES):
    expected: Any = SimpleNamespace(frames=frames)
    return judge._frames(answers, expected, card)


def test_answers_near_those_of_the_pipeline_pass(answers, card):
    seen = judged(answers, card)
    assert seen.keys() == {"1", "5"}
    assert seen["5"]["probabilities"] == pytest.approx(9e-4)


@pytest.mark.parametrize("batch", FRAMES_BATCHES)
@pytest.mark.parametrize("error", [2e-4, np.nan])
def test_one_wrong_number_is_caught(answers, card, batch, error):
    answers[f"frames/{batch}/probabilities"][-1, 2] += error
    with pytest.raises(ExportError, match=f"`frames` at batch {batch} differs"):
        judged(answers, card)


def test_a_wrong_label_is_caught(answers, card):
    answers["frames/5/label"][2] = "nobody"
    with pytest.raises(ExportError, match="`label` must name the classes"):
        judged(answers, card)


def test_nothing_to_compare_with_is_no_pass(answers, card):
    with pytest.raises(ValueError, match="what pipeline and Keras say"):
        judged(answers, card, frames=None)
