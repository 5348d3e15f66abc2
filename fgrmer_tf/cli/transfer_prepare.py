"""`fgrmer transfer prepare`: a data set of pictures as an image store."""

import dataclasses
from pathlib import Path
from typing import Annotated

import tyro

from fgrmer_tf.cli.console import count_table, progress, say
from input_pipeline.macro.names import (
    AS_PUBLISHED,
    Alignment,
    PhotoReading,
    PhotoSetName,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferPrepare:
    """Makes an image store of a data set: every usable picture as a square."""

    dataset: tyro.conf.Positional[PhotoSetName]
    """Name of the data set."""
    root: tyro.conf.Positional[Path]
    """Its folder, as delivered."""
    out: Path
    """Store to make."""
    side: int = 112
    """Side of a square [px]."""
    alignment: Alignment = "none"
    """`face`: by the landmarks of each face; `none`: the middle of the picture."""
    reading: Annotated[PhotoReading, tyro.conf.arg(name="")] = AS_PUBLISHED

    def run(self) -> None:
        if self.alignment == "face":
            from fgrmer_tf.cli.console import start_landmarks

            start_landmarks()
        from input_pipeline.findings import count_rules, read_repairs, read_skips
        from input_pipeline.macro import catalogue
        from input_pipeline.macro.store_writing import write_store

        photos = catalogue.load(self.dataset, self.root, self.reading)
        with progress("cutting pictures") as update:
            header = write_store(
                self.out,
                photos,
                side=self.side,
                alignment=self.alignment,
                source={
                    "dataset": self.dataset,
                    "reading": dataclasses.asdict(self.reading),
                },
                progress=update,
            )
        for title, found in (
            ("left out", read_skips(self.out)),
            ("repairs", read_repairs(self.out)),
        ):
            if found:
                count_table(title, count_rules(found))
        say(f"store: {self.out}, {header['photos']} pictures")
