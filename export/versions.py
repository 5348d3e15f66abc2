"""Numbered versions of a model in one folder, as TensorFlow Serving reads them.

MODELS/NAME/7/saved_model.pb ...    version 7: the largest number is served
MODELS/NAME/.withdrawn-8/ ...       rolled back; hidden from servers
MODELS/NAME/.last-version           the largest number ever given
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

_LAST = ".last-version"


@contextlib.contextmanager
def locked(base: Path) -> Iterator[None]:
    """Holds `base`, made when missing, against other pushes and rollbacks."""
    base.mkdir(parents=True, exist_ok=True)
    handle = os.open(base, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def served(base: Path) -> dict[int, Path]:
    """Folders of the versions in `base` by their numbers, rising."""
    found = {
        # TensorFlow Serving reads `0001` as 1, and leaves alone what is no number.
        int(path.name): path
        for path in base.iterdir()
        if path.is_dir() and path.name.isascii() and path.name.isdigit()
    }
    return dict(sorted(found.items()))


def take_number(base: Path) -> int:
    """A number above every other that `base` has or had; it is not given again."""
    try:
        last = int((base / _LAST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        last = 0
    number = max(last, *served(base), 0) + 1
    atomic.write_text(base / _LAST, f"{number}\n")
    return number


def withdraw_newest(base: Path) -> tuple[int, int]:
    """Hides the newest version in one rename, so that the one before it is served.

    Returns:
        The version withdrawn, and the version that is the newest now.

    Raises:
        InputError: If there are not two versions.
    """
    versions = served(base)
    if len(versions) < 2:
        raise InputError(
            "A rollback needs a version to go back to. Received: "
            f"`{base}` with versions {list(versions)}. Push another version instead."
        )
    before, newest = list(versions)[-2:]
    versions[newest].rename(base / f".withdrawn-{newest}")
    atomic.sync(base)
    return newest, before
