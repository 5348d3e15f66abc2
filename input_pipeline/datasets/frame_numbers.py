"""Frame numbers as annotation sheets give them, and the rules they must keep."""

import re
from collections.abc import Mapping
from typing import Any

from input_pipeline.datasets.unusable import UnusableError

# A number column with an empty cell comes out of some CSV writers as 46.0.
_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


def frame_number(cell: str) -> int | None:
    """The number in a cell such as `46` or `46.0`; `None` where it is none."""
    match = _NUMBER.fullmatch(cell)
    return int(match[1]) if match else None


def moments(onset: str, apex: str | None, offset: str) -> tuple[int, int, int]:
    """The three frame numbers of a clip.

    Args:
        onset: Cell of the sheet.
        apex: Cell of the sheet; `None` in a data set without apexes: the middle frame,
            of an even number the later one, is the apex then.
        offset: Cell of the sheet.

    Raises:
        UnusableError: If a cell is no number, or the numbers are out of order.
    """
    first = _required("onset", onset)
    if apex is None:
        last = _required("offset", offset)
        if last < first:
            raise UnusableError("offset before onset", f"onset {first}, offset {last}")
        middle = (first + last + 1) // 2
    else:
        middle = _required("apex", apex)
        last = _required("offset", offset)
    detail = f"onset {first}, apex {middle}, offset {last}"
    if middle < first:
        raise UnusableError("apex before onset", detail)
    if middle > last:
        raise UnusableError("apex after offset", detail)
    if middle == first:
        raise UnusableError(
            "apex is the onset", f"{detail}: there is no motion to measure"
        )
    return first, middle, last


def count_from_first(first: str, onset: int, found: Mapping[int, Any]) -> int:
    """How far the sheet's numbers are above those of the file names.

    Args:
        first: Cell with the number of the folder's first frame in the sheet's count;
            empty where the data set has none.
        onset: Number in the sheet.
        found: Frames by the number in their file names, in order.

    Returns:
        0 where the onset is a file's number, or nothing explains that it is not.
    """
    start = frame_number(first)
    if start is None or onset in found or not found:
        return 0
    late = start - next(iter(found))
    return late if onset - late in found else 0


def _required(moment: str, cell: str) -> int:
    number = frame_number(cell)
    if number is None:
        raise UnusableError(f"no {moment} annotated", f"the cell is {cell!r}")
    return number
