"""The data sets that the command line knows by name."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from input_pipeline.records import Manifest

DatasetName = Literal["casme", "casme2", "casme3a", "samm", "smic", "mmew", "4dme"]


def load(dataset: str, root: Path) -> "Manifest":
    """Reads `root` as the data set of that name.

    Raises:
        InputError: If the name is unknown, or as the loader says.
    """
    from input_pipeline.datasets import (
        casme,
        casme2,
        casme3,
        four_dme,
        mmew,
        samm,
        smic,
    )

    loaders = {
        "casme": casme.load,
        "casme2": casme2.load,
        "casme3a": casme3.load,
        "samm": samm.load,
        "smic": smic.load,
        "mmew": mmew.load,
        "4dme": four_dme.load,
    }
    if dataset not in loaders:
        known = ", ".join(get_args(DatasetName))
        raise InputError(
            f"A data set must be one of {known}. Received: {dataset!r}. "
            "For another one write a manifest and use --manifest."
        )
    return loaders[dataset](root)
