import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from fgrmer_tf.errors import InputError
from input_pipeline.images import decode_image, read_image

RGB = np.random.default_rng(3).integers(0, 256, (5, 7, 3), dtype=np.uint8)
SMOOTH = cv2.resize(RGB, (112, 80), interpolation=cv2.INTER_CUBIC)


def encoded(array, kind="PNG", mode=None, **options):
    file = io.BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_channels_come_in_rgb_order(kind):
    image = decode_image(encoded(RGB, kind), "a")
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, RGB)


def test_grey_is_repeated():
    image = decode_image(encoded(RGB[..., 0]), "a")
    np.testing.assert_array_equal(image, np.dstack([RGB[..., 0]] * 3))


def test_alpha_is_dropped_without_blending():
    alpha = np.arange(35, dtype=np.uint8).reshape(5, 7, 1)
    image = decode_image(encoded(np.concatenate([RGB, alpha], axis=2)), "a")
    np.testing.assert_array_equal(image, RGB)


def test_grey_with_alpha_becomes_grey():
    grey = np.ascontiguousarray(RGB[..., :2])
    image = decode_image(encoded(grey), "a")
    np.testing.assert_array_equal(image, np.dstack([grey[..., 0]] * 3))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_is_scaled_to_8_bit(suffix, channels):
    deep = np.arange(0, 65536, 61, dtype=np.uint16)[:1001].reshape(13, 77)
    stack = np.dstack([deep] * channels)
    image = decode_image(cv2.imencode(suffix, stack)[1].tobytes(), "a")
    assert image.dtype == np.uint8
    assert np.abs(image[..., 0] - deep / 257).max() <= 1


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (2, RGB[:, ::-1]),
        (3, RGB[::-1, ::-1]),
        (6, np.rot90(RGB, -1)),
        (8, np.rot90(RGB)),
    ],
)
def test_exif_orientation_is_applied(orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = decode_image(encoded(RGB, exif=exif), "a")
    np.testing.assert_array_equal(image, upright)
    jpeg = decode_image(encoded(SMOOTH, "JPEG", exif=exif), "a")
    assert jpeg.shape[:2] == ((112, 80) if orientation > 4 else (80, 112))


def test_cmyk_jpeg_is_converted():
    jpeg = encoded(SMOOTH, "JPEG", mode="CMYK", quality=98)
    assert np.abs(decode_image(jpeg, "a").astype(int) - SMOOTH).mean() < 5


def test_read_image_reads_what_decode_image_decodes(tmp_path):
    path = tmp_path / "größe 1.jpg"
    path.write_bytes(encoded(SMOOTH, "JPEG"))
    np.testing.assert_array_equal(
        read_image(path), decode_image(path.read_bytes(), "a")
    )


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"reg_img7\.jpg.*No such file"):
        read_image(tmp_path / "reg_img7.jpg")


def test_a_folder_is_not_an_image(tmp_path):
    with pytest.raises(InputError, match="directory"):
        read_image(tmp_path)


def test_an_empty_file_is_named(tmp_path):
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(InputError, match=r"empty\.png` with 0 bytes"):
        read_image(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_a_truncated_file_is_refused(kind):
    data = encoded(SMOOTH, kind)
    with pytest.raises(InputError, match=r"clip/3\.x`.*truncated"):
        decode_image(data[: len(data) * 2 // 3], "clip/3.x")


def test_text_is_not_an_image():
    with pytest.raises(InputError, match=r"notes\.jpg`.*not an image"):
        decode_image(b"frame,label\n" * 7, "notes.jpg")


def test_an_image_too_large_to_decode_is_refused():
    def chunk(name, body):
        return (
            struct.pack(">I", len(body))
            + name
            + body
            + struct.pack(">I", zlib.crc32(name + body))
        )

    size = struct.pack(">IIBBBBB", 1 << 19, 1 << 19, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") * 2
    with pytest.raises(InputError, match=r"huge\.png"):
        decode_image(png, "huge.png")
