"""The motion of the head between two aligned faces, found in the images themselves.

Landmarks of two frames differ by tenths of a pixel for no reason, which is as much as a
micro-expression moves; thousands of pixels agree far better. What an expression moves
is an outlier among them.

The number of steps is fixed and each is a window, a look-up or arithmetic, so that an
exported graph can do the same (`export/frames/head_motion.py`).
"""

import cv2
import numpy as np

from input_pipeline.gaussian import gaussian_window

SMOOTHING = np.array([1, 4, 6, 4, 1]) / 16
"""Taken over rows and columns before anything is compared."""
LEVELS = 3
"""Resolutions, each half of the one before; the coarsest comes first."""
WARPS = 3
"""How often the later image is sampled anew at each resolution."""
STEP = 4
"""Distance of windows [px of the resolution]."""
WINDOW = 4.0
"""Deviation of the window in which all is taken to move alike [px]."""
LIGHT = 8.0
"""Deviation of the window whose mean change is one of light, not of motion [px]."""
SHRINKAGE = 0.02
"""Share of the face's mean structure by which a window's motion is drawn to 0."""
SURE = 0.1
"""Share of that at which a window counts half."""
MEDIANS = (2.0, 1.4, 1.0, 0.7, 0.5, 0.5, 0.5, 0.5)
"""Residual at which a window counts a quarter, in medians, each time that windows are
weighed: narrow at once, the first guess would choose the windows."""
SHARPEST = 0.05
"""Residual [px] below which a window's motion is taken for that of the head."""
NOTHING = 1e-6
"""Keeps a face without any texture from being divided by."""


def rigid_motion(first: np.ndarray, later: np.ndarray, face: np.ndarray) -> np.ndarray:
    """The similarity that most of the face follows.

    Gauss-Newton from coarse to fine. At each step the later image is sampled where the
    motion so far says; least squares in small windows says how each still moves; and
    the similarity that most windows follow, by iteratively reweighted least squares
    with Geman and McClure's weights from the residuals' median, is added.

    Source:
        Windows: Lucas and Kanade, IJCAI 1981. Weights: Geman and McClure, 1987. Their
        combination and its constants: this project's, chosen on a face that was moved
        by known amounts (`docs/alignment.md`).

    Args:
        first: uint8 grey `(height, width)`, sides at least 32 px.
        later: uint8 grey, same shape.
        face: bool, same shape, true on the face.

    Returns:
        float64 `(2, 3)`: where a point of `first` is in `later` [px].
    """
    height, width = first.shape
    centre = np.array([width - 1, height - 1]) / 2
    radius = max(height, width) / 2
    pyramid = [[_smooth(first), _smooth(later), face.astype(np.float64)]]
    for _ in range(LEVELS - 1):
        pyramid.append([_halved(image) for image in pyramid[-1]])
    motion = np.zeros(4)
    for level in reversed(range(LEVELS)):
        for _ in range(WARPS):
            motion += 2**level * _step(pyramid[level], level, motion, centre, radius)
    grown, turned, *shift = motion
    turn = np.array([[grown, -turned], [turned, grown]]) / radius + np.eye(2)
    return np.column_stack([turn, centre + shift - turn @ centre])


def _step(images, level, motion, centre, radius) -> np.ndarray:
    """What is still to be added to `motion` [px of the level]."""
    first, later, face = images
    scale = 2**level
    rows, columns = np.indices(first.shape)
    x = ((columns + 0.5) * scale - 0.5 - centre[0]) / radius
    y = ((rows + 0.5) * scale - 0.5 - centre[1]) / radius
    u, v = _moved(motion, x, y)
    found = _sampled(later, columns + u / scale, rows + v / scale)
    change = first - found
    change = change - _sums(change, LIGHT) / _sums(np.ones_like(change), LIGHT)
    down, right = np.gradient((first + found) / 2)
    on_face = face > 0.5
    products = [right * right, right * down, down * down, right * change, down * change]
    seen = _sums(np.dstack(products) * on_face[..., None], WINDOW)
    centres = (slice(STEP // 2, None, STEP),) * 2
    return _fitted(seen[centres], x[centres], y[centres], on_face[centres])


def _fitted(seen, x, y, on_face) -> np.ndarray:
    """The similarity that most windows follow, of each window's normal equations."""
    xx, xy, yy, pull_x, pull_y = np.moveaxis(seen, -1, 0)
    count = max(on_face.sum(), 1)
    shrinkage = SHRINKAGE * ((xx + yy) * on_face).sum() / (2 * count) + NOTHING
    xx, yy = xx + shrinkage, yy + shrinkage
    determinant = xx * yy - xy * xy
    u = (yy * pull_x - xy * pull_y) / determinant
    v = (xx * pull_y - xy * pull_x) / determinant
    sure = determinant / (xx + yy)
    sure = sure / (sure + SURE * shrinkage) * on_face
    middle = int(on_face.sum()) // 2
    fit = np.zeros(4)
    for medians in MEDIANS:
        u_fit, v_fit = _moved(fit, x, y)
        residual = np.hypot(u - u_fit, v - v_fit)
        # Where nothing is on the face, nothing weighs either.
        median = np.sort(np.where(on_face, residual, np.inf), axis=None)[middle]
        scale = np.clip(medians * median, SHARPEST, 1 / NOTHING)
        weights = sure / (1 + (residual / scale) ** 2) ** 2
        fit = _similarity(weights, x, y, u, v)
    return fit


def _similarity(weights, x, y, u, v) -> np.ndarray:
    """Weighted least squares, in closed form about the weights' centre."""
    total = weights.sum() + NOTHING
    mean_x, mean_y, mean_u, mean_v = ((weights * a).sum() / total for a in (x, y, u, v))
    x, y, u, v = x - mean_x, y - mean_y, u - mean_u, v - mean_v
    spread = (weights * (x**2 + y**2)).sum() + NOTHING
    grown = (weights * (x * u + y * v)).sum() / spread
    turned = (weights * (x * v - y * u)).sum() / spread
    shift_x = mean_u - grown * mean_x + turned * mean_y
    shift_y = mean_v - grown * mean_y - turned * mean_x
    return np.array([grown, turned, shift_x, shift_y])


def _moved(motion, x, y):
    """Motion to the right and down [px] at places in radii from the centre."""
    grown, turned, shift_x, shift_y = motion
    return grown * x - turned * y + shift_x, grown * y + turned * x + shift_y


def _sampled(image, x, y) -> np.ndarray:
    """`image` at places (x, y), bilinearly; beyond its border the edge repeats."""
    height, width = image.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left = np.minimum(np.floor(x), width - 2)
    top = np.minimum(np.floor(y), height - 2)
    at = (top * width + left).astype(np.int64)
    x, y = x - left, y - top
    values = image.ravel()
    upper = values[at] * (1 - x) + values[at + 1] * x
    lower = values[at + width] * (1 - x) + values[at + width + 1] * x
    return upper * (1 - y) + lower * y


def _smooth(image) -> np.ndarray:
    border = cv2.BORDER_REPLICATE
    return cv2.sepFilter2D(
        image.astype(np.float64), -1, SMOOTHING, SMOOTHING, borderType=border
    )


def _halved(image) -> np.ndarray:
    """Means of two by two; an odd last row or column is left out."""
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    rows = image[0:height:2] + image[1:height:2]
    return (rows[:, 0:width:2] + rows[:, 1:width:2]) / 4


def _sums(maps, deviation) -> np.ndarray:
    """Windowed sums about every pixel; beyond the border there is nothing."""
    window = gaussian_window(deviation)
    return cv2.sepFilter2D(maps, -1, window, window, borderType=cv2.BORDER_CONSTANT)
