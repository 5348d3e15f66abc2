"""Width and height of a picture from its first bytes, without decoding it."""

from pathlib import Path

_PNG = b"\x89PNG\r\n\x1a\n"
# Frame headers of JPEG; C4, C8 and CC are tables.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# Long enough for the metadata that cameras put before the frame header.
_HEAD = 2**20


def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height [px] of a PNG or JPEG.

    Reads:
        The first MiB of `path`.

    Returns:
        `None` where they are not found: another format, or a damaged file.
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PNG) and len(head) >= 24:
        width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
        return width, height
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker = head[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _FRAMES:
            height, width = (
                int.from_bytes(head[at : at + 2], "big")
                for at in (place + 5, place + 7)
            )
            return width, height
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return None
