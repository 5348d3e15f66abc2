"""`fgrmer features`: feature tables in and out as `.npz`."""

import dataclasses
from pathlib import Path
from typing import Annotated

import tyro

from fgrmer_tf.cli.console import say


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
class Features:
    """Moves feature tables in and out of a store."""

    action: Annotated[
        Annotated[FeaturesImport, tyro.conf.subcommand("import")]
        | Annotated[FeaturesExport, tyro.conf.subcommand("export")],
        tyro.conf.arg(name=""),
    ]

    def run(self) -> None:
        self.action.run()
