"""Class sets by name: the classes of a task, and the class of a clip.

The mapping of words to classes, the list of the MEGC2019 composite and all published
counts are data files, each with its source; see `docs/protocol.md`.
"""

import dataclasses
import functools
from typing import Literal, cast

from input_pipeline.label_sets.annotation import Annotation, Label, LeftOut
from input_pipeline.label_sets.membership import Members, outside
from input_pipeline.label_sets.objective import objective_class
from input_pipeline.label_sets.tables import rows

ClassSet = Literal[
    "megc2019",
    "megc2019-442",
    "megc2019-441",
    "emotion-5-casme2",
    "emotion-5-samm",
    "objective-5",
    "objective-7",
    "casme3-3",
    "casme3-4",
    "casme3-7",
    "cd6me",
]
"""Names of the class sets, as `--classes` takes them."""

By = Literal["emotion", "objective", "annotated"]

DEFAULT: ClassSet = "megc2019"

_OUTSIDE = "label outside the protocol"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelSet:
    """The classes of a task.

    Args:
        name: As in `ClassSet`.
        title: For people.
        classes: Class names in label order.
        by: What decides the class: the `emotion`, the `objective` class, or nothing
            beside being `annotated` with action units.
        members: Which clips of the MEGC2019 list are in; `all` asks no list.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    by: By
    members: Members

    @property
    def table(self) -> str:
        """Name under which `labels.csv` and `published_counts.csv` list this set."""
        return self.name if self.members == "all" else DEFAULT

    def label(self, annotation: Annotation) -> Label | LeftOut:
        """The class of a clip, or why it has none.

        Args:
            annotation: As the data set writes it; case and outer spaces of the emotion
                do not matter.

        Returns:
            A label in `classes`, or the rule by which the clip is left out.
        """
        if self.by == "emotion":
            found = self._of_emotion(annotation)
        elif self.by == "objective":
            found = objective_class(annotation)
        elif annotation.au is None:
            found = LeftOut("no action units annotated", "the cell is empty or unread")
        else:
            found = Label(self.classes[0])
        if isinstance(found, Label) and found.name not in self.classes:
            return LeftOut(_OUTSIDE, f"class {found.name} is not in {self.name}")
        if isinstance(found, LeftOut):
            return found
        return outside(self.members, annotation) or found

    def _of_emotion(self, annotation: Annotation) -> Label | LeftOut:
        words = _words(self.table).get(annotation.dataset)
        if words is None:
            return LeftOut("data set outside the protocol", annotation.dataset)
        parts = [part.strip().lower() for part in annotation.emotion.split("+")]
        unknown = [part for part in parts if part not in words]
        if unknown:
            return LeftOut("unknown label", f"the emotion is {unknown[0]!r}")
        names = {words[part]: part for part in parts if words[part]}
        if len(names) > 1:
            return LeftOut("several labels", " and ".join(names.values()))
        if not names:
            return LeftOut(_OUTSIDE, f"{annotation.emotion.strip()!r} is dropped")
        return Label(next(iter(names)))


def label_set(name: ClassSet) -> LabelSet:
    """The class set of that name."""
    return _label_sets()[name]


def words(name: ClassSet, dataset: str) -> dict[str, str]:
    """Native emotion -> class of a data set; empty where the protocol drops it."""
    return _words(label_set(name).table)[dataset]


@functools.cache
def _label_sets() -> dict[str, LabelSet]:
    return {
        row["name"]: LabelSet(
            name=row["name"],
            title=row["title"],
            classes=tuple(row["classes"].split("|")),
            by=cast(By, row["by"]),
            members=cast(Members, row["members"]),
        )
        for row in rows("class_sets")
    }


@functools.cache
def _words(table: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("labels"):
        if row["classes"] == table:
            found.setdefault(row["dataset"], {})[row["emotion"]] = row["label"]
    return found
