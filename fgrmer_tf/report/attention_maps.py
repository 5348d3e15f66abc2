"""Where TransFER looks, drawn over the pictures."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from fgrmer_tf.report.figures import STYLE

_CELL = 1.5
"""Side of a cell [inch]."""
_OPACITY = 0.55
_COLOURS = "turbo"


def attention_grid(
    squares: np.ndarray,
    local: np.ndarray,
    max_out: np.ndarray,
    class_token: np.ndarray,
    titles: Sequence[str],
) -> Figure:
    """Draws a row a picture: itself, the largest map, every map, the class token.

    Local maps and their maximum share one scale in a row, so that it shows which map
    has which place; the class token's attention has its own. Blue is least, red most.

    Source:
        After Xue et al., ICCV 2021, figure 3. Differs: the maps themselves and the
        class token's attention are shown too.

    Args:
        squares: uint8 `(pictures, side, side, 3)`, RGB, as the model saw them.
        local: `(pictures, height, width, maps)`.
        max_out: `(pictures, height, width, 1)`.
        class_token: `(pictures, height, width)`.
        titles: What stands beside each row.
    """
    maps = local.shape[-1]
    columns = ["picture", "max-out", *(f"map {n}" for n in range(1, maps + 1))]
    columns.append("class token")
    with matplotlib.rc_context(STYLE):
        size = (_CELL * len(columns), _CELL * len(squares) + 0.25)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(len(squares), len(columns), squeeze=False)
        for row, (axes, square) in enumerate(zip(grid, squares, strict=True)):
            scale = (local[row].min(), local[row].max())
            drawn = [max_out[row, ..., 0], *np.moveaxis(local[row], -1, 0)]
            axes[0].imshow(square)
            for cell in axes[1:]:
                # Without its own colours, which would mix with the map's.
                cell.imshow(square.mean(axis=-1), cmap="gray", vmin=0, vmax=255)
            for cell in axes:
                cell.set_xticks([])
                cell.set_yticks([])
            for cell, values in zip(axes[1:], drawn, strict=False):
                _draw(cell, values, scale)
            last = class_token[row]
            _draw(axes[-1], last, (last.min(), last.max()))
            axes[0].set_ylabel(titles[row])
        for cell, title in zip(grid[0], columns, strict=True):
            cell.set_title(title)
    return figure


def _draw(axes, values: np.ndarray, scale: tuple[float, float]) -> None:
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    axes.imshow(
        values,
        cmap=_COLOURS,
        alpha=_OPACITY,
        interpolation="bicubic",
        extent=(-0.5, right, bottom, -0.5),
        vmin=scale[0],
        # A map that is the same everywhere has a scale too.
        vmax=max(scale[1], scale[0] + np.finfo(np.float32).eps),
    )
