"""Sample records and the manifest that lists them."""

import csv
import dataclasses
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.au_annotation import format_aus, parse_aus
from input_pipeline.file_names import find, show
from input_pipeline.findings import Repair, Skip
from input_pipeline.text_files import read_text

MANIFEST_COLUMNS: tuple[str, ...] = (
    "dataset",
    "subject",
    "clip",
    "label",
    "onset_path",
    "apex_path",
    "offset_path",
    "frames_dir",
    "onset",
    "apex",
    "offset",
    "fps",
    "au",
    "flow_path",
)
_PATHS = ("onset_path", "apex_path", "offset_path", "frames_dir", "flow_path")
_REQUIRED = ("dataset", "subject", "clip", "label", "onset_path", "apex_path")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sample:
    """One clip. The key of a subject is `(dataset, subject)`, of a clip all three.

    Args:
        dataset: Short name of the data set, such as `casme2`.
        subject: Subject as the data set spells it.
        clip: Clip, unique for a subject.
        label: Class name of the task, such as `negative`.
        onset_path: Onset frame.
        apex_path: Apex frame.
        offset_path: Offset frame, when annotated.
        frames_dir: Folder of all frames, when there is one.
        onset: Onset frame number, inclusive.
        apex: Apex frame number.
        offset: Offset frame number, inclusive.
        fps: Frame rate [Hz].
        au: Action units present; `None` where the data set does not annotate them.
        flow_path: Precomputed (u, v, strain) image registered to the apex frame.
    """

    dataset: str
    subject: str
    clip: str
    label: str
    onset_path: Path
    apex_path: Path
    offset_path: Path | None = None
    frames_dir: Path | None = None
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    fps: float | None = None
    au: tuple[int, ...] | None = None
    flow_path: Path | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes this clip unique over all data sets."""
        return (self.dataset, self.subject, self.clip)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Manifest:
    """The clips of one or several data sets, those left out, and what was repaired.

    Args:
        samples: Usable clips.
        skipped: Clips that were left out.
        repairs: What was changed or chosen.
        rows: Key of a sample -> its row in the annotation sheet, as in `Skip`.
    """

    samples: tuple[Sample, ...]
    skipped: tuple[Skip, ...] = ()
    repairs: tuple[Repair, ...] = ()
    rows: Mapping[tuple[str, str, str], int] = dataclasses.field(default_factory=dict)


def keep_unique(
    samples: Iterable[Sample], rows: Iterable[int | None] = itertools.repeat(None)
) -> Manifest:
    """Keeps each clip once: of equal rows the first, of differing rows none.

    Args:
        samples: In the order of the data set.
        rows: Where each is in the annotation sheet, as in `Skip`.

    Returns:
        The samples in their order, and one `Skip` for each row left out.
    """
    groups: dict[tuple[str, str, str], list[tuple[Sample, int | None]]] = {}
    for sample, row in zip(samples, rows, strict=False):
        groups.setdefault(sample.key, []).append((sample, row))
    kept, skipped, rows_of = [], [], {}
    for (dataset, subject, clip), group in groups.items():
        first = group[0][0]
        equal = all(sample == first for sample, _ in group)
        if equal:
            kept.append(first)
            if group[0][1] is not None:
                rows_of[first.key] = group[0][1]
        for _, row in group[1:] if equal else group:
            skipped.append(
                Skip(
                    dataset=dataset,
                    subject=subject,
                    clip=clip,
                    rule="duplicate clip",
                    detail=f"{len(group)} rows with this key, "
                    + ("all equal: the first is kept" if equal else "they differ"),
                    row=row,
                )
            )
    return Manifest(samples=tuple(kept), skipped=tuple(skipped), rows=rows_of)


def write_manifest(path: str | Path, samples: Sequence[Sample]) -> None:
    """Writes the exchange CSV; paths become absolute.

    Writes:
        `path`, UTF-8, header `MANIFEST_COLUMNS`, rows in the order given. File names
        whose bytes are GBK are written as the text they stand for.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, MANIFEST_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for sample in samples:
        row: dict = {name: getattr(sample, name) for name in MANIFEST_COLUMNS}
        row["au"] = None if sample.au is None else format_aus(sample.au)
        for name in _PATHS:
            row[name] = row[name] and show(Path(row[name]).absolute())
        writer.writerow({k: "" if v is None else v for k, v in row.items()})
    atomic.write_text(path, text.getvalue())


def read_manifest(path: str | Path, class_names: Sequence[str]) -> Manifest:
    """Reads the exchange CSV.

    Reads:
        `path`, UTF-8 or GBK, with the header `MANIFEST_COLUMNS` in any order; relative
        paths are relative to its folder. An empty `au` means not annotated, `0` means
        none.

    Args:
        path: The CSV file.
        class_names: Labels that the task knows.

    Returns:
        Samples in file order; rows with an unknown label, a duplicate key or an AU cell
        that cannot be read are in `skipped`.

    Raises:
        InputError: If the file is missing, a column is missing, a required cell is
            empty, or a number cannot be read.
    """
    path = Path(path)
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""))
    missing = [c for c in MANIFEST_COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"The manifest must have the columns {', '.join(MANIFEST_COLUMNS)}. "
            f"Missing in `{path}`: {', '.join(missing)}. "
            f"Found: {', '.join(reader.fieldnames or ()) or 'none'}."
        )
    samples, skipped = [], []
    for row in reader:
        where = f"line {reader.line_num} of `{path}`"
        empty = [name for name in _REQUIRED if not (row[name] or "").strip()]
        if empty:
            raise InputError(f"{', '.join(empty)} must not be empty: {where}.")
        sample, problem = _sample(row, path.parent, where, class_names)
        if problem is None:
            samples.append(sample)
        else:
            dataset, subject, clip = sample.key
            rule, detail = problem
            skipped.append(
                Skip(
                    dataset=dataset,
                    subject=subject,
                    clip=clip,
                    rule=rule,
                    detail=detail,
                    row=reader.line_num,
                )
            )
    unique = keep_unique(samples)
    return Manifest(
        samples=unique.samples, skipped=(*skipped, *unique.skipped), rows=unique.rows
    )


def _sample(
    row: dict[str, str], base: Path, where: str, class_names: Sequence[str]
) -> tuple[Sample, tuple[str, str] | None]:
    cells = {name: (row[name] or "").strip() for name in MANIFEST_COLUMNS}
    values: dict = {name: cells[name] for name in _REQUIRED}
    values |= {name: find(base / cells[name]) for name in _PATHS if cells[name]}
    try:
        values |= {
            name: int(cells[name])
            for name in ("onset", "apex", "offset")
            if cells[name]
        }
        if cells["fps"]:
            values["fps"] = float(cells["fps"])
    except ValueError as error:
        raise InputError(
            f"onset, apex, offset and fps must be numbers: {where} ({error})."
        ) from error
    problem = None
    if cells["label"] not in class_names:
        known = ", ".join(class_names)
        problem = ("unknown label", f"{cells['label']!r} is not one of {known}")
    try:
        values["au"] = parse_aus(cells["au"])
    except ValueError as error:
        problem = problem or ("unreadable action units", str(error))
    return Sample(**values), problem
