"""The image store: every usable picture of a data set as one square, ready to train."""

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf.errors import InputError

HEADER, IMAGES, PHOTOS = "header.json", "images.u8", "photos.csv"
"""Files of a store."""

COLUMNS = ("dataset", "subject", "name", "split")
"""Of `photos.csv`, before a column a class."""
FORMAT = 1
"""Of the store; another one is refused."""


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class PhotoTable:
    """The content of a store, a row a picture.

    Args:
        images: uint8 `(photos, side, side, 3)`, RGB, read from disk as it is used.
        target: float32 `(photos, num_classes)`, rows sum to 1.
        dataset: unicode `(photos,)`.
        subject: unicode `(photos,)`; the picture's own name where nobody knows.
        clip: unicode `(photos,)`, names, unique in the data set.
        split: unicode `(photos,)`: `train`, `validation`, `test` or empty.
        class_names: All classes, in label order.
        header: `key` (identity of the content), `side`, `alignment`, `subjects_known`,
            and how it was read.
    """

    images: np.ndarray
    target: np.ndarray
    dataset: np.ndarray
    subject: np.ndarray
    clip: np.ndarray
    split: np.ndarray
    class_names: tuple[str, ...]
    header: dict[str, Any]

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def label(self) -> np.ndarray:
        """int64 `(photos,)`, the class with the largest share."""
        return self.target.argmax(axis=1)

    @property
    def side(self) -> int:
        """Side of a square [px]."""
        return int(self.header["side"])


def read_store(path: Path) -> PhotoTable:
    """Opens an image store.

    Raises:
        InputError: If `path` is not one, or was written by another version.
    """
    try:
        header = json.loads((path / HEADER).read_text(encoding="utf-8"))
        if header["format"] != FORMAT:
            raise ValueError(f"format {header['format']}, not {FORMAT}")
        with open(path / PHOTOS, encoding="utf-8", newline="") as file:
            names, *rows = list(csv.reader(file))
        side, columns = header["side"], list(zip(*rows, strict=True))
        shape = (len(rows), side, side, 3)
        images = np.memmap(path / IMAGES, np.uint8, "r", shape=shape)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            "An image store must be a folder that `fgrmer transfer prepare` wrote. "
            f"Received: `{path}` ({error}). Prepare it again."
        ) from error
    first = len(COLUMNS)
    return PhotoTable(
        images=images,
        target=np.array(columns[first:], np.float32).T,
        dataset=np.array(columns[0]),
        subject=np.array(columns[1]),
        clip=np.array(columns[2]),
        split=np.array(columns[3]),
        class_names=tuple(names[first:]),
        header=header,
    )
