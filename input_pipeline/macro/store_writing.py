"""Writing an image store: every usable picture of a data set, decoded and cut once."""

import csv
import hashlib
import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError, require
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.findings import Repair, Skip, write_findings
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.macro.names import Alignment
from input_pipeline.macro.photos import Photo, PhotoSet
from input_pipeline.macro.squares import NO_FACE, SMALLEST, open_photo, square
from input_pipeline.macro.store import COLUMNS, FORMAT, HEADER, IMAGES, PHOTOS

# Pictures that wait to be written: bounds memory.
_AHEAD = 256


def write_store(
    out: Path,
    photos: PhotoSet,
    *,
    side: int,
    alignment: Alignment,
    source: dict[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Decodes, cuts and keeps every picture; those that cannot be used are listed.

    Writes:
        `out`: `header.json`, `images.u8`, `photos.csv`, `skipped.csv`, `repairs.csv`;
        whole or not at all. The same pictures give the same bytes.

    Args:
        out: Folder that does not exist.
        photos: From a loader.
        side: Of the squares [px].
        alignment: How a face comes into its square.
        source: Recorded in the header: data set and how it was read.
        progress: Called with pictures done and all.

    Returns:
        The header.

    Raises:
        InputError: If `out` exists, `side` is too small, or no picture is usable.
        InputError: If faces are to be aligned and the landmark models were not fetched.
    """
    require(side >= SMALLEST, f"`side` must be at least {SMALLEST} px.", side=side)
    if out.exists():
        raise InputError(f"`{out}` exists already. Name another folder.")
    finder = _Finder(alignment)
    kept: list[Photo] = []
    skipped, repairs = list(photos.skipped), list(photos.repairs)
    digest = hashlib.sha256()
    with atomic.folder(out) as folder, open(folder / IMAGES, "wb") as images:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(photos.photos), _AHEAD):
                part = photos.photos[start : start + _AHEAD]
                for photo, made in zip(
                    part, pool.map(lambda one: finder.cut(one, side), part), strict=True
                ):
                    if isinstance(made, UnusableError):
                        skipped.append(_skip(photo, made))
                        continue
                    image, found = made
                    if not found:
                        repairs.append(_repair(photo))
                    data = image.tobytes()
                    images.write(data)
                    digest.update(data)
                    kept.append(photo)
                progress(start + len(part), len(photos.photos))
        if not kept:
            raise InputError(
                "A store needs a usable picture. Received: none of "
                f"{len(photos.photos)}; the first: {skipped[-1].rule}, "
                f"{skipped[-1].detail}."
            )
        table = _csv(kept, photos.class_names)
        digest.update(table.encode())
        header = {
            "format": FORMAT,
            "key": digest.hexdigest(),
            "photos": len(kept),
            "side": side,
            "alignment": alignment,
            "class_names": list(photos.class_names),
            "subjects_known": photos.subjects_known,
            **source,
        }
        (folder / PHOTOS).write_text(table, encoding="utf-8")
        write_findings(folder, skipped, repairs)
        atomic.write_json(folder / HEADER, header)
    return header


class _Finder:
    """Cuts pictures; each thread has its own landmark models."""

    def __init__(self, alignment: Alignment):
        self._local = threading.local()
        self._aligned = alignment == "face"
        self._mesh()

    def cut(self, photo: Photo, side: int) -> tuple[np.ndarray, bool] | UnusableError:
        try:
            return square(open_photo(photo), side, self._mesh())
        except UnusableError as error:
            return error

    def _mesh(self) -> FaceMesh | None:
        if not self._aligned:
            return None
        if not hasattr(self._local, "mesh"):
            self._local.mesh = FaceMesh()
        return self._local.mesh


def _skip(photo: Photo, error: UnusableError) -> Skip:
    return Skip(
        dataset=photo.dataset,
        subject=photo.subject,
        clip=photo.name,
        rule=error.rule,
        detail=error.detail,
        row=photo.row,
    )


def _repair(photo: Photo) -> Repair:
    return Repair(
        dataset=photo.dataset,
        subject=photo.subject,
        clip=photo.name,
        rule=NO_FACE,
        old="",
        new="middle of the picture",
        row=photo.row,
    )


def _csv(photos: list[Photo], class_names: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *class_names))
    for one in photos:
        who = one.subject or one.name
        writer.writerow((one.dataset, who, one.name, one.split, *one.target))
    return text.getvalue()
