"""`fgrmer synth`: a data set made here."""

import dataclasses
from pathlib import Path

import tyro

from fgrmer_tf.cli.console import progress, say, start_landmarks
from input_pipeline.synthetic.native.names import Kind, LayoutName


@dataclasses.dataclass(frozen=True, kw_only=True)
class Synth:
    """Writes a synthetic data set in a native layout: a real face, moved by AUs."""

    out: tyro.conf.Positional[Path]
    """Folder to make."""
    layout: LayoutName = "casme2"
    """Native layout to write."""
    subjects: int = 8
    """Number of identities, at least 1."""
    seed: int = 0
    """Equal seeds give equal files."""
    frames: Kind = "raw"
    """Frames as recorded, or cut out round the face."""
    traps: bool = True
    """Whether clips are spoilt as in the real data set; traps.csv lists them."""

    def run(self) -> None:
        start_landmarks()
        from input_pipeline.synthetic.native.layouts import LAYOUTS
        from input_pipeline.synthetic.native.writing import read_planted
        from input_pipeline.synthetic.native_set import write_native

        with progress("rendering clips") as update:
            write_native(
                self.out,
                self.layout,
                subjects=self.subjects,
                seed=self.seed,
                kind=self.frames,
                traps=self.traps,
                progress=update,
            )
        planted = len(read_planted(self.out))
        say(f"data set: {self.out}   to look at: {self.out / 'contact_sheet.png'}")
        if planted:
            say(f"wrong in {planted} places on purpose: {self.out / 'traps.csv'}")
        dataset = LAYOUTS[self.layout].dataset
        say(f"next: fgrmer check {dataset} {self.out}")
