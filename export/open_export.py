"""An export folder, ready to run in the runtime that starts fastest."""

import dataclasses
from pathlib import Path
from typing import Any

from export import manifest
from export.runners import Runner, load
from export.signature import ARTEFACTS, FORMATS, Format
from fgrmer_tf.errors import InputError

_FASTEST_START: tuple[Format, ...] = (
    "onnx",
    "litert",
    "savedmodel",
    "litert-float16",
    "litert-dynamic",
    "litert-int8",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Export:
    """One artefact of an export folder, ready to run.

    Args:
        run: The artefact as a function of patches.
        class_names: Names of all classes, in label order.
        preprocessing: What makes patches out of frames.
    """

    run: Runner
    class_names: tuple[str, ...]
    preprocessing: dict[str, Any]


def open_export(folder: str | Path, artefact: Format | None = None) -> Export:
    """Opens an export folder and loads one artefact whose files are as written.

    Args:
        folder: What `export_model` wrote.
        artefact: Format to run. Defaults to ONNX, else LiteRT, else SavedModel, else
            a smaller LiteRT: the first two start without TensorFlow.

    Raises:
        InputError: If `folder` is no export, does not hold the format, or a file of
            the artefact is missing or changed.
    """
    folder = Path(folder)
    record = manifest.read(folder)
    order: tuple[Format, ...] = (artefact,) if artefact else _FASTEST_START
    present: list[Format] = [name for name in order if name in record["formats"]]
    if not present:
        raise InputError(
            f"The export must hold the format asked for, one of {FORMATS}. Received: "
            f"{artefact!r}; `{folder}` holds {record['formats']}. Export it again."
        )
    manifest.check(folder, record, ARTEFACTS[present[0]])
    # The first signature that has its one input's name takes tensors.
    stated = record["signatures"][present[0]].items()
    signature = next(name for name, tensors in stated if name in tensors["inputs"])
    return Export(
        run=load(folder / ARTEFACTS[present[0]], signature),
        class_names=tuple(record["class_names"]),
        preprocessing=record["preprocessing"],
    )
