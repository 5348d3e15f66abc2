"""What a native layout is made of: clips with a data set's names and cells."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import AS_RENDERED, Picture
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import Shot


@dataclasses.dataclass(eq=False, kw_only=True)
class Entry:
    """One clip as a data set has it. Traps change entries before they are written down.

    Args:
        shot: Its frames and their numbers.
        subject: As a `Sample` of it is called.
        clip: See above.
        folder: Where its frames are, below the root.
        stem: Frame number -> file name without its ending.
        cells: Column key -> cell of the annotation sheet; empty without a sheet.
    """

    shot: Shot
    subject: str
    clip: str
    folder: PurePosixPath
    stem: Callable[[int], str]
    cells: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def emotion(self) -> str:
        """What the clip shows, a key of `PROTOTYPES`."""
        return self.shot.clip.plan.emotion


@dataclasses.dataclass(frozen=True)
class Concern:
    """What one planted trap is about.

    Args:
        subject: As in `Entry`.
        clip: As in `Entry`; empty where it is the whole subject.
        entry: The clip; `None` where it is the whole subject.
        file: What was spoilt; `None` where it is a cell.
    """

    subject: str
    clip: str = ""
    entry: Entry | None = None
    file: Path | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Site:
    """A data set in the making, where traps are planted.

    Args:
        root: Its folder; frames are there, the sheet is not.
        entries: All clips, in the order of the sheet.
        suffix: Ending of frame files.
    """

    root: Path
    entries: list[Entry]
    suffix: str

    def folder(self, entry: Entry) -> Path:
        """The folder of a clip's frames."""
        return self.root / entry.folder

    def file(self, entry: Entry, number: int) -> Path:
        """The file of a frame."""
        return self.folder(entry) / f"{entry.stem(number)}{self.suffix}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trap:
    """Something that goes wrong in a real data set.

    Args:
        name: What it is.
        finding: Who reports it: a loader as `skip` or `repair`, or `check`, where only
            a closer look at the frames does.
        rule: Rule under which it is reported.
        plant: Spoils one entry and says what is concerned. It may change cells and
            files, and append to the entries.
    """

    name: str
    finding: str
    rule: str
    plant: Callable[[Site, Entry], list[Concern]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NativeLayout:
    """How one data set is written.

    Args:
        dataset: The loader that reads it.
        entries: Names the clips; the frames asked for are raw or cropped.
        sheet: File below the root -> content, from the entries in their order.
        first_row: Row of the first entry in the sheet, from 1; `None` without a sheet.
        raw: How frames are stored.
        cropped: The same, for frames cut out round the face; `None` where the data set
            has none.
        others: Rule that leaves out clips of the emotion `others`; empty where the
            layout has none.
        traps: What goes wrong in this data set.
    """

    dataset: str
    entries: Callable[[Sequence[RenderedClip], Kind], list[Entry]]
    sheet: Callable[[Sequence[Entry]], dict[str, bytes]]
    first_row: int | None = 2
    raw: Picture = AS_RENDERED
    cropped: Picture | None = None
    others: str = "label outside the protocol"
    traps: tuple[Trap, ...] = ()
