"""A trained FGRMER as a folder of verified artefacts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from export import warmup
from export.card import ModelCard, model_id
from export.clips import Clips, representative, varied
from export.core import fold
from export.edge import bundle
from export.precision import in_float32
from export.reference import reference
from export.serving_graph import ServingConstants, ServingGraph
from export.settings import ExportSettings
from export.signature import (
    QUANTIZED,
    Format,
    left_out,
    signatures,
    takes_frames,
)
from export.verified_folder import Parts, check_out, write_verified
from export.verify import verify
from fgrmer_tf.errors import InputError


def export_model(
    model: keras.Model,
    constants: ServingConstants,
    out: str | Path,
    *,
    clips: Clips,
    evaluation: Clips | None = None,
    settings: ExportSettings,
    progress: Callable[[str], None] | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes the trained model in each format; each is read back and compared.

    Writes:
        What `write_verified` does, and the bundle of `export.edge` in `out/edge` if it
        was asked for.

    Args:
        model: Trained model with input `patches`, input `au_embeddings` when these are
            given, and output `logits`. Mixed precision is exported as float32.
        constants: What travels with the model.
        out: Folder to make.
        clips: Stored clips, of training subjects: numbers are compared on the first
            64, and 8-bit ranges are taken from `clips.representative`.
        evaluation: Clips with labels that 8-bit formats are scored on. Defaults to
            `clips`.
        settings: What to write.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced; it stays until the new one
            is whole.

    Returns:
        The manifest.

    Raises:
        InputError: If the clips do not go with the model, an 8-bit format is asked for
            without labels, the bundle of a model whose patches no graph can make, `out`
            exists and is not to be replaced or is no export, or `constants` does not go
            with the model.
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    check_out(out, replace)
    model = in_float32(model)
    graph = ServingGraph(model, constants)
    judged = clips if evaluation is None else evaluation
    for stored in (clips, judged):
        stored.require(graph.channels, graph.num_classes)
    _check_labels(settings.formats, judged)
    core = fold(graph)
    card = ModelCard(
        model_id=model_id(core.graph, constants.class_names),
        class_names=constants.class_names,
        preprocessing=constants.preprocessing,
        licence=settings.licence,
        data_statement=settings.data_statement,
    )
    if settings.edge:
        bundle.require_frames(card)
    expected = reference(
        model, constants, clips, judged if judged.label is not None else None
    )
    drawn = representative(clips)
    parts = Parts(
        core=core,
        card=card,
        settings=settings,
        builder="export.build",
        representative=drawn,
        warmup=varied(drawn, max(warmup.BATCHES)),
        wanted={
            artefact: signatures(
                artefact,
                channels=graph.channels,
                num_classes=graph.num_classes,
                frames=takes_frames(constants.preprocessing),
            )
            for artefact in settings.formats
        },
        facts={
            "au_evidence": constants.au_evidence,
            "left_out": left_out(constants.preprocessing),
            "clips": clips.origin,
        },
    )

    def verified(artefact: Format, path: Path) -> dict[str, Any]:
        wanted = parts.wanted[artefact]
        return verify(artefact, path, expected, card, wanted, opset=settings.opset)

    def edge(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
        if not settings.edge or expected.frames is None:
            return {}
        say(f"Writing {bundle.NAME}: two images to a label, tried by itself")
        place = folder / bundle.NAME
        return {"edge": bundle.write(place, request, card, expected.frames)}

    return write_verified(out, parts, verified, say, replace=replace, add=edge)


def _check_labels(formats: Sequence[Format], judged: Clips) -> None:
    eight_bit = [name for name in formats if name in QUANTIZED]
    if eight_bit and judged.label is None:
        raise InputError(
            "An 8-bit format is judged by its score on stored clips with labels. "
            f"Received: {eight_bit} and clips without labels. Give the feature store "
            "that the model was trained on."
        )
