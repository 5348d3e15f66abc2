"""Files with the same bytes, without reading more than needed."""

import filecmp
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path


def equal_files(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """Groups of files with equal bytes.

    Reads:
        The sizes of all, and the whole of those that share theirs with another.

    Args:
        paths: Each counts once, however often it is given; missing ones do not count.

    Returns:
        Groups of two files or more, in the order given.
    """
    sizes: dict[int, list[Path]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        if path.is_file():
            sizes[path.stat().st_size].append(path)
    groups: dict[tuple[int, bytes], list[Path]] = defaultdict(list)
    for size, same in sizes.items():
        if size and len(same) > 1:
            for path in same:
                groups[size, _digest(path)].append(path)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def equal_neighbours(paths: Sequence[Path]) -> list[Path]:
    """Files that repeat the bytes of the one before them.

    Reads:
        The sizes of all; of neighbours of one size, as much as tells them apart.

    Args:
        paths: Existing files in their order.
    """
    sizes = [path.stat().st_size for path in paths]
    return [
        path
        for before, path, old, new in zip(
            paths, paths[1:], sizes, sizes[1:], strict=False
        )
        if old == new and new and filecmp.cmp(before, path, shallow=False)
    ]


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
