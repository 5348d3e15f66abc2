"""`fgrmer synth`: a data set made here."""

import dataclasses
from pathlib import Path
from typing import get_args

import tyro

from fgrmer_tf.cli.console import progress, say, start_landmarks
from input_pipeline.macro.names import PhotoLayoutName
from input_pipeline.synthetic.native.names import Kind, LayoutName


@dataclasses.dataclass(frozen=True, kw_only=True)
class Synth:
    """Writes a synthetic data set in a native layout: a real face, moved by AUs.

    Clips of micro-expressions, or pictures of whole expressions for `fgrmer transfer`.
    """

    out: tyro.conf.Positional[Path]
    """Folder to make."""
    layout: LayoutName | PhotoLayoutName = "casme2"
    """Native layout to write."""
    subjects: int = 8
    """Number of identities, at least 1."""
    seed: int = 0
    """Equal seeds give equal files."""
    frames: Kind = "raw"
    """Frames of clips as recorded, or cut out round the face."""
    expressions: int = 7
    """Of pictures: classes, 8 with contempt."""
    faces: int = 6
    """Of pictures: how many an identity and class."""
    traps: bool = True
    """Whether clips are spoilt as in the real data set; traps.csv lists them."""

    def run(self) -> None:
        start_landmarks()
        if self.layout in get_args(PhotoLayoutName):
            self._write_photos()
        else:
            self._write_clips()

    def _write_photos(self) -> None:
        from input_pipeline.synthetic.macro.faces import FaceSettings
        from input_pipeline.synthetic.macro.photo_set import write_photos

        settings = FaceSettings(expressions=self.expressions, faces=self.faces)
        with progress("rendering faces") as update:
            write_photos(
                self.out,
                self.layout,  # pyright: ignore[reportArgumentType]
                subjects=self.subjects,
                seed=self.seed,
                traps=self.traps,
                settings=settings,
                progress=update,
            )
        self._say(self.layout.removesuffix("-npy"))

    def _write_clips(self) -> None:
        from input_pipeline.synthetic.native.layouts import LAYOUTS
        from input_pipeline.synthetic.native_set import write_native

        with progress("rendering clips") as update:
            write_native(
                self.out,
                self.layout,  # pyright: ignore[reportArgumentType]
                subjects=self.subjects,
                seed=self.seed,
                kind=self.frames,
                traps=self.traps,
                progress=update,
            )
        self._say(LAYOUTS[self.layout].dataset)  # pyright: ignore

    def _say(self, dataset: str) -> None:
        from input_pipeline.synthetic.native.writing import read_planted

        planted = len(read_planted(self.out))
        say(f"data set: {self.out}   to look at: {self.out / 'contact_sheet.png'}")
        if planted:
            say(f"wrong in {planted} places on purpose: {self.out / 'traps.csv'}")
        say(f"next: fgrmer check {dataset} {self.out}")
