import zlib

import cv2
import numpy as np
import pytest

from export.conformance import images


@pytest.mark.parametrize("size", [(31, 37), (1009, 733)])
def test_a_png_is_one(size):
    decoded = cv2.imdecode(np.frombuffer(images.png(*size), np.uint8), -1)
    assert decoded.shape == (size[1], size[0], 3)
    assert not decoded.any()


def test_bombs_are_small_and_stand_for_much():
    bombs = images.bombs()
    assert max(map(len, bombs.values())) < 1_000_000
    stream = zlib.decompressobj()
    start = bombs["PNG"].index(b"IDAT") + 4
    assert len(stream.decompress(bombs["PNG"][start:], 500 * 2**20)) > 400 * 2**20
    assert stream.eof, "the checksum of the stream is wrong"
