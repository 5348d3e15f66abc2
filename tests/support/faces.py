"""A real face for tests: scikit-image's astronaut (public domain), moved as told."""

import functools

import cv2
import numpy as np
import skimage.data


@functools.cache
def portrait():
    """uint8 RGB (512, 512, 3); do not write into it."""
    return skimage.data.astronaut()


def bulge(image, centre, shift, radius=25.0):
    """`image` with the neighbourhood of `centre` (x, y) moved by `shift` [px]."""
    y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    weight = np.exp(
        -((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2)
    ).astype(np.float32)
    return cv2.remap(
        image, x - weight * shift[0], y - weight * shift[1], cv2.INTER_CUBIC
    )


def moved(image, dx, dy):
    """`image` shifted as a whole, edge repeated."""
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    size = image.shape[1::-1]
    return cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
