"""A trained TransFER to SavedModel, ONNX and LiteRT."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from export.settings import ExportSettings
    from export.transfer_images import Images
    from input_pipeline.macro.store import PhotoTable

_SAMPLES = 8


def export_run(
    run: Path,
    out: Path,
    store: Path | None,
    evaluation_store: Path | None,
    settings: "Callable[[str | None], ExportSettings]",
    progress: Callable[[str], None],
    replace: bool,
) -> dict[str, Any]:
    """Writes and verifies the formats that are asked for.

    Args:
        run: Of `fgrmer transfer train`.
        out: Folder to make.
        store: Image store that the model was trained on; without it, random pixels are
            compared.
        evaluation_store: Other pictures that 8-bit formats are scored on.
        settings: What to write, given what the store says of the training.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced.

    Returns:
        The manifest.

    Raises:
        InputError: If run, store and formats do not go together; see
            `export_transfer`.
    """
    from export.transfer_exporter import export_transfer
    from fgrmer_tf.cli.transfer_trained import load_transfer

    model, constants = load_transfer(run)
    names = constants.class_names
    taken: Any = model.input
    images, statement = _images(run, store, taken["images"].shape[1], names)
    judged = None
    if evaluation_store is not None:
        table = _table(evaluation_store, names)
        judged = _labelled(table, "pictures given for evaluation")
    return export_transfer(
        model,
        constants,
        out,
        images=images,
        evaluation=judged,
        settings=settings(statement),
        progress=progress,
        replace=replace,
    )


def _images(
    run: Path, store: Path | None, side: int, names: tuple[str, ...]
) -> tuple["Images", str | None]:
    from export.transfer_images import Images
    from fgrmer_tf.training.run_folder import read_settings

    if store is None:
        shape = (_SAMPLES, side, side, 3)
        pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
        return Images(pixels=pixels, label=None, origin="random numbers"), None
    table = _table(store, names)
    if read_settings(run)["store"] != table.header["key"]:
        raise InputError(
            "Ranges of 8 bits are taken from pictures of the training. Received: "
            f"--store {store}, which is not the store that `{run}` was trained on. "
            "Give that one."
        )
    images = _labelled(table, "pictures of the training")
    sets = ", ".join(sorted({*table.dataset.tolist()}))
    statement = (
        f"Trained on pictures of {sets}, {len(table)} in its store; its accuracy on "
        "others is not known from these."
    )
    return images, statement


def _table(store: Path, names: tuple[str, ...]) -> "PhotoTable":
    from input_pipeline.macro.store import read_store

    table = read_store(store)
    if table.class_names != names:
        raise InputError(
            f"Pictures must have the model's classes, {names}. Received: `{store}` "
            f"with {table.class_names}."
        )
    return table


def _labelled(table: "PhotoTable", what: str) -> "Images":
    from export.transfer_images import Images

    return Images(
        pixels=np.asarray(table.images),
        label=table.label,
        origin=f"{what}, store {table.header['key']}",
    )
