"""A trained TransFER as a folder of verified artefacts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from export import warmup
from export.card import ModelCard, model_id
from export.core import fold
from export.precision import in_float32
from export.settings import ExportSettings
from export.signature import QUANTIZED, Format
from export.transfer_graph import TransferConstants, TransferGraph
from export.transfer_images import Images, several, spread
from export.transfer_reference import reference
from export.transfer_signature import signatures
from export.verified_folder import Parts, check_out, write_verified
from export.verify import verify
from fgrmer_tf.errors import InputError

TIMEOUT = 1800
"""Seconds after which a step counts as failed: the published network is large."""


def export_transfer(
    model: keras.Model,
    constants: TransferConstants,
    out: str | Path,
    *,
    images: Images,
    evaluation: Images | None = None,
    settings: ExportSettings,
    progress: Callable[[str], None] | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes the trained model in each format; each is read back and compared.

    As `exporter.export_model` does for FGRMER, with the same files, checks, tolerances
    and manifest; batches are smaller.

    Writes:
        What `write_verified` does.

    Args:
        model: From `build_transfer`, trained. Mixed precision is exported as float32.
        constants: What travels with the model.
        out: Folder to make.
        images: As the model was trained on: the first are compared, and 8-bit ranges
            are taken from all.
        evaluation: Images with labels that 8-bit formats are scored on. Defaults to
            `images`.
        settings: What to write.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced.

    Returns:
        The manifest.

    Raises:
        InputError: If `images` or `constants` do not go with the model, an 8-bit format
            is asked for without labels, or `out` exists and is not to be replaced or is
            no export.
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    check_out(out, replace)
    graph = TransferGraph(in_float32(model), constants)
    judged = images if evaluation is None else evaluation
    for given in (images, judged):
        given.require(graph.image_size, graph.num_classes)
    if set(settings.formats) & set(QUANTIZED) and judged.label is None:
        raise InputError(
            "An 8-bit format is judged by its score on images with labels. Received: "
            f"{list(settings.formats)} and images without labels. Give the pictures "
            "that the model was trained on."
        )
    core = fold(graph)
    card = ModelCard(
        model_id=model_id(core.graph, constants.class_names),
        class_names=constants.class_names,
        preprocessing=constants.preprocessing(graph.image_size),
        licence=settings.licence,
        data_statement=settings.data_statement,
    )
    expected = reference(graph, images, judged if judged.label is not None else None)
    parts = Parts(
        core=core,
        card=card,
        settings=settings,
        builder="export.transfer_build",
        timeout=TIMEOUT,
        representative=spread(images),
        warmup=several(images.pixels, max(warmup.BATCHES)),
        wanted={
            artefact: signatures(
                artefact, image_size=graph.image_size, num_classes=graph.num_classes
            )
            for artefact in settings.formats
        },
        facts={"images": images.origin},
    )

    def verified(artefact: Format, path: Path) -> dict[str, Any]:
        return verify(
            artefact,
            path,
            expected,
            card,
            parts.wanted[artefact],
            opset=settings.opset,
            replay="export.transfer_replay",
            timeout=TIMEOUT,
        )

    return write_verified(out, parts, verified, say, replace=replace)
