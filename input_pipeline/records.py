"""Sample records and the manifest that lists them."""

import csv
import dataclasses
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.au_annotation import format_aus, parse_aus
from input_pipeline.findings import Repair, Skip

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
    """The clips of one or several data sets, those left out, and what was repaired."""

    samples: tuple[Sample, ...]
    skipped: tuple[Skip, ...] = ()
    repairs: tuple[Repair, ...] = ()


def keep_unique(samples: Iterable[Sample]) -> Manifest:
    """Keeps each clip once: of equal rows the first, of differing rows none.

    Returns:
        The samples in their order, and one `Skip` for each row left out.
    """
    groups: dict[tuple[str, str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.key, []).append(sample)
    kept, skipped = [], []
    for (dataset, subject, clip), rows in groups.items():
        equal = all(row == rows[0] for row in rows)
        if equal:
            kept.append(rows[0])
        for _ in rows[1:] if equal else rows:
            skipped.append(
                Skip(
                    dataset=dataset,
                    subject=subject,
                    clip=clip,
                    rule="duplicate clip",
                    detail=f"{len(rows)} rows with this key, "
                    + ("all equal: the first is kept" if equal else "they differ"),
                )
            )
    return Manifest(samples=tuple(kept), skipped=tuple(skipped))


def write_manifest(path: str | Path, samples: Sequence[Sample]) -> None:
    """Writes the exchange CSV; paths become absolute.

    Writes:
        `path`, UTF-8, header `MANIFEST_COLUMNS`, rows in the order given.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, MANIFEST_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for sample in samples:
        row: dict = {name: getattr(sample, name) for name in MANIFEST_COLUMNS}
        row["au"] = None if sample.au is None else format_aus(sample.au)
        for name in _PATHS:
            row[name] = row[name] and Path(row[name]).absolute()
        writer.writerow({k: "" if v is None else v for k, v in row.items()})
    atomic.write_text(path, text.getvalue())


def read_manifest(path: str | Path, class_names: Sequence[str]) -> Manifest:
    """Reads the exchange CSV.

    Reads:
        `path`, with the header `MANIFEST_COLUMNS` in any order; relative paths are
        relative to its folder. An empty `au` means not annotated, `0` means none.

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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The manifest `{path}` cannot be read: {error}.") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [c for c in MANIFEST_COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"The manifest must have the columns {', '.join(MANIFEST_COLUMNS)}. "
            f"Missing in `{path}`: {', '.join(missing)}."
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
            skipped.append(Skip(dataset=dataset, subject=subject, clip=clip, **problem))
    unique = keep_unique(samples)
    return Manifest(samples=unique.samples, skipped=(*skipped, *unique.skipped))


def _sample(
    row: dict[str, str], base: Path, where: str, class_names: Sequence[str]
) -> tuple[Sample, dict[str, str] | None]:
    cells = {name: (row[name] or "").strip() for name in MANIFEST_COLUMNS}
    values: dict = {name: cells[name] for name in _REQUIRED}
    values |= {name: base / cells[name] for name in _PATHS if cells[name]}
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
        problem = {
            "rule": "unknown label",
            "detail": f"{cells['label']!r} is not one of {', '.join(class_names)}",
        }
    try:
        values["au"] = parse_aus(cells["au"])
    except ValueError as error:
        problem = problem or {"rule": "unreadable action units", "detail": str(error)}
    return Sample(**values), problem
