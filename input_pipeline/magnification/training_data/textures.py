"""Textures of a scene's layers: noise, gradients, shapes, text and photographs."""

from collections.abc import Sequence

import cv2
import numpy as np

_LETTERS = "ABCDEFGHKLMNPRSTUVXYZabcdefghkmnopqrstuvxyz0123456789&%?"


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    red, green, blue = rng.uniform(0, 1, 3)
    return float(red), float(green), float(blue)


def noise(rng: np.random.Generator, side: int) -> np.ndarray:
    """Noise of random bandwidth, slope and colour."""
    slope = rng.uniform(0.3, 1.3)
    finest = max(4, rng.uniform(0.3, 1.0) * side)
    total = np.zeros((side, side, 3), np.float32)
    grey = rng.uniform(0, 1)
    count = 4
    while count <= finest:
        grain = rng.standard_normal((count, count, 3), dtype=np.float32)
        grain = grey * grain[..., :1] + (1 - grey) * grain
        enlarged = cv2.resize(grain, (side, side), interpolation=cv2.INTER_CUBIC)
        total += enlarged * (4 / count) ** slope
        count *= 2
    contrast = rng.uniform(0.05, 0.3) / total.std()
    return total * contrast + np.array(_colour(rng), np.float32) * 0.6 + 0.2


def gradient(rng: np.random.Generator, side: int) -> np.ndarray:
    """Two colours with a straight or round transition."""
    x, y = np.meshgrid(*2 * [np.linspace(-1, 1, side, dtype=np.float32)])
    turn = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.5:
        along = (x * np.cos(turn) + y * np.sin(turn)) / 2 + 0.5
    else:
        along = np.hypot(x - 0.5 * np.cos(turn), y - 0.5 * np.sin(turn)) / 2
    ends = rng.uniform(0, 1, (2, 3)).astype(np.float32)
    return along[..., None] * (ends[1] - ends[0]) + ends[0]


def shapes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Discs, polygons and strokes on a gradient."""
    image = np.ascontiguousarray(gradient(rng, side))
    for _ in range(rng.integers(4, 16)):
        points = rng.integers(0, side, (rng.integers(3, 6), 2)).astype(np.int32)
        reach = int(rng.integers(2, max(3, side // 6)))
        kind = rng.integers(3)
        if kind == 0:
            centre = (int(points[0, 0]), int(points[0, 1]))
            cv2.circle(image, centre, reach, _colour(rng), cv2.FILLED)
        elif kind == 1:
            corners = points[:1] + rng.integers(-reach, reach + 1, points.shape)
            cv2.fillPoly(image, [corners.astype(np.int32)], _colour(rng))
        else:
            width = int(rng.integers(1, 4))
            cv2.polylines(image, [points], False, _colour(rng), width)
    return image


def text(rng: np.random.Generator, side: int) -> np.ndarray:
    """Lines of letters on a gradient."""
    image = gradient(rng, side)
    for _ in range(rng.integers(3, 9)):
        letters = "".join(rng.choice(list(_LETTERS), 12))
        at = (int(rng.integers(-side // 3, side // 2)), int(rng.integers(side)))
        height = float(rng.uniform(0.4, 2.0))
        width = int(rng.integers(1, 4))
        # OpenCV writes into 8 bits alone.
        ink = np.zeros((side, side), np.uint8)
        cv2.putText(
            ink,
            letters,
            at,
            cv2.FONT_HERSHEY_SIMPLEX,
            height,
            (255,),
            width,
            cv2.LINE_AA,
        )
        share = ink[..., None] / np.float32(255)
        image = image * (1 - share) + share * np.array(_colour(rng), np.float32)
    return image


def photograph(
    rng: np.random.Generator, side: int, images: Sequence[np.ndarray]
) -> np.ndarray:
    """A piece of one of `images`, mirrored and turned by quarters at random."""
    image = images[int(rng.integers(len(images)))]
    extent = min(side, *image.shape[:2])
    top, left = (int(rng.integers(n - extent + 1)) for n in image.shape[:2])
    piece = image[top : top + extent, left : left + extent]
    piece = np.rot90(piece, int(rng.integers(4)))
    if rng.random() < 0.5:
        piece = piece[::-1]
    missing = side - extent
    return np.pad(piece, ((0, missing), (0, missing), (0, 0)), mode="symmetric")


def draw_texture(
    rng: np.random.Generator, side: int, images: Sequence[np.ndarray], blur: float
) -> np.ndarray:
    """A texture of a random kind; half of them are photographs.

    Args:
        rng: Source of everything random.
        side: Texels a side, at least 4.
        images: float32 RGB photographs in [0, 1].
        blur: Standard deviation of the Gaussian that a lens applies [texels], above 0.

    Returns:
        float32 `(side, side, 3)`, RGB in [0, 1].
    """
    if rng.random() < 0.5:
        texels = photograph(rng, side, images)
    else:
        texels = (noise, noise, gradient, shapes, text)[rng.integers(5)](rng, side)
    soft = cv2.GaussianBlur(texels.astype(np.float32, copy=False), (0, 0), blur)
    return np.clip(soft, 0, 1)


def draw_opacity(rng: np.random.Generator, side: int, blur: float) -> np.ndarray:
    """The outline of a foreground object: an ellipse, a polygon or a blob.

    Args:
        rng: Source of everything random.
        side: Texels a side, at least 16. The object stays clear of the border.
        blur: Standard deviation of the Gaussian that softens the edge [texels].

    Returns:
        float32 `(side, side)` in [0, 1], zero at the border if `blur < side / 16`.
    """
    corners = int(rng.integers(3, 12))
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.4, 1.0, corners)
    if rng.random() < 0.4:
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        radius = 0.75 + 0.25 * np.sin(angle * rng.integers(1, 6) + rng.uniform(0, 6))
    shrink = rng.uniform(0.6, 1.0, 2)
    outline = np.stack([np.cos(angle), np.sin(angle)], -1) * radius[:, None] * shrink
    mask = np.zeros((side, side), np.float32)
    points = np.round(side / 2 + outline * side * 5 / 16).astype(np.int32)
    cv2.fillPoly(mask, [points], 1.0)
    return cv2.GaussianBlur(mask, (0, 0), blur)
