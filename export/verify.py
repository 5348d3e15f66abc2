"""Whether an artefact is the trained model: structure, then numbers."""

import dataclasses
from pathlib import Path
from typing import Any

from export import fresh_process, structure
from export.card import ModelCard
from export.errors import ExportError
from export.judge import judge
from export.reference import Reference
from export.signature import QUANTIZED, Format


def verify(
    artefact: Format,
    path: Path,
    expected: Reference,
    card: ModelCard,
    wanted: dict[str, dict[str, Any]],
    *,
    opset: int,
    replay: str = "export.replay",
    timeout: float = fresh_process.TIMEOUT,
) -> dict[str, Any]:
    """Reads the artefact back, runs it in a fresh process and compares.

    Args:
        artefact: Format of the artefact.
        path: File or folder of the artefact.
        expected: What Keras said; with an evaluation set for the 8-bit formats.
        card: What the artefact must say of itself.
        wanted: Signatures that it must have, as `export.signature.signatures`.
        opset: Operator set of an ONNX file.
        replay: Module that runs it in a process of its own.
        timeout: Longest time that it may take [s].

    Returns:
        As `judge`.

    Raises:
        ExportError: If the structure is wrong, names, shapes or dtypes are not
            `wanted`, the artefact cannot be run, a warm-up request fails, or as
            `judge`.
    """
    described = _described(artefact, path, wanted, opset)
    inputs = {"inputs": expected.inputs}
    if artefact in QUANTIZED and expected.evaluation is not None:
        inputs["evaluation"] = expected.evaluation.inputs
    answers = fresh_process.answers(
        replay,
        path,
        inputs,
        signatures=list(wanted),
        batches=expected.batches,
        timeout=timeout,
    )
    return judge(artefact, described, answers, expected, card)


def _described(
    artefact: Format, path: Path, wanted: dict[str, dict[str, Any]], opset: int
) -> structure.Structure:
    described = structure.describe(artefact, path, opset=opset)
    if described.signatures != wanted:
        raise ExportError(
            f"{artefact}: names, shapes or dtypes are wrong. Wanted: {wanted}. "
            f"Written: {described.signatures}."
        )
    # In the order of `wanted`: that of a file's signatures may be any.
    return dataclasses.replace(described, signatures=wanted)
