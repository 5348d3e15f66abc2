"""A step of the export in a process of its own, where nothing is left of another."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from export.errors import ExportError

TIMEOUT = 300
"""Seconds after which a step counts as failed."""

_ROOT = Path(__file__).resolve().parents[1]


def run(
    module: str, request: dict[str, Any], what: str, timeout: float = TIMEOUT
) -> None:
    """Runs `python -m module` with `request` as its one argument, on the CPU.

    Args:
        module: Name of a module that reads `json.loads(sys.argv[1])`.
        request: JSON values; paths must be absolute.
        what: What the error says is being done.
        timeout: Longest time [s].

    Raises:
        ExportError: If the process fails or takes too long.
    """
    environment = {
        # On the CPU, for a GPU may round float32 products to fewer bits.
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # tf2onnx names and orders constants by the order of Python sets.
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([*sys.path, str(_ROOT)]),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, json.dumps(request)],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            f"{what}: did not end within {timeout} s in a fresh process."
        ) from error
    if done.returncode:
        raise ExportError(
            f"{what}: failed in a fresh process:\n{done.stderr.strip()[-2000:]}"
        )


def answers(
    module: str,
    artefact: Path,
    inputs: Mapping[str, np.ndarray],
    *,
    signatures: Sequence[str],
    batches: Sequence[int],
    timeout: float = TIMEOUT,
) -> dict[str, np.ndarray]:
    """What an artefact answers, run by `module`.

    Args:
        module: `export.replay` or its like.
        artefact: File or folder.
        inputs: What it is asked about.
        signatures: Which are asked.
        batches: Sizes of the batches that are asked.
        timeout: Longest time [s].

    Returns:
        As `module` says.

    Raises:
        ExportError: As `run`.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "inputs.npz"), Path(folder, "outputs.npz")
        np.savez(asked, **dict[str, Any](inputs))
        request = {
            "artefact": str(artefact.resolve()),
            "inputs": str(asked),
            "outputs": str(answered),
            "signatures": list(signatures),
            "batches": list(batches),
        }
        run(module, request, f"Running {artefact.name}", timeout)
        with np.load(answered) as found:
            return dict(found)
