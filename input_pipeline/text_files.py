"""Text files as people save them: UTF-8, or the GBK of a Chinese Excel."""

from pathlib import Path

from fgrmer_tf.errors import InputError

# GB 18030 contains GBK.
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_text(path: Path) -> str:
    """Reads a text file.

    Reads:
        `path`, UTF-8 with or without a mark, or GB 18030.

    Raises:
        InputError: If the file cannot be opened, or is neither.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {error}.") from error
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        f"`{path}` cannot be read: neither UTF-8 nor GB 18030 text. "
        "Save it as UTF-8 (CSV)."
    )
