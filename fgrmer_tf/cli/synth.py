"""`fgrmer synth`: a data set made here."""

import dataclasses
from pathlib import Path
from typing import Literal

import tyro

from fgrmer_tf.cli.console import progress, say, start_landmarks


@dataclasses.dataclass(frozen=True, kw_only=True)
class Synth:
    """Writes a synthetic data set in a native layout: a real face, moved by AUs."""

    out: tyro.conf.Positional[Path]
    """Folder to make."""
    layout: Literal["casme2"] = "casme2"
    """Native layout to write."""
    subjects: int = 8
    """Number of identities, at least 1."""
    seed: int = 0
    """Equal seeds give equal files."""

    def run(self) -> None:
        start_landmarks()
        from input_pipeline.synthetic.casme2_layout import write_casme2

        with progress("rendering clips") as update:
            write_casme2(
                self.out, subjects=self.subjects, seed=self.seed, progress=update
            )
        say(f"data set: {self.out}   to look at: {self.out / 'contact_sheet.png'}")
