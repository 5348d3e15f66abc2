"""`fgrmer export`: a trained run to SavedModel, ONNX and LiteRT."""

import dataclasses
from pathlib import Path
from typing import Literal

import numpy as np
import tyro

from fgrmer_tf.cli.console import console, say, start_tensorflow

_SAMPLES = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class Export:
    """Writes a trained model in other formats; each is reloaded and compared."""

    source: tyro.conf.Positional[Path]
    """A run of `fgrmer train` or `fgrmer import-torch`."""
    out: Path
    """Folder to make."""
    formats: tuple[Literal["savedmodel", "onnx", "litert"], ...] = (
        "savedmodel",
        "onnx",
        "litert",
    )
    """Formats to write."""
    store: Path | None = None
    """Feature store whose clips are compared; without it, random patches are."""
    replace: bool = False
    """Whether an existing folder is replaced."""

    def run(self) -> None:
        start_tensorflow()
        from rich.table import Table

        from export.errors import ExportError
        from export.exporter import export_model
        from fgrmer_tf.cli.trained import load_trained

        model, constants = load_trained(self.source)
        inputs: dict = model.input  # pyright: ignore[reportAssignmentType]
        try:
            manifest = export_model(
                model,
                constants,
                self.out,
                formats=self.formats,
                inputs=self._samples(inputs["patches"].shape[1:]),
                progress=say,
                replace=self.replace,
            )
        except ExportError as error:
            raise SystemExit(f"fgrmer: {error}") from error
        table = Table("artefact", "largest difference from Keras")
        for name, differences in manifest["differences"].items():
            table.add_row(name, f"{_largest(differences):.1e}")
        console.print(table)
        say(f"exported: {self.out}")

    def _samples(self, shape: tuple[int, ...]) -> np.ndarray:
        from input_pipeline import feature_store

        if self.store is None:
            return np.random.default_rng(0).normal(size=(_SAMPLES, *shape)).astype("f4")
        return feature_store.read(self.store).patches


def _largest(differences: dict | float) -> float:
    """The largest leaf: differences come by signature, batch size and output."""
    if isinstance(differences, dict):
        return max(map(_largest, differences.values()))
    return differences
