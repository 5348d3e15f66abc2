"""Faces as picture files of a data set, and files that are not as they should be."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from input_pipeline.synthetic.rendering import encode

CROP = 0.72
"""Side of the face's square in a frame, relative to the frame."""
_QUALITY = 92


def cut(image: np.ndarray, side: int) -> np.ndarray:
    """The middle of a frame as a square picture: uint8 `(side, side, 3)`."""
    height, width = image.shape[:2]
    half_y, half_x = round(height * CROP / 2), round(width * CROP / 2)
    middle = image[
        height // 2 - half_y : height // 2 + half_y,
        width // 2 - half_x : width // 2 + half_x,
    ]
    return cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA)


def jpeg(image: np.ndarray) -> bytes:
    """The image as JPEG."""
    return encode(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, _QUALITY)


def grey_png(image: np.ndarray) -> bytes:
    """The image as a PNG of one channel."""
    return encode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


@dataclasses.dataclass(frozen=True)
class OddFile:
    """A picture file unlike the others.

    Args:
        trap: What it is.
        rule: The rule that must report it; empty where it is a picture like any other.
        make: From an image to the content of the file, in any format.
    """

    trap: str
    rule: str
    make: Callable[[np.ndarray], bytes]


def _stretched(width: int, height: int) -> Callable[[np.ndarray], bytes]:
    return lambda image: jpeg(cv2.resize(image, (width, height)))


def _cmyk(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).convert("CMYK").save(content, "jpeg", quality=_QUALITY)
    return content.getvalue()


def _alpha(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).convert("RGBA").save(content, "png")
    return content.getvalue()


ODD_FILES = (
    OddFile("one pixel", "picture too small", _stretched(1, 1)),
    OddFile("20,000 x 10 px", "picture too small", _stretched(20_000, 10)),
    OddFile("a strip", "picture too long", _stretched(400, 40)),
    OddFile("cut off", "unreadable image", lambda image: jpeg(image)[:-200]),
    OddFile("no byte", "unreadable image", lambda image: b""),
    OddFile("grey", "", lambda image: jpeg(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))),
    OddFile("CMYK", "", _cmyk),
    OddFile("alpha", "", _alpha),
)
"""What every data set of pictures may hold."""


def put(path: Path, content: bytes) -> None:
    """Writes a file and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
