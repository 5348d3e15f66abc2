import dataclasses

import cv2
import numpy as np
import pytest

from input_pipeline.synthetic.clip_plan import Drift
from input_pipeline.synthetic.render import ClipRenderer, expose
from input_pipeline.synthetic.settings import CameraSettings

CAMERA = CameraSettings()
STILL = Drift(*np.zeros((3, 3, 1)))


@pytest.fixture(scope="module")
def renderers(actors):
    """Every clip of the default set."""
    return [
        (plan, ClipRenderer(actor.portrait, plan, CAMERA))
        for actor in actors
        for plan in actor.plans
    ]


@pytest.fixture(scope="module")
def strongest(renderers):
    return max(renderers, key=lambda pair: pair[0].peak_px)


def still(actor, plan):
    return ClipRenderer(actor.portrait, dataclasses.replace(plan, drift=STILL), CAMERA)


def test_action_units_move_the_mesh_by_0_3_to_2_px(renderers):
    peaks = []
    for plan, renderer in renderers:
        truth = renderer.truth()
        peaks.append(np.linalg.norm(truth.motion, axis=1).max())
        assert peaks[-1] == pytest.approx(plan.peak_px, abs=1e-6)
        assert len(truth.unit_peak) == len(plan.units)
        assert all(peak > 0.02 for peak in truth.unit_peak)
    assert min(peaks) > 0.3 - 1e-6
    assert max(peaks) < 2.0 + 1e-6
    assert min(peaks) < 0.5
    assert max(peaks) > 1.5


def test_motion_is_largest_at_the_apex(actors):
    for actor in actors[:3]:
        for plan in actor.plans:
            renderer = still(actor, plan)
            rest = renderer.mesh(plan.onset)
            size = {
                frame: np.linalg.norm(renderer.mesh(frame) - rest, axis=1).max()
                for frame in range(plan.onset, plan.offset + 1)
            }
            assert max(size, key=lambda frame: size[frame]) == plan.apex


def test_pixels_move_with_the_mesh(renderers):
    """Optical flow, which knows nothing of the fields, finds the true motion."""
    good = []
    for plan, renderer in renderers[::5]:
        truth = renderer.truth()
        first, second = (
            cv2.cvtColor(renderer.frame(f), cv2.COLOR_RGB2GRAY)
            for f in (plan.onset, plan.apex)
        )
        start = np.zeros((*first.shape, 2), np.float32)
        flow = cv2.calcOpticalFlowFarneback(
            first, second, start, 0.5, 3, 21, 5, 7, 1.5, 0
        )
        moving = np.argsort(-np.linalg.norm(truth.motion, axis=1))[:13]
        column, row = truth.mesh_onset[moving].astype(int).T
        seen = flow[row, column].ravel()
        true = (truth.mesh_apex - truth.mesh_onset)[moving].ravel()
        cosine = seen @ true / np.linalg.norm(seen) / np.linalg.norm(true)
        size = np.linalg.norm(seen) / np.linalg.norm(true)
        good.append(cosine > 0.8 and 0.6 < size < 1.4)
    assert np.mean(good) > 0.9


def test_what_is_behind_the_head_rests(strongest):
    plan, renderer = strongest
    change = np.abs(
        renderer.frame(plan.apex).astype(int) - renderer.frame(plan.onset)
    ).max(axis=2)
    assert change[:, :3].max() <= 1
    assert change[:, -3:].max() <= 1
    assert change[100:380, 200:440].max() > 5


def test_neutral_frames_are_equal_without_drift(actors):
    plan = actors[1].plans[0]
    renderer = still(actors[1], plan)
    onset = renderer.frame(plan.onset)
    np.testing.assert_array_equal(renderer.frame(plan.first), onset)
    np.testing.assert_array_equal(renderer.frame(plan.last), onset)
    assert (renderer.frame(plan.apex) != onset).any()


def test_frames_have_the_size_of_casme2(strongest):
    plan, renderer = strongest
    frame = renderer.frame(plan.first)
    assert frame.shape == (480, 640, 3)
    assert frame.dtype == np.uint8


def test_noise_is_fresh_and_grows_with_the_signal():
    rng = np.random.default_rng(3)
    noise = {}
    for level in (20, 200):
        flat = np.full((211, 307, 3), level, np.uint8)
        first, second = (expose(flat, CAMERA, rng).astype(float) for _ in range(2))
        expected = np.sqrt(1.0**2 + 0.02 * level)
        assert first.std() == pytest.approx(expected, rel=0.1)
        assert first.mean() == pytest.approx(level, abs=0.1)
        assert (first - second).std() == pytest.approx(expected * 2**0.5, rel=0.1)
        noise[level] = first.std()
    assert noise[200] > noise[20]


def test_noise_saturates():
    white = np.full((23, 29, 3), 255, np.uint8)
    assert expose(white, CAMERA, np.random.default_rng(1)).min() > 200
