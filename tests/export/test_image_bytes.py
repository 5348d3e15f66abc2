import io
import time

import cv2
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from export.image_bytes import MAX_BYTES, MAX_PIXELS, MAX_SIDE, decoded
from input_pipeline.images import decode_image
from tests.support.faces import portrait

REFUSED = tf.errors.InvalidArgumentError
PICTURE = Image.fromarray(portrait()[:151, :203])


def file(image=PICTURE, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.fixture(scope="module")
def decode():
    signature = [tf.TensorSpec((), tf.string)]
    return tf.function(
        lambda data: decoded(data, tf.constant("`it`")), input_signature=signature
    )


@pytest.mark.parametrize(
    "data",
    [
        file(),
        file(PICTURE.convert("L")),
        file(PICTURE.convert("P")),
        file(PICTURE.convert("RGBA")),
        file(kind="JPEG", quality=90),
        file(kind="JPEG", quality=60, subsampling=2),
        file(kind="JPEG", progressive=True),
        file(PICTURE.convert("L"), kind="JPEG"),
        file(kind="JPEG", exif=turned(1)),
    ],
    ids=[
        *("png", "grey", "palette", "alpha", "jpeg", "4:2:0", "progressive"),
        *("grey jpeg", "upright"),
    ],
)
def test_an_image_is_that_of_the_pipeline(decode, data):
    np.testing.assert_array_equal(decode(data), decode_image(data, "it"))


@pytest.mark.parametrize(
    "data",
    [
        cv2.imencode(
            ".png",
            np.random.default_rng(3).integers(0, 2**16, (41, 53, 3)).astype(np.uint16),
        )[1].tobytes(),
        file(PICTURE.convert("CMYK"), kind="JPEG"),
    ],
    ids=["16 bits", "CMYK"],
)
def test_rare_kinds_are_that_of_the_pipeline_to_a_level(decode, data):
    wanted = decode_image(data, "it").astype(int)
    assert np.abs(decode(data).numpy() - wanted).max() == 1


def claiming(width, height):
    sizes = np.array([width, height], ">i4").tobytes()
    return file()[:16] + sizes + file()[24:]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "whole JPEG or PNG"),
        (b"\xff\xd8\xff", "whole JPEG or PNG"),
        (b"this is a text, and long enough for a header", "whole JPEG or PNG"),
        (file(kind="GIF"), "whole JPEG or PNG"),
        (file(kind="WEBP"), "whole JPEG or PNG"),
        (file(kind="BMP"), "whole JPEG or PNG"),
        (bytes(MAX_BYTES + 1), f"at most {MAX_BYTES} bytes.*{MAX_BYTES + 1}"),
        (claiming(0, 7), rf"1 to {MAX_PIXELS} pixels.*\[7 0\]"),
        (claiming(-1, -1), "pixels"),
        (claiming(2**31 - 1, 2**31 - 1), "pixels"),
        (claiming(2**16, 2**16), "pixels"),
        (claiming(MAX_SIDE + 1, 1), "pixels"),
        (claiming(4097, 4096), "pixels"),
        (file(kind="JPEG")[:2000], "JPEG"),
        (file()[:2000], "PNG"),
        *((file(kind="JPEG", exif=turned(n)), "be upright") for n in range(2, 9)),
    ],
)
def test_what_cannot_be_an_image_is_refused(decode, data, match):
    with pytest.raises(REFUSED, match=f"(?s){match}"):
        decode(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_bomb_is_refused_before_it_is_decoded(decode, kind):
    bomb = file(Image.new("1", (12_000, 12_000)).convert("L"), kind=kind)
    with pytest.raises(REFUSED, match=r"pixels.*\[12000 12000\]"):
        decode(bomb)
    started = time.process_time()
    with pytest.raises(REFUSED):
        decode(bomb)
    assert time.process_time() - started < 0.1
