"""Magnifying the motion of a whole sequence of frames."""

from collections.abc import Iterable, Iterator

import numpy as np
import scipy.signal
import tensorflow as tf

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.frames import (
    check_factor,
    check_pair,
    to_image,
    to_unit_range,
)
from input_pipeline.magnification.network import MagNet

_ORDER = 2


def magnify_sequence(
    frames: Iterable[np.ndarray],
    magnet: MagNet,
    factor: float,
    *,
    band: tuple[float, float] | None = None,
    fps: float = 0.0,
) -> Iterator[np.ndarray]:
    """Yields each frame with its motion `factor` times as large.

    Without `band`, motion is counted from the first frame. With it, the shape of every
    frame is passed through a causal Butterworth band-pass of second order, pixel by
    pixel, and what passes is magnified: slow head motion and noise of single frames
    stay as they are.

    Source:
        Oh et al., ECCV 2018, static mode and temporal filtering of the shape.

    Args:
        frames: uint8 RGB of one size.
        magnet: The network.
        factor: 1 leaves the motion as it is, 0 takes it out, below 0 turns it round.
        band: Lowest and highest frequency [Hz], 0 < low < high < fps / 2.
        fps: Frame rate [Hz]; used with `band`.

    Yields:
        uint8 RGB, one for each frame.

    Raises:
        InputError: At the first frame, if `factor` or `band` breaks its rule; later, if
            frames differ in size.
    """
    check_factor(factor)
    band_pass = None if band is None else _BandPass(band, fps)
    strength = tf.constant([factor - 1.0 + magnet.identity_factor], tf.float32)
    encode = tf.function(lambda frame: magnet.encoder(frame, training=False))
    render = tf.function(
        lambda texture, still, shape: magnet.decoder(
            [texture, magnet.manipulator([still, shape, strength])], training=False
        )
    )
    first: np.ndarray | None = None
    reference = None
    for frame in frames:
        if first is None:
            first = frame
        check_pair(first, frame)
        texture, shape = encode(to_unit_range(frame)[None])
        if reference is None:
            reference = shape
        still = reference if band_pass is None else shape - band_pass(shape.numpy())
        image = render(texture, still, shape).numpy()[0]
        yield to_image(image[: frame.shape[0], : frame.shape[1]])


class _BandPass:
    """A causal band-pass over time of every element of an array."""

    def __init__(self, band: tuple[float, float], fps: float) -> None:
        low, high = band
        if not 0 < low < high < fps / 2:
            raise InputError(
                "A band is two frequencies in Hz with 0 < low < high < half the frame "
                f"rate of {fps:g} Hz. Received: {low:g} and {high:g}."
            )
        self._sections = scipy.signal.butter(
            _ORDER, band, btype="bandpass", fs=fps, output="sos"
        )
        self._state: np.ndarray | None = None

    def __call__(self, values: np.ndarray) -> np.ndarray:
        if self._state is None:
            # As if the first values had been there for ever: nothing passes yet.
            settled = scipy.signal.sosfilt_zi(self._sections)
            shape = (*settled.shape, *(1,) * values.ndim)
            self._state = settled.reshape(shape) * values
        passed, self._state = scipy.signal.sosfilt(
            self._sections, values[None], axis=0, zi=self._state
        )
        return passed[0].astype(np.float32)
