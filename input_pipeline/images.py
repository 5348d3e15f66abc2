"""Image files as RGB arrays: one decoder and one set of rules for every stage."""

from pathlib import Path

import cv2
import numpy as np

from fgrmer_tf.errors import InputError

# The only decode setting: three channels in RGB order, 8 bit, EXIF orientation applied.
_DECODE = cv2.IMREAD_COLOR_RGB


def read_image(path: str | Path) -> np.ndarray:
    """Reads an image file; see `decode_image` for what becomes of each kind.

    Reads:
        `path`, any format of OpenCV: JPEG, PNG, TIFF, BMP, WebP and others.

    Args:
        path: The image file.

    Returns:
        uint8 `(height, width, 3)`, RGB, [0, 255].

    Raises:
        InputError: When the file is missing, cannot be read, is empty, or is not a
            whole image.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            f"An image file must exist and be readable. Received: `{path}` "
            f"({error.strerror}). Check the path."
        ) from error
    return decode_image(data, str(path))


def decode_image(data: bytes, name: str) -> np.ndarray:
    """Decodes the bytes of an image file.

    Grey images get three equal channels. Alpha is dropped without blending, so a
    transparent pixel keeps the colour stored under it. 16-bit samples are scaled by
    1 / 257 to 8 bit, to within one level and without stretching. The EXIF orientation
    is applied. CMYK is converted without a colour profile. Of an animation, the first
    frame is taken.

    Args:
        data: The whole file.
        name: What the error message calls it.

    Returns:
        uint8 `(height, width, 3)`, RGB, [0, 255].

    Raises:
        InputError: When `data` is empty, truncated, or not an image.
    """
    if not data:
        raise InputError(
            f"An image file must not be empty. Received: `{name}` with 0 bytes. "
            "Copy the file again."
        )
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _DECODE)
    except cv2.error as error:
        reason = error.err or "unsupported content"
        image = None
    else:
        reason = "truncated, damaged or not an image"
    if image is None:
        raise InputError(
            f"An image file must be a whole 8-bit or 16-bit image. Received: `{name}` "
            f"({len(data)} bytes): {reason}. Open it in a viewer or copy it again."
        )
    return image
