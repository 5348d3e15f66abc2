"""Whether a probability of 0.8 is right in eight of ten clips."""

import dataclasses

import numpy as np

from fgrmer_tf.evaluation.results import Predictions

BINS = 10


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Calibration:
    """Reliability of the most probable class.

    Args:
        edges: float64 `(bins + 1,)`, of confidence, from 0 to 1.
        clips: int64 `(bins,)`, predictions of that confidence.
        confidence: float64 `(bins,)`, their mean probability; NaN in an empty bin.
        accuracy: float64 `(bins,)`, their share of right answers; NaN likewise.
        ece: Expected calibration error in [0, 1]: mean distance of the two, each bin
            weighted by its clips.
        brier: Mean squared distance of all probabilities from the truth, in [0, 2].
    """

    edges: np.ndarray
    clips: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    ece: float
    brier: float


def calibrate(predictions: Predictions, bins: int = BINS) -> Calibration:
    """Compares confidence with accuracy in bins of equal width.

    A bin holds its upper edge. With few clips the error is biased upwards: a perfectly
    calibrated model does not reach 0.

    Source:
        Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2.

    Args:
        predictions: Pooled predictions; those of all seeds count alike.
        bins: Number of bins, at least 1.
    """
    confidence = predictions.probabilities.max(axis=1)
    right = predictions.predicted == predictions.true
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    clips = np.bincount(bin_of, minlength=bins)
    sums = [
        np.bincount(bin_of, weights=values, minlength=bins)
        for values in (confidence, right)
    ]
    means = [
        np.divide(total, clips, out=np.full(bins, np.nan), where=clips > 0)
        for total in sums
    ]
    truth = np.eye(len(predictions.class_names))[predictions.true]
    squares = ((predictions.probabilities - truth) ** 2).sum(axis=1)
    return Calibration(
        edges=edges,
        clips=clips,
        confidence=means[0],
        accuracy=means[1],
        ece=float(np.abs(sums[0] - sums[1]).sum() / clips.sum()),
        brier=float(squares.mean()),
    )
