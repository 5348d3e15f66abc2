"""What pretends to be an image, or means a huge one; refused by every signature.

A server that decoded them would need the memory of the decoded image; a refusal needs
the bytes that were sent and no more.
"""

import struct
import zlib

import cv2
import numpy as np

BOMB_SECONDS = 0.1
"""Time in which a small file that stands for a huge image is refused."""
_SIDE = 12_000
_BLOCK = 2**20


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _zeros(size: int) -> bytes:
    """A zlib stream of so many zeros, made without having them all."""

    def packed(count: int, flush: int) -> bytes:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflate.compress(bytes(count)) + deflate.flush(flush)

    blocks, rest = divmod(size, _BLOCK)
    # Adler-32 of zeros: the first sum stays 1, the second counts them.
    checksum = (size % 65_521) << 16 | 1
    return (
        b"\x78\xda"
        + packed(_BLOCK, zlib.Z_FULL_FLUSH) * blocks
        + packed(rest, zlib.Z_FINISH)
        + struct.pack(">I", checksum)
    )


def png(width: int, height: int) -> bytes:
    """A valid black PNG of RGB pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", _zeros(height * (1 + 3 * width)))
        + _chunk(b"IEND", b"")
    )


def _gif(width: int, height: int) -> bytes:
    """A header that promises a canvas of this size, and nothing after it."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0"


def _jpeg(width: int, height: int) -> bytes:
    """The frame header of a JPEG of this size, and nothing after it."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame


def _swollen_jpeg(width: int, height: int) -> bytes:
    """A whole JPEG of a few pixels, whose header claims another size."""
    file = cv2.imencode(".jpg", np.zeros((31, 37, 3), np.uint8))[1].tobytes()
    size = file.index(b"\xff\xc0") + 5
    return file[:size] + struct.pack(">HH", height, width) + file[size + 4 :]


NOT_IMAGES = {
    "empty": b"",
    "text": b"this is no image",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "TIFF": b"II*\0\x08\0\0\0",
    "truncated PNG": png(31, 37)[:40],
    "truncated JPEG": _jpeg(31, 37),
}
ANIMATED = {
    "GIF": _gif(31, 37) + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0;",
    "WebP": b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x1e\0\0\x24\0\0",
}


def bombs() -> dict[str, bytes]:
    """Small files that stand for images of hundreds of megabytes."""
    return {
        "PNG": png(_SIDE, _SIDE),
        "GIF": _gif(16_000, 16_000),
        "JPEG": _swollen_jpeg(65_500, 65_500),
    }
