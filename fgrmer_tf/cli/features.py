"""`fgrmer features`: feature tables in and out as `.npz`, published flow images in."""

import dataclasses
from pathlib import Path
from typing import Annotated, Literal

import tyro

from fgrmer_tf.cli.console import count_table, progress, say, start_landmarks


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeaturesImport:
    """Turns a feature table (.npz) into a feature store."""

    file: tyro.conf.Positional[Path]
    """The .npz file (its arrays: docs/data.md)."""
    out: Path
    """Store to make."""

    def run(self) -> None:
        from input_pipeline.feature_exchange import import_npz

        header = import_npz(self.file, self.out)
        say(f"feature store written: {self.out} ({header.clips} clips)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeaturesExport:
    """Writes the feature table (.npz) of a feature store."""

    store: tyro.conf.Positional[Path]
    """The store."""
    file: tyro.conf.Positional[Path]
    """The .npz file to write."""

    def run(self) -> None:
        from input_pipeline.feature_exchange import export_npz

        table = export_npz(self.store, self.file)
        say(f"feature table written: {self.file} ({len(table)} clips)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeaturesImportFlow:
    """Turns a folder of flow images (of STSTNet, HTNet) into a feature store."""

    folder: tyro.conf.Positional[Path]
    """Holds SUBJECT/u_test/LABEL/IMAGE, or images SUBJECT_CLIP: docs/flow_images.md."""
    out: Path
    """Store to make."""
    labels: Path | None = None
    """CSV with the columns sub, filename_o, label, for images without label folders."""
    faces: Path | None = None
    """Folder of the face pictures, for the places of the landmarks."""
    order: Literal["uvs", "svu"] = "uvs"
    """What red, green and blue hold: u, v, strain, or strain, v, u."""
    dataset: str | None = None
    """Data set of all clips, where the subject's name does not tell it."""

    def run(self) -> None:
        if self.faces is not None:
            start_landmarks()
        from input_pipeline.findings import count_rules
        from input_pipeline.flow_folders import import_flow

        with progress("reading flow images") as update:
            done = import_flow(
                self.folder,
                self.out,
                order=self.order,
                labels=self.labels,
                faces=self.faces,
                dataset=self.dataset,
                progress=update,
            )
        for note in done.notes:
            say(note)
        if done.skipped:
            count_table("skipped clips", count_rules(done.skipped))
            say(f"each with its reason: {self.out / 'skipped.csv'}")
        say(f"feature store written: {self.out} ({done.header.clips} clips)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Features:
    """Moves features in and out of a store."""

    action: Annotated[
        Annotated[FeaturesImport, tyro.conf.subcommand("import")]
        | Annotated[FeaturesImportFlow, tyro.conf.subcommand("import-flow")]
        | Annotated[FeaturesExport, tyro.conf.subcommand("export")],
        tyro.conf.arg(name=""),
    ]

    def run(self) -> None:
        self.action.run()
