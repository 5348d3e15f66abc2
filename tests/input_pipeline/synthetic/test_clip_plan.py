import numpy as np
import pytest

from input_pipeline.synthetic.planning import plan_subject
from input_pipeline.synthetic.settings import MotionSettings


@pytest.fixture(scope="module")
def plan():
    """A clip in which more than one unit moves."""
    plans = plan_subject(3, np.random.default_rng(7), MotionSettings())
    return next(plan for plan in plans if len(plan.units) > 1)


def test_units_rise_to_the_apex_and_fall_back(plan):
    at = np.array([plan.activation(f) for f in range(plan.first, plan.last + 1)])
    onset, apex, offset = (
        frame - plan.first for frame in (plan.onset, plan.apex, plan.offset)
    )
    assert at.shape == (plan.last - plan.first + 1, len(plan.units))
    assert (at[: onset + 1] == 0).all()
    assert (at[offset:] == 0).all()
    assert (at[apex] == 1).all()
    assert (np.delete(at, apex, axis=0) < 1).all()
    assert (np.diff(at[: apex + 1], axis=0) >= 0).all()
    assert (np.diff(at[apex:], axis=0) <= 0).all()


def test_a_lagging_unit_starts_later(plan):
    lags = [unit.lag for unit in plan.units]
    assert lags[0] == 0 < lags[1]
    early = plan.activation(plan.onset + 1)
    assert early[0] > early[1]


def test_the_head_drifts_from_its_place_at_onset(plan):
    np.testing.assert_array_equal(plan.drift.at(0), 0)
    path = np.array([plan.drift.at(f) for f in range(60)])
    assert (np.abs(path).max(axis=0) > 0).all()
    # Twice the amplitude, and smooth: 3 Hz at 200 frames a second.
    assert (np.abs(path).max(axis=0) <= [1.0, 1.0, 0.003]).all()
    assert np.abs(np.diff(path[:, :2], axis=0)).max() < 0.5 * 0.1


def test_the_string_of_the_sheet_names_every_unit(plan):
    assert plan.action_units.count("+") == len(plan.units) - 1
