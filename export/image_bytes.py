"""Image files decoded inside a graph, once it is known that they may be.

What is refused is refused before anything is decoded: a small file can hold an image
that fills the memory.
"""

import tensorflow as tf

from export.guards import refuse_unless

MAX_BYTES = 16 * 2**20
"""Size of a file [bytes]."""
MAX_PIXELS = 2**24
"""Pixels of an image, counted as its header says."""
MAX_SIDE = 2**15 - 8
"""Side of an image [px]: places in it are 16-bit numbers in OpenCV."""
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE = 16
"""Where width and height lie in a PNG file, 32 bits each, the first bytes first."""
_SHORTEST = _PNG_SIZE + 8
_HEADERS = 2**16
"""Longest Exif block of a JPEG file [bytes]."""
_TURNED = (
    r"\C*Exif\x00\x00\C*("
    r"\x01\x12\x00\x03\x00\x00\x00\x01\x00[\x02-\x08]|"
    r"\x12\x01\x03\x00\x01\x00\x00\x00[\x02-\x08]\x00)\C*"
)
"""The Exif entry `orientation`, in either order of bytes, with a value but upright."""


def decoded(data: tf.Tensor, what: tf.Tensor) -> tf.Tensor:
    """The image in a JPEG or PNG file, as `input_pipeline.images` reads it.

    Grey gets three equal channels, alpha is dropped without blending, 16-bit samples
    are scaled by 1 / 257.

    Args:
        data: The file, string `()`.
        what: What a refusal calls the file, string `()`.

    Returns:
        uint8 `(height, width, 3)`, RGB.

    Raises:
        InvalidArgumentError: When the graph runs, if the file is not JPEG or PNG by
            its first bytes, is larger than `MAX_BYTES`, says that it has no pixel or
            more than `MAX_PIXELS` or `MAX_SIDE` a side, must be turned to be upright,
            or is damaged.
    """
    length = tf.strings.length(data)
    data = refuse_unless(
        length <= MAX_BYTES,
        data,
        [what, f"must have at most {MAX_BYTES} bytes. Received:", length],
    )
    is_jpeg = tf.strings.substr(data, 0, len(_JPEG)) == _JPEG
    is_png = tf.strings.substr(data, 0, len(_PNG)) == _PNG
    data = refuse_unless(
        (is_jpeg | is_png) & (length >= _SHORTEST),
        data,
        [what, "must be a whole JPEG or PNG file."],
    )
    size = tf.cond(is_jpeg, lambda: _jpeg_size(data), lambda: _png_size(data))
    small = (tf.reduce_min(size) >= 1) & (tf.reduce_max(size) <= MAX_SIDE)
    data = refuse_unless(
        # A side that fits keeps the product within 32 bits.
        small & (tf.reduce_prod(tf.minimum(size, MAX_SIDE)) <= MAX_PIXELS),
        data,
        [what, f"must have 1 to {MAX_PIXELS} pixels. Height and width:", size],
    )
    head = tf.strings.substr(data, 0, _HEADERS)
    data = refuse_unless(
        ~(is_jpeg & tf.strings.regex_full_match(head, _TURNED)),
        data,
        [what, "must be upright in its file, not by its Exif orientation."],
    )
    image = tf.cond(is_jpeg, lambda: _jpeg(data), lambda: _png(data))
    return tf.ensure_shape(image, (None, None, 3))


def _jpeg_size(data: tf.Tensor) -> tf.Tensor:
    return tf.io.extract_jpeg_shape(data)[:2]


def _png_size(data: tf.Tensor) -> tf.Tensor:
    raw = tf.strings.substr(data, _PNG_SIZE, 8)
    width, height = tf.unstack(tf.io.decode_raw(raw, tf.int32, little_endian=False), 2)
    return tf.stack([height, width])


def _jpeg(data: tf.Tensor) -> tf.Tensor:
    # The settings of OpenCV; TensorFlow's own default is up to four levels off.
    return tf.io.decode_jpeg(
        data, channels=3, dct_method="INTEGER_ACCURATE", fancy_upscaling=True
    )


def _png(data: tf.Tensor) -> tf.Tensor:
    # As 16 bits, into which 8 are spread by 257: cut to 8, these would be darkened.
    wide = tf.io.decode_png(data, channels=3, dtype=tf.uint16)
    return tf.cast((tf.cast(wide, tf.int32) + 128) // 257, tf.uint8)
