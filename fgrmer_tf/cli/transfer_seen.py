"""What a TransFER was trained on, and whether it meets it again when it is tested."""

import csv
import dataclasses
import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from input_pipeline.macro.store import PhotoTable

SEEN_FILE = "trained_on.csv"
"""Beside a kept model, a row a picture."""
_NAMED, _READ = 5, 256


class SeenPicture(NamedTuple):
    """One picture, by what tells whether it is met again.

    Args:
        dataset: Name of its data set.
        subject: Who is seen; empty where nobody knows.
        content: Key of its pixels; empty for a picture of one colour.
        label: Name of its class.
    """

    dataset: str
    subject: str
    content: str
    label: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """Pictures that a model was trained on, or is asked about.

    Args:
        pictures: In the order of their store.
    """

    pictures: tuple[SeenPicture, ...]

    @classmethod
    def of(cls, table: "PhotoTable", rows: np.ndarray) -> "Seen":
        """The pictures of a store at `rows`."""
        from fgrmer_tf.evaluation.leaks import ALONE, content_keys

        subject, known = table.subject[rows], table.header["subjects_known"]
        # In parts: a large store does not fit into memory.
        parts = np.split(rows, range(_READ, len(rows), _READ))
        content = [key for part in parts for key in content_keys(table.images[part])]
        columns = (
            table.dataset[rows].tolist(),
            subject.tolist() if known else [""] * len(rows),
            ["" if key.startswith(ALONE) else str(key) for key in content],
            [table.class_names[label] for label in table.label[rows]],
        )
        found = (SeenPicture(*picture) for picture in zip(*columns, strict=True))
        return cls(pictures=tuple(found))

    def keep(self, run: Path) -> None:
        """Writes `run/trained_on.csv`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows((SeenPicture._fields, *self.pictures))
        atomic.write_text(run / SEEN_FILE, text.getvalue())

    @classmethod
    def read(cls, run: Path) -> "Seen | None":
        """The inverse of `keep`; `None` where a run has no such file.

        Raises:
            InputError: If the file is not what `keep` writes.
        """
        file = run / SEEN_FILE
        if not file.is_file():
            return None
        try:
            with open(file, encoding="utf-8", newline="") as lines:
                header, *pictures = (SeenPicture(*row) for row in csv.reader(lines))
            if header != SeenPicture._fields:
                raise ValueError("other columns")
        except (csv.Error, TypeError, ValueError) as error:
            raise InputError(
                f"{SEEN_FILE} must be as `fgrmer transfer train` wrote it. Received: "
                f"`{file}` ({error}). The same command on its store writes it again."
            ) from error
        return cls(pictures=tuple(pictures))

    @functools.cached_property
    def people(self) -> set[tuple[str, str]]:
        """Who is seen, as `(data set, subject)`; empty where nobody knows."""
        return {(one.dataset, one.subject) for one in self.pictures if one.subject}

    @functools.cached_property
    def contents(self) -> set[str]:
        """Keys of the pictures that have one."""
        return {one.content for one in self.pictures if one.content}

    def again(self, other: "Seen") -> set[SeenPicture]:
        """Those of `other` that are among these, or show one of these people."""
        return {
            one
            for one in other.pictures
            if one.content in self.contents or (one.dataset, one.subject) in self.people
        }

    def met_in(self, other: "Seen") -> list[str]:
        """Sentences on people and pictures that are among `other` too."""
        people = ["/".join(person) for person in sorted(self.people & other.people)]
        twins = sum(one.content in self.contents for one in other.pictures)
        found = []
        if people:
            named = ", ".join(people[:_NAMED])
            found.append(
                f"{len(people)} people who are tested were trained on too: {named}"
                f"{', and others' if len(people) > _NAMED else ''}."
            )
        if twins:
            found.append(
                f"{twins} tested pictures were trained on too, equal to the bit."
            )
        return found

    def absent(self, class_names: tuple[str, ...]) -> list[str]:
        """Sentences on the classes that no training picture has."""
        shown = {one.label for one in self.pictures}
        return [
            f"No training picture shows {name}: the model cannot have learnt it."
            for name in class_names
            if name not in shown
        ]
