"""Pictures of a run, drawn without a display."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from fgrmer_tf.spec import AU_NODES

INK = "#1c2330"
"""Colour of text and lines; in SVG it becomes the text colour of the page around it."""
ACCENT = "#2b6cb0"
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
}
_UPRIGHT = 4
"""Classes whose names stand side by side; more are slanted, or they would meet."""
# From nothing to the accent, so that empty cells show the page, light or dark.
_SHADES = LinearSegmentedColormap.from_list("shades", [f"{ACCENT}00", f"{ACCENT}ff"])


def svg(figure: Figure, name: str) -> str:
    """The figure as an `<svg>` element for a page, the same bytes every time.

    Args:
        figure: What to draw.
        name: Unique on the page: keeps the ids of its figures apart.

    Returns:
        The element, transparent, its ink in the colour of the text around it.
    """
    text = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    element = text.getvalue()
    return element[element.index("<svg") :].replace(INK, "currentColor")


def png(figure: Figure) -> bytes:
    """The figure as a PNG file on white, 200 dots per inch."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=200, facecolor="white")
    return content.getvalue()


def _grid(
    shade: np.ndarray, rows: Sequence[str], columns: Sequence[str], size: float
) -> tuple[Figure, matplotlib.axes.Axes]:
    """Labelled cells of the given shade in [0, 1], first row on top."""
    figure = Figure(figsize=(size, size * 0.86), layout="constrained")
    axes = figure.subplots()
    # `clip_on`: half of the outer lines lies outside the axes.
    axes.pcolormesh(
        shade,
        cmap=_SHADES,
        vmin=0,
        vmax=1,
        edgecolors=INK,
        linewidth=0.3,
        clip_on=False,
    )
    axes.invert_yaxis()
    axes.set_aspect("equal")
    # `parse_math`: a dollar sign in a class name is a dollar sign.
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, parse_math=False)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, parse_math=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure, axes


def _write(axes, row: int, column: int, text: str, shade: float, size: float) -> None:
    axes.text(
        column + 0.5,
        row + 0.5,
        text,
        ha="center",
        va="center",
        fontsize=size,
        color="white" if shade > 0.55 else INK,
    )


def confusion_figure(confusion: np.ndarray, class_names: Sequence[str]) -> Figure:
    """Counts, and what share of the true class they are.

    Args:
        confusion: int64 `(num_classes, num_classes)`, rows true.
        class_names: In label order.

    Returns:
        A figure; a row without clips is empty.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    share = confusion / np.maximum(totals, 1)
    with matplotlib.rc_context(STYLE):
        figure, axes = _grid(share, class_names, class_names, size=4.2)
        for (row, column), count in np.ndenumerate(confusion):
            text = f"{count}\n{share[row, column]:.0%}"
            _write(axes, row, column, text, share[row, column], 10)
        if len(class_names) > _UPRIGHT:
            for label in axes.get_xticklabels():
                label.set(rotation=35, ha="right", rotation_mode="anchor")
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
    return figure


def adjacency_figure(adjacency: np.ndarray) -> Figure:
    """How often the AU of a row comes with the AU of a column.

    Args:
        adjacency: `(num_nodes, num_nodes)`, `[i, j]` is P(node i | node j). The
            diagonal is left out: it says nothing.

    Returns:
        A figure.
    """
    names = [f"AU{number}" for number in AU_NODES]
    shown = np.where(np.eye(len(names), dtype=bool), 0, adjacency)
    with matplotlib.rc_context(STYLE):
        figure, axes = _grid(np.clip(shown, 0, 1), names, names, size=5.0)
        for (row, column), value in np.ndenumerate(shown):
            if row != column:
                _write(axes, row, column, f"{value:.2f}", value, 7.5)
        axes.set_xlabel("given this AU")
        axes.set_ylabel("probability of this one")
    return figure
