"""The methods that `benchmarks/magnification_quality.py` compares with."""

import cv2
import numpy as np
import pytest

from benchmarks.linear_magnification import linear, linear_bounded
from benchmarks.phase_magnification import phase_based, pyramid_filters

RNG = np.random.default_rng(0)
NOISE = cv2.GaussianBlur(RNG.uniform(size=(48, 53, 3)).astype(np.float32), (0, 0), 1.5)


def wave(shift, length=9.0):
    x = np.arange(53) - shift
    row = 0.5 + 0.3 * np.sin(2 * np.pi * x / length)
    return np.broadcast_to(row[:, None], (48, 53, 3)).astype(np.float32)


def bounded(frame_a, frame_b, factor):
    return linear_bounded(frame_a, frame_b, factor, 0.5)


def smoothed(frame_a, frame_b, factor):
    return phase_based(frame_a, frame_b, factor, 2.0)


@pytest.mark.parametrize("method", [linear, bounded, phase_based, smoothed])
def test_a_factor_of_one_changes_nothing(method):
    np.testing.assert_allclose(method(wave(0), NOISE, 1.0), NOISE, atol=1e-5)


@pytest.mark.parametrize("method", [linear, phase_based, smoothed])
def test_a_small_motion_of_a_wave_is_magnified(method):
    found = method(wave(0), wave(0.02), 10.0)[:, 12:-12]
    truth = wave(0.2)[:, 12:-12]
    before = np.abs(wave(0.02)[:, 12:-12] - truth).mean()
    assert np.abs(found - truth).mean() < 0.1 * before


def test_phase_follows_where_linear_does_not():
    factor, truth = 20.0, wave(3.0)[:, 16:-16]
    errors = [
        np.abs(method(wave(0), wave(0.15), factor)[:, 16:-16] - truth).mean()
        for method in (linear, phase_based)
    ]
    assert errors[1] < 0.3 * errors[0]


def test_the_bound_holds_back_what_linear_cannot_do():
    truth = wave(4.0)
    errors = [
        np.abs(method(wave(0), wave(0.5), 8.0) - truth).mean()
        for method in (linear, bounded)
    ]
    assert errors[1] < errors[0]


def test_smoothing_helps_against_noise():
    frames = [
        wave(shift) + 0.03 * RNG.standard_normal((48, 53, 3), np.float32)
        for shift in (0, 0.1)
    ]
    errors = [
        np.abs(method(*frames, 20.0) - wave(2.0))[:, 16:-16].mean()
        for method in (phase_based, smoothed)
    ]
    assert errors[1] < errors[0]


@pytest.mark.parametrize("size", [(64, 64), (61, 53)])
def test_the_pyramid_gives_back_what_it_got(size):
    high, low, oriented = pyramid_filters(*size)
    squares = sum(np.square(one) for one in oriented)
    mirrored = np.roll(squares[::-1, ::-1], (1, 1), (0, 1))
    total = high**2 + low**2 + squares + mirrored
    np.testing.assert_allclose(total, 1, atol=1e-5)
