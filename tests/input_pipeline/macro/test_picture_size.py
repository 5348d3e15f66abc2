import cv2
import numpy as np
import pytest

from input_pipeline.macro.picture_size import picture_size
from input_pipeline.synthetic.macro.pictures import ODD_FILES

IMAGE = np.random.default_rng(3).integers(0, 255, (37, 53, 3), np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_size_is_that_of_the_decoded_picture(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    cv2.imwrite(str(path), IMAGE)
    assert picture_size(path) == (53, 37)


def test_a_progressive_jpeg_with_metadata_and_tables_is_read(tmp_path):
    path = tmp_path / "a.jpg"
    data = cv2.imencode(".jpg", IMAGE, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1))[1].tobytes()
    comment = b"\xff\xfe" + (302).to_bytes(2, "big") + b"\xff\xc0" * 150
    table = b"\xff\xc4" + (9).to_bytes(2, "big") + bytes(7)
    path.write_bytes(data[:2] + comment + table + b"\xff" + data[2:])
    assert picture_size(path) == (53, 37)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"])
def test_what_has_no_size_says_so(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    assert picture_size(tmp_path / "a") is None


@pytest.mark.parametrize("odd", ODD_FILES, ids=lambda one: one.trap)
def test_every_odd_file_is_read_or_has_no_size(tmp_path, odd):
    path = tmp_path / "a"
    path.write_bytes(odd.make(IMAGE))
    whole = cv2.imread(str(path))
    expected = None if whole is None else (whole.shape[1], whole.shape[0])
    found = picture_size(path)
    assert found == expected or (odd.trap == "cut off" and found == (53, 37))
