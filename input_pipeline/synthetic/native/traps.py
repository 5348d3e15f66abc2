"""The traps that several data sets have, each planted in one clip."""

import copy
import shutil
from typing import Any

from input_pipeline.synthetic.native.entries import Concern, Entry, Site, Trap


def of(entry: Entry, file=None) -> list[Concern]:
    """A trap that concerns one clip."""
    return [Concern(entry.subject, entry.clip, entry, file)]


def cell(name: str, column: str, value: Any, rule: str, finding: str = "skip") -> Trap:
    """A cell of the sheet says something else.

    Args:
        name: What it is called.
        column: Column key.
        value: The new content, or a function from the entry to it.
        rule: Rule that reports it.
        finding: As in `Trap`.
    """

    def plant(site: Site, entry: Entry) -> list[Concern]:
        entry.cells[column] = value(entry) if callable(value) else value
        return of(entry)

    return Trap(name=name, finding=finding, rule=rule, plant=plant)


def wrong_offset(text: bool = False) -> Trap:
    """The offset is before the apex."""

    def early(entry: Entry) -> int | str:
        number = entry.shot.apex - 1
        return str(number) if text else number

    return cell("wrong offset", "offset", early, "apex after offset")


def apex_before_onset(text: bool = False) -> Trap:
    """The apex is before the onset."""

    def early(entry: Entry) -> int | str:
        number = entry.shot.onset - 1
        return str(number) if text else number

    return cell("apex outside onset to offset", "apex", early, "apex before onset")


def respelled_subject(column: str, spell) -> Trap:
    """One row spells its subject in another way than the others do."""

    def plant(site: Site, entry: Entry) -> list[Concern]:
        entry.cells[column] = spell(entry)
        return [Concern(entry.subject)]

    rule = "subject spelled in several ways"
    return Trap(
        name="subject spelled two ways", finding="repair", rule=rule, plant=plant
    )


def _equal_row(site: Site, entry: Entry) -> list[Concern]:
    again = copy.copy(entry)
    site.entries.append(again)
    return of(again)


def _differing_row(site: Site, entry: Entry) -> list[Concern]:
    again = copy.copy(entry)
    again.cells = entry.cells | {"au": "7", "offset": entry.cells["apex"]}
    site.entries.append(again)
    return [*of(entry), *of(again)]


def _missing_apex_frame(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.apex)
    file.unlink()
    return of(entry, file)


def _missing_offset_frame(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset)
    file.unlink()
    return of(entry, file)


def _gap(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset - 1)
    file.unlink()
    return of(entry, file)


def _missing_folder(site: Site, entry: Entry) -> list[Concern]:
    folder = site.folder(entry)
    shutil.rmtree(folder)
    return of(entry, folder)


def _frame_twice(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset)
    again = file.with_name(f"copy_{file.name}")
    shutil.copyfile(file, again)
    return of(entry, again)


def _frozen(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset - 1)
    file.unlink()
    shutil.copyfile(site.file(entry, entry.shot.offset), file)
    return of(entry, file)


def _empty_file(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset - 1)
    file.unlink()
    file.touch()
    return of(entry, file)


def _truncated_file(site: Site, entry: Entry) -> list[Concern]:
    file = site.file(entry, entry.shot.offset - 1)
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[: len(data) // 3])
    return of(entry, file)


_DUPLICATE = "duplicate clip"
_MISSING = "missing frame"

EQUAL_ROW = Trap(
    name="repeated key, equal rows",
    finding="skip",
    rule=_DUPLICATE,
    plant=_equal_row,
)
DIFFERING_ROW = Trap(
    name="repeated key, differing rows",
    finding="skip",
    rule=_DUPLICATE,
    plant=_differing_row,
)
MISSING_FRAME = Trap(
    name="apex frame missing on disk",
    finding="skip",
    rule=_MISSING,
    plant=_missing_apex_frame,
)
MISSING_FOLDER = Trap(
    name="clip folder missing on disk",
    finding="skip",
    rule="missing clip folder",
    plant=_missing_folder,
)
FRAME_TWICE = Trap(
    name="frame number twice",
    finding="skip",
    rule="frame number twice",
    plant=_frame_twice,
)
MISSING_OFFSET = Trap(
    name="offset frame missing on disk",
    finding="check",
    rule="offset not on disk",
    plant=_missing_offset_frame,
)
GAP = Trap(
    name="frame between apex and offset missing on disk",
    finding="check",
    rule="frames missing on disk",
    plant=_gap,
)
FROZEN = Trap(
    name="duplicate images",
    finding="check",
    rule="duplicate images",
    plant=_frozen,
)
EMPTY_FILE = Trap(
    name="empty image file",
    finding="check",
    rule="unreadable image",
    plant=_empty_file,
)
TRUNCATED_FILE = Trap(
    name="truncated image file",
    finding="check",
    rule="unreadable image",
    plant=_truncated_file,
)
ON_DISK = (
    MISSING_FRAME,
    FRAME_TWICE,
    MISSING_OFFSET,
    GAP,
    FROZEN,
    EMPTY_FILE,
    TRUNCATED_FILE,
)
"""Traps of the frames of a clip that has a folder of its own."""
UNCERTAIN_AU = "uncertain action units left out"
