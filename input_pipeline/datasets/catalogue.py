"""Every data set by its name."""

from pathlib import Path
from typing import get_args

from fgrmer_tf.errors import InputError
from input_pipeline.datasets import (
    casme,
    casme2,
    casme3,
    casme_sq,
    four_dme,
    mmew,
    samm,
    smic,
)
from input_pipeline.datasets.layout import DEFAULT_LABELS
from input_pipeline.datasets.names import DatasetName, FrameKind, MissingApex
from input_pipeline.datasets.recognise import Look, looks_like
from input_pipeline.datasets.sheet import NotHereError
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.records import Manifest

_LOADERS = {
    "casme": casme.load,
    "casme2": casme2.load,
    "casme-sq": casme_sq.load,
    "casme3a": casme3.PART_A.load,
    "casme3c": casme3.PART_C.load,
    "samm": samm.load,
    "smic": smic.HS.load,
    "smic-vis": smic.VIS.load,
    "smic-nir": smic.NIR.load,
    "mmew": mmew.load,
    "4dme": four_dme.load,
}

_LOOKS = (
    *(
        Look(layout.name, layout.sheets, layout.frames)
        for layout in (
            casme.LAYOUT,
            casme2.LAYOUT,
            casme3.PART_A,
            casme3.PART_C,
            samm.LAYOUT,
            mmew.LAYOUT,
            four_dme.LAYOUT,
        )
    ),
    Look(casme_sq.NAME, casme_sq.SHEETS, casme_sq.FRAMES),
    *(
        Look(part.name, part.long.sheets, part.frames)
        for part in (smic.HS, smic.VIS, smic.NIR)
    ),
)


def load(
    dataset: str,
    root: str | Path,
    labels: LabelSet = DEFAULT_LABELS,
    frames: FrameKind = "any",
    missing_apex: MissingApex = "leave-out",
) -> Manifest:
    """Reads `root` as the data set of that name.

    Args:
        dataset: A `DatasetName`.
        root: Its folder, as delivered.
        labels: Decides the class of each clip.
        frames: Which frames are read.
        missing_apex: What becomes of a clip whose apex is not annotated.

    Returns:
        Its clips, those left out, and what was repaired.

    Raises:
        InputError: If the name is unknown, or as the loader says; where `root`, a
            folder in it or the one above looks like a data set, it says which.
    """
    if dataset not in _LOADERS:
        raise InputError(
            f"A data set must be one of {', '.join(get_args(DatasetName))}. Received: "
            f"{dataset!r}. For another one write a manifest and use --manifest."
        )
    try:
        return _LOADERS[dataset](root, labels, frames, missing_apex)
    except NotHereError as error:
        found = looks_like(Path(root), _LOOKS)
        if not found:
            raise
        hints = "; ".join(f"`{folder}` looks like {name}" for name, folder in found)
        raise InputError(f"{error} {hints}.") from error
