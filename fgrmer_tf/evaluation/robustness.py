"""What a misplaced apex costs: the same models on frames beside the apex.

An evaluation-only path. The models were trained once, and are only asked again; no
score of a method contains what is measured here.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.results import ClipColumns, pool
from fgrmer_tf.evaluation.summary import mean_scores

_PREFIX = "apex"


def apex_probe(offset: int) -> str:
    """Name of the probe whose apex is `offset` frames late, such as `apex-2`."""
    return f"{_PREFIX}{offset:+d}"


def probe_offset(name: str) -> int:
    """The inverse of `apex_probe`.

    Raises:
        InputError: If `name` is not such a name.
    """
    try:
        offset = int(name.removeprefix(_PREFIX))
    except ValueError:
        offset = None
    if offset is None or apex_probe(offset) != name:
        raise InputError(
            f"A probe must be named `{_PREFIX}` and a signed number of frames. "
            f"Received: {name!r}."
        )
    return offset


def milliseconds(
    offset: int, dataset: np.ndarray, fps: np.ndarray
) -> dict[str, float | None]:
    """What `offset` frames are in each data set, at the median rate of its clips.

    Args:
        offset: Frames.
        dataset: unicode `(clips,)`.
        fps: float64 `(clips,)` [Hz], NaN where not known.

    Returns:
        Data set to time [ms], `None` where no clip of it has a known rate.
    """
    found: dict[str, float | None] = {}
    for name in np.unique(dataset):
        known = fps[(dataset == name) & np.isfinite(fps)]
        rate = float(np.median(known)) if len(known) else None
        found[str(name)] = None if rate is None else 1000 * offset / rate
    return found


@dataclasses.dataclass(frozen=True, kw_only=True)
class ApexShift:
    """Scores with every apex moved by the same number of frames.

    Args:
        offset: Frames from the annotated apex to the frame in its place; 0 is it.
        milliseconds: As `milliseconds` gives it.
        scores: `uf1`, `uar` and `accuracy` of all clips, means over seeds.
        moved: Number of clips that have a frame there; the others kept their apex.
    """

    offset: int
    milliseconds: dict[str, float | None]
    scores: dict[str, float]
    moved: int


def apex_robustness(
    table: ClipColumns,
    results: Sequence[FoldResult],
    fps: np.ndarray,
    moved: dict[int, int],
) -> list[ApexShift]:
    """Scores at each apex offset that every fold was asked at, and at none.

    Args:
        table: Label and provenance of every clip.
        results: Folds of one or more seeds, with probes named by `apex_probe`.
        fps: float64 `(clips,)` [Hz], NaN where not known.
        moved: Offset to the number of clips that have a frame there.

    Returns:
        In order of offset; empty when there are no probes.

    Raises:
        InputError: If folds have different probes, or a probe another name.
    """
    names = {frozenset(result.probes) for result in results}
    if len(names) > 1:
        raise InputError(
            "Every fold must have the same probes. Received: "
            f"{sorted(sorted(one) for one in names)}."
        )
    (probes,) = names or [frozenset()]
    if not probes:
        return []
    systems = {0: list(results)}
    for name in probes:
        systems[probe_offset(name)] = [
            dataclasses.replace(result, logits=result.probes[name])
            for result in results
        ]
    return [
        ApexShift(
            offset=offset,
            milliseconds=milliseconds(offset, table.dataset, fps),
            scores=mean_scores(pool(table, systems[offset]))["full"],
            moved=moved[offset] if offset else len(table.label),
        )
        for offset in sorted(systems)
    ]
