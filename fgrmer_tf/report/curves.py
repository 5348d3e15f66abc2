"""Pictures of a run that are lines: learning, reliability, a moved apex."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from fgrmer_tf.evaluation.calibration import Calibration
from fgrmer_tf.evaluation.robustness import ApexShift
from fgrmer_tf.report.figures import ACCENT, INK, STYLE

_SIZE = (4.6, 3.7)


def loss_figure(losses: Sequence[Sequence[float]]) -> Figure:
    """Training loss over epochs: each fold a thin line, their median a thick one.

    Args:
        losses: Mean loss of each epoch, one sequence a fold; they may differ in length
            where epochs were chosen for each fold.

    Returns:
        A figure.
    """
    longest = max(map(len, losses))
    values = np.full((len(losses), longest), np.nan)
    for row, loss in enumerate(losses):
        values[row, : len(loss)] = loss
    epochs = np.arange(1, longest + 1)
    # A line needs two points.
    marker = "o" if longest == 1 else None
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
        # Two hundred lines make a band, eight stay lines.
        alpha = float(np.clip(4 / len(values), 0.05, 0.5))
        thin = axes.plot(
            epochs, values.T, color=ACCENT, alpha=alpha, linewidth=0.7, marker=marker
        )
        thin[0].set_label("one fold")
        median = np.nanmedian(values, axis=0)
        axes.plot(epochs, median, color=INK, label="median", marker=marker)
        axes.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    return figure


def accuracy_figure(accuracy: np.ndarray) -> Figure:
    """Share of test clips that are right after each epoch.

    Args:
        accuracy: float64 `(epochs,)` in [0, 1].

    Returns:
        A figure.
    """
    epochs = np.arange(1, len(accuracy) + 1)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
        marker = "o" if len(epochs) == 1 else None
        axes.plot(epochs, accuracy, color=ACCENT, marker=marker)
        axes.set(xlabel="epoch", ylabel="accuracy on test clips", ylim=(0, 1))
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def reliability_figure(calibration: Calibration) -> Figure:
    """Accuracy against confidence: on the diagonal where probabilities are honest.

    Args:
        calibration: Bins of confidence.

    Returns:
        A figure; the number of predictions stands at each point.
    """
    filled = calibration.clips > 0
    confidence = calibration.confidence[filled]
    accuracy = calibration.accuracy[filled]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.6, linestyle="--")
        axes.plot(confidence, accuracy, color=ACCENT, marker="o", clip_on=False)
        for x, y, clips in zip(
            confidence, accuracy, calibration.clips[filled], strict=True
        ):
            axes.annotate(
                str(clips),
                (x, y),
                xytext=(0, 6 if y < 0.5 else -12),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
            )
        axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
        axes.set_aspect("equal")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def robustness_figure(shifts: Sequence[ApexShift]) -> Figure:
    """Scores against the frames between the annotated apex and the one used.

    Args:
        shifts: In order of offset.

    Returns:
        A figure.
    """
    offsets = [shift.offset for shift in shifts]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
        for name, label, style in (
            ("uf1", "UF1", "-"),
            ("uar", "UAR", "--"),
            ("accuracy", "accuracy", ":"),
        ):
            values = [shift.scores[name] for shift in shifts]
            axes.plot(
                offsets, values, style, color=ACCENT, marker="o", ms=3.5, label=label
            )
        axes.set(xlabel="frames after the annotated apex", ylim=(0, 1))
        axes.set_xticks(offsets)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    return figure
