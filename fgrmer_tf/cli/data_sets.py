"""The data sets that the command line knows by name."""

from pathlib import Path
from typing import TYPE_CHECKING

from input_pipeline.datasets.names import DatasetName, FrameKind, MissingApex

if TYPE_CHECKING:
    from input_pipeline.label_sets.label_set import LabelSet
    from input_pipeline.records import Manifest

__all__ = ["DatasetName", "FrameKind", "MissingApex", "load"]


def load(
    dataset: str,
    root: Path,
    labels: "LabelSet | None" = None,
    frames: FrameKind = "any",
    missing_apex: MissingApex = "leave-out",
) -> "Manifest":
    """Reads `root` as the data set of that name.

    Args:
        dataset: A `DatasetName`.
        root: Its folder.
        labels: Decides the classes; without it, the default class set.
        frames: Which frames are read.
        missing_apex: What becomes of a clip whose apex is not annotated.

    Raises:
        InputError: If the name is unknown, or as the loader says.
    """
    from input_pipeline.datasets import catalogue
    from input_pipeline.datasets.layout import DEFAULT_LABELS

    return catalogue.load(dataset, root, labels or DEFAULT_LABELS, frames, missing_apex)
