"""File names on disk, whatever encoding they went through, as people wrote them.

A Chinese archive unpacked on another system leaves names whose bytes are GBK, or text
that was decoded with the wrong table. Python opens such files, but their names equal no
text and cannot be written into a UTF-8 file.
"""

import os
import unicodedata
from pathlib import Path

_GBK = "gb18030"


def readings(name: str) -> tuple[str, ...]:
    """What a name on disk may have been, the most likely first.

    Args:
        name: As Python lists it: bytes that are not UTF-8 are lone surrogates.

    Returns:
        The name itself if it is text; its bytes read as GBK; as text that unzip took
        for code page 437; as UTF-8 that was taken for GBK. Those that make sense.
    """
    attempts = (
        lambda: os.fsencode(name).decode(),
        lambda: os.fsencode(name).decode(_GBK),
        lambda: name.encode("cp437").decode(_GBK),
        lambda: name.encode(_GBK).decode(),
    )
    found: dict[str, None] = {}
    for attempt in attempts:
        try:
            found[attempt()] = None
        except UnicodeError:
            continue
    return tuple(found)


def same(name: str, wanted: str) -> bool:
    """Whether a name on disk is `wanted`; case and full-width forms do not matter."""
    return plain(wanted) in map(plain, readings(name))


def plain(text: str) -> str:
    """Text in the one form in which names are compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def readable(name: str) -> bool:
    """Whether the name can be written as text: UTF-8, or GBK in disguise."""
    return name.isascii() or bool(readings(name))


def show(path: str | Path) -> str:
    """A path as text that can be printed and written, whatever its bytes.

    Returns:
        UTF-8 and GBK parts as they were meant; other bytes as hexadecimal escapes.
    """
    parts = os.fspath(path).split(os.sep)
    return os.sep.join(_show(part) for part in parts)


def find(path: Path) -> Path:
    """The file that `show(path)` was written for.

    Returns:
        `path` itself where it exists or nothing matches; else the path whose parts have
        the GBK bytes of that text.
    """
    if str(path).isascii() or path.exists():
        return path
    found = Path(path.anchor)
    for part in path.parts[1:] if path.anchor else path.parts:
        here = found / part
        if not part.isascii() and not here.exists():
            here = found / os.fsdecode(part.encode(_GBK, "surrogateescape"))
        found = here
    return found if found.exists() else path


def _show(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        data = os.fsencode(name)
        try:
            return data.decode(_GBK)
        except UnicodeDecodeError:
            return data.decode(errors="backslashreplace")
    return name
