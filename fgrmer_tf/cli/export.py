"""`fgrmer export`: a trained run to SavedModel, ONNX and LiteRT."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tyro

from export.signature import DEFAULT_FORMATS, OPSET, Format
from fgrmer_tf.cli.console import console, say, start_tensorflow
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from export.clips import Clips
    from export.settings import ExportSettings

_SAMPLES = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class Export:
    """Writes a trained model in other formats; each is reloaded and compared."""

    source: tyro.conf.Positional[Path]
    """A run of `fgrmer train`, `import-torch` or `transfer train`."""
    out: Path
    """Folder to make."""
    formats: tuple[Format, ...] = DEFAULT_FORMATS
    """Formats to write; the last two need --store."""
    store: Path | None = None
    """Feature or image store the model was trained on: numbers are compared on its
    clips, and 8-bit ranges taken from them; without it, random ones are compared."""
    evaluation_store: Path | None = None
    """Other labelled clips that 8-bit formats are scored on in place of --store."""
    opset: int = OPSET
    """Operator set of the ONNX file, 13 to 18."""
    licence: str | None = None
    """Terms of the weights; they travel inside every format."""
    data_statement: str | None = None
    """What the model was trained on; by default what --store and the run say."""
    edge: bool = False
    """Whether OUT/edge is written: face, motion and model as ONNX and LiteRT files and
    programs that go from two images to a label without TensorFlow or this project, for
    a model of the motion `magnet`."""
    replace: bool = False
    """Whether an existing folder is replaced."""

    def run(self) -> None:
        start_tensorflow()
        from rich.table import Table

        from export.errors import ExportError
        from fgrmer_tf.cli.transfer_trained import is_transfer

        try:
            manifest = self._photos() if is_transfer(self.source) else self._motion()
        except ExportError as error:
            raise SystemExit(f"fgrmer: {error}") from error
        table = Table("artefact", "largest difference from Keras", "F1 lost, points")
        for name, found in manifest["verified"].items():
            quality = found.get("quality")
            table.add_row(
                name,
                f"{_largest(found['differences']):.1e}",
                "" if quality is None else _lost(quality),
            )
        console.print(table)
        say(f"exported: {self.out}")

    def _settings(self, statement: str | None) -> "ExportSettings":
        from export.card import NO_DATA_STATEMENT, NO_LICENCE
        from export.settings import ExportSettings

        return ExportSettings(
            formats=self.formats,
            opset=self.opset,
            licence=_first(self.licence, NO_LICENCE),
            data_statement=_first(self.data_statement, statement, NO_DATA_STATEMENT),
            edge=self.edge,
        )

    def _photos(self) -> dict[str, Any]:
        """The manifest of a TransFER."""
        if self.edge:
            raise InputError(
                "An edge bundle goes from two frames to a label, which FGRMER does. "
                f"Received: --edge and a TransFER in `{self.source}`. Leave it out."
            )
        from fgrmer_tf.cli.transfer_export import export_run

        return export_run(
            self.source,
            self.out,
            self.store,
            self.evaluation_store,
            self._settings,
            say,
            self.replace,
        )

    def _motion(self) -> dict[str, Any]:
        """The manifest of an FGRMER."""
        from export.exporter import export_model
        from fgrmer_tf.cli.trained import load_trained

        model, constants = load_trained(self.source)
        inputs: dict = model.input  # pyright: ignore[reportAssignmentType]
        shape, names = inputs["patches"].shape[1:], constants.class_names
        clips, statement = self._clips(shape, names)
        return export_model(
            model,
            constants,
            self.out,
            clips=clips,
            evaluation=self._evaluation(names),
            settings=self._settings(statement),
            progress=say,
            replace=self.replace,
        )

    def _clips(
        self, shape: tuple[int, ...], names: tuple[str, ...]
    ) -> tuple["Clips", str | None]:
        """Clips to compare on, and what the store says of the training."""
        from export.clips import Clips
        from fgrmer_tf.training.run_folder import read_settings
        from input_pipeline import feature_store

        if self.store is None:
            patches = np.random.default_rng(0).normal(size=(_SAMPLES, *shape))
            clips = Clips(
                patches=patches.astype(np.float32), label=None, origin="random numbers"
            )
            return clips, None
        header = feature_store.read_header(self.store)
        trained_on = read_settings(self.source).get("store")
        if trained_on == header.key:
            clips = _labelled(self.store, names, "clips of the training")
            return clips, _statement(self.store)
        if trained_on is not None and "litert-int8" in self.formats:
            raise InputError(
                "The ranges of litert-int8 are taken from clips of the training. "
                f"Received: --store {self.store}, which is not the store that "
                f"`{self.source}` was trained on. Give that one."
            )
        return _labelled(self.store, names, "clips, perhaps not of the training"), None

    def _evaluation(self, names: tuple[str, ...]) -> "Clips | None":
        if self.evaluation_store is None:
            return None
        return _labelled(self.evaluation_store, names, "clips given for evaluation")


def _first(*texts: str | None) -> str:
    """The first that was said at all; a blank one is refused later."""
    return next(text for text in texts if text is not None)


def _labelled(store: Path, class_names: tuple[str, ...], what: str) -> "Clips":
    from export.clips import Clips
    from input_pipeline import feature_store

    table = feature_store.read(store)
    if table.class_names != class_names:
        raise InputError(
            f"Clips must have the model's classes, {class_names}. "
            f"Received: `{store}` with {table.class_names}."
        )
    key = feature_store.read_header(store).key
    return Clips(
        patches=table.patches, label=table.label, origin=f"{what}, store {key}"
    )


def _statement(store: Path) -> str:
    """What the model was trained on, in one sentence."""
    from input_pipeline import feature_store

    table = feature_store.read(store)
    subjects = {*zip(table.dataset.tolist(), table.subject.tolist(), strict=True)}
    return (
        f"Trained on {len(table)} clips of {len(subjects)} subjects from "
        f"{', '.join(sorted(set(table.dataset.tolist())))}; its accuracy on others is "
        "not known from these."
    )


def _lost(quality: dict[str, Any]) -> str:
    """Points of F1 that 8 bits cost: macro, and of each class."""
    of_classes = {
        name: f1["keras"] - f1["artefact"]
        for name, f1 in quality["f1_per_class"].items()
    }
    lost = {"macro": quality["loss"]} | of_classes
    return "\n".join(f"{name} {100 * points:.2f}" for name, points in lost.items())


def _largest(differences: Any) -> float:
    """The largest leaf: differences come by signature, batch size and output."""
    if isinstance(differences, dict):
        return max(map(_largest, differences.values()))
    return differences
