"""`fgrmer runs`: what run folders there are, how far they got, how they differ."""

import dataclasses
import fcntl
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tyro

from fgrmer_tf.errors import InputError

_SCORES = ("uf1", "uar", "accuracy")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runs:
    """Lists runs: state, scores, and the settings in which they differ."""

    folder: tyro.conf.Positional[Path]
    """Where to look, in all folders below."""
    json: bool = False
    """Print one JSON list in place of a table."""

    def run(self) -> None:
        runs = find_runs(self.folder)
        if not runs:
            raise InputError(
                f"There must be a run to list. Received: `{self.folder}`, with no "
                "folder of `fgrmer evaluate` or `fgrmer train` in it."
            )
        if self.json:
            print(json.dumps([dataclasses.asdict(run) for run in runs]))
        else:
            _print(runs)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunSummary:
    """One run folder.

    Args:
        path: The folder, relative to where it was looked for.
        state: `finished`, `running` (a process holds it), `unfinished`, or `damaged`
            where its files cannot be read.
        folds: Folds on disk, of all seeds.
        scores: `uf1`, `uar` and `accuracy`, and `linear_uf1` of the linear model on
            the same folds; empty before the end of an evaluation.
        settings: Content of `config.json`, as `a.b.c` to a value.
    """

    path: str
    state: str
    folds: int
    scores: Mapping[str, float]
    settings: Mapping[str, Any]


def find_runs(folder: Path) -> list[RunSummary]:
    """Every run folder at or below `folder`, in order of path.

    Raises:
        InputError: If `folder` is not a folder.
    """
    from fgrmer_tf.training.run_folder import CONFIG_FILE, FOLDS_FILE

    if not folder.is_dir():
        raise InputError(f"Runs are looked for in a folder. Received: `{folder}`.")
    found = sorted(
        file.parent
        for file in folder.rglob(CONFIG_FILE)
        if (file.parent / FOLDS_FILE).is_file()
    )
    return [_summary(path, str(path.relative_to(folder))) for path in found]


def _summary(path: Path, name: str) -> RunSummary:
    from fgrmer_tf.training.run_folder import (
        FOLDS_FILE,
        METRICS_FILE,
        MODEL_FILE,
        read_settings,
    )

    try:
        settings = read_settings(path)
        metrics = path / METRICS_FILE
        scores = _scores(json.loads(metrics.read_text())) if metrics.is_file() else {}
    except (InputError, ValueError, KeyError, TypeError):
        return RunSummary(path=name, state="damaged", folds=0, scores={}, settings={})
    finished = scores or (path / MODEL_FILE).is_file()
    state = "finished" if finished else "running" if _held(path) else "unfinished"
    return RunSummary(
        path=name,
        state=state,
        folds=(path / FOLDS_FILE).read_bytes().count(b"\n"),
        scores=scores,
        settings=dict(_flat(settings)),
    )


def _scores(metrics: Mapping[str, Any]) -> dict[str, float]:
    found = {name: metrics["full"][name] for name in _SCORES}
    linear = metrics.get("linear")
    return found | ({"linear_uf1": linear["full"]["uf1"]} if linear else {})


def _held(path: Path) -> bool:
    """Whether a process has the run open."""
    from fgrmer_tf.training.run_folder import LOCK_FILE

    try:
        with open(path / LOCK_FILE, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _flat(value: Any, name: str = ""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def differing(runs: Sequence[RunSummary]) -> list[str]:
    """Names of the settings that are not the same in all runs, sorted.

    A setting that a run does not have differs from any value. Damaged runs are left
    out.
    """
    known = [run.settings for run in runs if run.settings]
    names = {name for settings in known for name in settings}
    missing = object()
    return sorted(
        name
        for name in names
        if any(
            settings.get(name, missing) != known[0].get(name, missing)
            for settings in known[1:]
        )
    )


def _print(runs: Sequence[RunSummary]) -> None:
    from rich.console import Console
    from rich.table import Table

    console, names = Console(), differing(runs)
    table = Table("run", "state", "folds", "UF1", "UAR", "accuracy", "UF1, linear")
    for run in runs:
        values = [run.scores.get(name) for name in (*_SCORES, "linear_uf1")]
        cells = ["" if value is None else f"{value:.3f}" for value in values]
        table.add_row(run.path, run.state, str(run.folds), *cells)
    console.print(table)
    if names:
        console.print("Settings that differ:", highlight=False)
        others = Table("setting", *(run.path for run in runs))
        for name in names:
            others.add_row(name, *(_shown(run.settings.get(name)) for run in runs))
        console.print(others)


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:21]}..."
