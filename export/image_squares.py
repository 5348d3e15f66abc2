"""Images of any size to the square that a model takes, inside a TensorFlow graph.

As `input_pipeline.macro.squares` makes them for training.
"""

from functools import partial

import tensorflow as tf

from export.frames.geometry import Similarity, face_transform, spread, warped
from export.guards import refuse_unless

FINEST = 8
"""Most times that a face is warped finer before its pixels are averaged: a face that is
still larger in its picture is sampled, not averaged."""

NEARLY = 1e-3
"""How much larger than a number of times a face may be and still count as that."""


def middle(image: tf.Tensor, size: int) -> tf.Tensor:
    """The middle of an image, its short side made `size` px.

    Args:
        image: uint8 `(height, width, 3)`.
        size: Side of the square [px].

    Returns:
        float32 `(size, size, 3)`, whole numbers of [0, 255].
    """
    sides = tf.shape(image)[:2]
    short = tf.reduce_min(sides)
    top, left = tf.unstack((sides - short) // 2)
    image = image[top : top + short, left : left + short]
    pixels = tf.cond(
        short > size, lambda: _smaller(image, size), lambda: _larger(image, size)
    )
    return tf.ensure_shape(pixels, (size, size, 3))


def _smaller(image: tf.Tensor, size: int) -> tf.Tensor:
    area = tf.image.ResizeMethod.AREA
    return tf.round(tf.image.resize(image, (size, size), area))


def _larger(image: tf.Tensor, size: int) -> tf.Tensor:
    times = size / tf.shape(image)[0]
    shift = (times - 1) / 2
    upright = Similarity(a=times, b=tf.zeros_like(times), right=shift, down=shift)
    return warped(image, upright, size)


def face(image: tf.Tensor, points: tf.Tensor, what: tf.Tensor, size: int) -> tf.Tensor:
    """The canonical face.

    Args:
        image: uint8 `(height, width, 3)`.
        points: float32 `(5, 2)` as (x, y) [px]: `align.STABLE_LANDMARKS`.
        what: What a refusal calls the image, string `()`.
        size: Side of the face [px].

    Returns:
        float32 `(size, size, 3)`, whole numbers of [0, 255].

    Raises:
        InvalidArgumentError: When the graph runs, if points are not finite or less
            than a pixel apart.
    """
    points = refuse_unless(
        tf.reduce_all(tf.math.is_finite(points)) & (spread(points) >= 1),
        points,
        [what, "needs finite points at different places:", points],
    )
    # In 64 bits, as `align`: a place that is rounded elsewhere is another pixel.
    points = tf.cast(points, tf.float64)
    transform = face_transform(points, size)
    scale = tf.sqrt(transform.a**2 + transform.b**2)
    # A face of the right size must not be taken for a larger one by rounding.
    smaller = tf.minimum(1 / scale - NEARLY, float(FINEST))
    times = tf.cast(tf.math.ceil(smaller), tf.int32)
    # A branch each: how large the fine face is must be known when the graph is made.
    branches = [
        partial(_averaged, image, points, size, number)
        for number in range(1, FINEST + 1)
    ]
    pixels = tf.switch_case(tf.maximum(times, 1) - 1, branches)
    return tf.ensure_shape(pixels, (size, size, 3))


def _averaged(image, points, size: int, times: int) -> tf.Tensor:
    fine = warped(image, face_transform(points, times * size), times * size)
    if times == 1:
        return fine
    return tf.round(tf.nn.avg_pool2d(fine[None], times, times, "VALID")[0])
