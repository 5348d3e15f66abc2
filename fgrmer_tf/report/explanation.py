"""Pictures of what a model looked at and what its AU nodes said."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from fgrmer_tf.report.figures import ACCENT, INK, STYLE
from fgrmer_tf.spec import AU_NODES, BROW_AUS, PATCH_LANDMARKS

# Strokes of the 68-point scheme: jaw, brows, nose, eyes, outer and inner lips.
_STROKES = (
    (range(17), False),
    (range(17, 22), False),
    (range(22, 27), False),
    (range(27, 31), False),
    (range(31, 36), False),
    (range(36, 42), True),
    (range(42, 48), True),
    (range(48, 60), True),
    (range(60, 68), True),
)
_MARGIN = 0.12
_EDGE = 0.05
"""Conditional probability below which an edge of the AU graph is not drawn."""


def attention_figure(
    attention: np.ndarray, landmarks: np.ndarray, frame: np.ndarray | None = None
) -> Figure:
    """Draws how much each of the 30 patches is read, on a face.

    Area and shade grow with attention; an open ring marks even attention.

    Args:
        attention: `(landmarks,)` in the order of `spec.PATCH_LANDMARKS`; 1 is even.
        landmarks: `(68, 2)` as (x, y), y down, in any unit, or [px] of `frame`.
        frame: uint8 RGB `(height, width, 3)` to draw on; without one, the face is
            drawn from its landmarks.

    Returns:
        A figure.
    """
    points = landmarks[list(PATCH_LANDMARKS)]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        axes = figure.subplots()
        if frame is not None:
            axes.imshow(frame)
        for stroke, closed in () if frame is not None else _STROKES:
            line = landmarks[[*stroke, stroke[0]] if closed else [*stroke]]
            axes.plot(*line.T, color=INK, linewidth=0.7, alpha=0.6)
        even = 60
        axes.scatter(*points.T, s=even, facecolors="none", edgecolors=INK, lw=0.5)
        axes.scatter(
            *points.T,
            s=even * attention,
            c=ACCENT if frame is None else "#ffe000",
            alpha=0.75,
            linewidths=0,
        )
        low, high = landmarks.min(axis=0), landmarks.max(axis=0)
        edge = _MARGIN * float((high - low).max())
        axes.set_xlim(low[0] - edge, high[0] + edge)
        axes.set_ylim(high[1] + edge, low[1] - edge)
        axes.set_aspect("equal")
        axes.set_axis_off()
    return figure


def relevance_figure(relevance: np.ndarray, class_names: Sequence[str]) -> Figure:
    """Draws what each AU node adds to the logit of each class.

    Args:
        relevance: `(num_classes, num_nodes)`, less its mean over classes.
        class_names: In label order.

    Returns:
        A figure: one panel a class, bars to the right speak for it.
    """
    names = [f"AU{number}" for number in AU_NODES]
    reach = float(np.abs(relevance).max()) or 1.0
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(2.3 * len(class_names), 2.9), layout="constrained")
        panels = figure.subplots(1, len(class_names), sharey=True, squeeze=False)[0]
        for axes, values, name in zip(panels, relevance, class_names, strict=True):
            axes.barh(names, values, color=ACCENT)
            axes.axvline(0, color=INK, linewidth=0.6)
            axes.axhline(len(BROW_AUS) - 0.5, color=INK, linewidth=0.3)
            axes.set_xlim(-1.1 * reach, 1.1 * reach)
            axes.set_title(name, fontsize=9, parse_math=False)
            axes.spines[["top", "right", "left"]].set_visible(False)
            axes.tick_params(axis="y", length=0)
        panels[0].invert_yaxis()
        figure.supxlabel("share of the logit, mean over classes taken out", fontsize=9)
    return figure


def graph_figure(adjacency: np.ndarray) -> Figure:
    """Draws the AU graph as nodes on a circle and arrows between them.

    An arrow from AU a to AU b is as wide as `P(b | a)`; those below 0.05 are left out.
    Brow nodes are filled.

    Args:
        adjacency: `(num_nodes, num_nodes)`, `[i, j]` is P(node i | node j); the
            diagonal is left out.

    Returns:
        A figure.
    """
    count = len(AU_NODES)
    angle = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        axes = figure.subplots()
        for target, source in np.argwhere(adjacency >= _EDGE):
            if target == source:
                continue
            axes.annotate(
                "",
                tuple(place[target]),
                xytext=tuple(place[source]),
                arrowprops={
                    "arrowstyle": "-|>",
                    "connectionstyle": "arc3,rad=0.12",
                    "shrinkA": 15,
                    "shrinkB": 15,
                    "linewidth": 2.5 * float(min(adjacency[target, source], 1)),
                    "color": ACCENT,
                    "alpha": 0.7,
                },
            )
        for (x, y), number in zip(place, AU_NODES, strict=True):
            brow = number in BROW_AUS
            axes.scatter(
                x, y, s=620, facecolors=ACCENT if brow else "none", edgecolors=INK
            )
            axes.text(
                x,
                y,
                f"AU{number}",
                ha="center",
                va="center",
                color="white" if brow else INK,
            )
        axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
        axes.set_aspect("equal")
        axes.set_axis_off()
    return figure
