"""How often action units come together, as a picture."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fgrmer_tf.report.figures import ACCENT, INK
from fgrmer_tf.spec import AU_NODES, BROW_AUS

# From nothing to the accent, so that empty cells show the page, light or dark.
_SHADES = LinearSegmentedColormap.from_list("counts", [f"{ACCENT}00", f"{ACCENT}ff"])
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
}


def cooccurrence_figure(counts: np.ndarray) -> Figure:
    """In how many clips two action units come together.

    Args:
        counts: int64 `(num_nodes, num_nodes)`, symmetric; the diagonal counts each
            unit alone.

    Returns:
        A figure: numbers in cells, shaded by the largest number off the diagonal. The
        diagonal has a frame and no shade, brow and mouth units are kept apart by a
        line, and pairs that never come together are empty.
    """
    names = [f"AU{unit}" for unit in AU_NODES]
    pairs = np.where(np.eye(len(names), dtype=bool), 0, counts)
    shade = pairs / max(pairs.max(), 1)
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(5.0, 4.3), layout="constrained")
        axes = figure.subplots()
        axes.pcolormesh(
            shade,
            cmap=_SHADES,
            vmin=0,
            vmax=1,
            edgecolors=INK,
            linewidth=0.3,
            clip_on=False,
        )
        for (row, column), count in np.ndenumerate(counts):
            if row == column or count:
                axes.text(
                    column + 0.5,
                    row + 0.5,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    fontweight="bold" if row == column else "normal",
                    color="white" if shade[row, column] > 0.55 else INK,
                )
        for place in range(len(names)):
            axes.add_patch(
                Rectangle(
                    (place, place), 1, 1, fill=False, edgecolor=INK, linewidth=1.2
                )
            )
        axes.axhline(len(BROW_AUS), color=INK, linewidth=1.2)
        axes.axvline(len(BROW_AUS), color=INK, linewidth=1.2)
        axes.invert_yaxis()
        axes.set_aspect("equal")
        axes.set_xticks(np.arange(len(names)) + 0.5, names)
        axes.set_yticks(np.arange(len(names)) + 0.5, names)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return figure
