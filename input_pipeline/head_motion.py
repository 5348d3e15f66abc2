"""The motion of the head between two aligned faces, found in the images themselves.

Landmarks of two frames differ by tenths of a pixel for no reason, which is as much as a
micro-expression moves; thousands of pixels agree far better. What an expression moves
is an outlier among them.
"""

import numpy as np

from input_pipeline.optical_flow import flow

_GRID = 2
"""Every so many pixels one is looked at."""
_ROUNDS = 30
_SETTLED = 1e-5
_SHARPEST = 0.1
"""Residual [px] below which a pixel's motion is taken for that of the head."""


def rigid_motion(first: np.ndarray, later: np.ndarray, face: np.ndarray) -> np.ndarray:
    """The similarity that most of the face follows.

    Iteratively reweighted least squares on dense flow, with Geman and McClure's weights
    from the residuals' median.

    Args:
        first: uint8 grey `(height, width)`.
        later: uint8 grey, same shape.
        face: bool, same shape, true on the face.

    Returns:
        float64 `(2, 3)`: where a point of `first` is in `later` [px].
    """
    field = flow(first, later, "dis")
    y, x = np.nonzero(face[::_GRID, ::_GRID])
    u, v = field[::_GRID, ::_GRID][y, x].astype(np.float64).T
    centre = _GRID * np.array([x.mean(), y.mean()])
    x, y = _GRID * x - centre[0], _GRID * y - centre[1]
    one, zero = np.ones_like(x), np.zeros_like(x)
    # u = grown x - turned y + shift_x, v = grown y + turned x + shift_y.
    for_u, for_v = np.stack([x, -y, one, zero]), np.stack([y, x, zero, one])
    solution = np.array([0.0, 0.0, np.median(u), np.median(v)])
    for _ in range(_ROUNDS):
        residual = np.hypot(u - solution @ for_u, v - solution @ for_v)
        scale = max(1.5 * np.median(residual), _SHARPEST)
        weights = 1 / (1 + (residual / scale) ** 2) ** 2
        heavy_u, heavy_v = weights * for_u, weights * for_v
        before = solution
        solution = np.linalg.solve(
            heavy_u @ for_u.T + heavy_v @ for_v.T, heavy_u @ u + heavy_v @ v
        )
        if np.abs(solution - before).max() < _SETTLED:
            break
    grown, turned, shift_x, shift_y = solution
    turn = np.array([[1 + grown, -turned], [turned, 1 + grown]])
    shift = centre + np.array([shift_x, shift_y]) - turn @ centre
    return np.column_stack([turn, shift])
