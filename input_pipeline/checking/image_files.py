"""Whether an image file is whole, from its first and last bytes."""

from collections.abc import Iterable
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.images import read_image

_ENDS = 64
_JPEG, _PNG, _BMP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"


def file_problem(path: Path) -> str:
    """What is wrong with an image file, as far as its ends tell; nothing is decoded.

    A JPEG must end with its end mark, a PNG with its last chunk, a BMP must be as long
    as it says. A file of any other kind is decoded, since its ends tell nothing.

    Reads:
        The first and the last 64 bytes of `path`.

    Returns:
        The problem, or an empty text.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(_ENDS)
            size = file.seek(0, 2)
            file.seek(max(0, size - _ENDS))
            tail = file.read()
    except OSError as error:
        return error.strerror or str(error)
    if not size:
        return "0 bytes"
    if head.startswith(_JPEG):
        # Inside the picture, FF is always followed by 00: the mark is never chance.
        return "" if b"\xff\xd9" in tail else f"JPEG cut off after {size} bytes"
    if head.startswith(_PNG):
        return "" if b"IEND" in tail else f"PNG cut off after {size} bytes"
    if head.startswith(_BMP):
        said = int.from_bytes(head[2:6], "little")
        return "" if size >= said else f"BMP of {size} bytes that says {said}"
    return decoding_problem(path)


def decoding_problem(path: Path) -> str:
    """What is wrong with an image file, found by decoding it.

    Returns:
        The problem, or an empty text.
    """
    try:
        read_image(path)
    except InputError:
        return "cannot be decoded as a whole image"
    return ""


def deep_problem(path: Path) -> str:
    """What is wrong with an image file: its ends first, then all of it.

    Returns:
        The problem, or an empty text.
    """
    return file_problem(path) or decoding_problem(path)


def empty_files(paths: Iterable[Path]) -> list[Path]:
    """Files without a byte; what a copy that ran out of space leaves behind."""
    return [path for path in paths if not path.stat().st_size]
