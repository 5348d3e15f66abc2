"""A run folder: what was asked for, under which versions, and what came out."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult, from_record, to_record
from fgrmer_tf.evaluation.results import Predictions
from fgrmer_tf.training.versions import installed_versions

CONFIG_FILE = "config.json"
VERSIONS_FILE = "versions.json"
FOLDS_FILE = "folds.jsonl"
PREDICTIONS_FILE = "predictions.csv"
METRICS_FILE = "metrics.json"
MODEL_FILE = "model.keras"
LOCK_FILE = ".lock"


def read_settings(path: str | Path) -> dict[str, Any]:
    """Reads the settings of the run in folder `path`.

    Raises:
        InputError: If the folder holds no readable `config.json`.
    """
    file = Path(path) / CONFIG_FILE
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"A run folder must hold a readable {CONFIG_FILE}. Received: `{path}` "
            f"({error}). Give a folder made by `fgrmer evaluate` or `fgrmer train`."
        ) from error


class RunFolder:
    """A run that is new, or goes on; held by one process at a time.

    Use as a context manager. The lock ends with the process, however that ends.

    Reads and writes:
        `config.json` (settings) and `versions.json`, when the run is made;
        `folds.jsonl`, one line a fold, on disk when `append` returns;
        `predictions.csv` and `metrics.json`, by `save`.

    Args:
        path: Folder, made when missing.
        settings: All that decides the results: experiment, seeds, protocol and the
            identity of the features. Values as in JSON.

    Raises:
        InputError: At construction, if another process holds the run.
        InputError: At construction, if the folder holds something else than a run.
        InputError: At construction, if the run was made with other settings.
        InputError: At construction, if `folds.jsonl` is damaged before its last line.
    """

    def __init__(self, path: str | Path, settings: dict[str, Any]):
        self.path = Path(path)
        self.settings = json.loads(json.dumps(settings))
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._hold()
            self._open_or_make()
            self.versions = self._record_versions()
            self.results = self._read_folds()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets other processes open the run."""
        os.close(self._lock)

    def append(self, result: FoldResult) -> None:
        """Adds a fold; it is on disk when this returns."""
        line = json.dumps(to_record(result)).encode("utf-8")
        with open(self.path / FOLDS_FILE, "ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.results.append(result)

    def save(self, predictions: Predictions, metrics: dict[str, Any]) -> None:
        """Writes `predictions.csv`, then `metrics.json`: the latter ends a run."""
        atomic.write_text(self.path / PREDICTIONS_FILE, predictions.csv())
        atomic.write_json(self.path / METRICS_FILE, metrics)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"A run folder serves one process at a time. Received: `{self.path}`, "
                "which another one holds. Wait for it, or choose another folder."
            ) from error

    def _open_or_make(self) -> None:
        if not (self.path / CONFIG_FILE).exists():
            # Hidden files are our own: the lock, and what a killed write left behind.
            others = [p.name for p in self.path.iterdir() if p.name[0] != "."]
            if others:
                raise InputError(
                    "A run needs a folder that is new, empty or a run. Received: "
                    f"`{self.path}` with {sorted(others)[:5]}. Choose another folder."
                )
            atomic.write_json(self.path / CONFIG_FILE, self.settings)
        differing = _differences(read_settings(self.path), self.settings)
        if differing:
            raise InputError(
                f"A run keeps its settings. Received for `{self.path}`: "
                f"{'; '.join(differing)}. Give the same settings to go on with it, or "
                "choose another folder."
            )

    def _record_versions(self) -> dict[str, Any]:
        """Versions the run was made under, with those it went on under, if others."""
        file, now = self.path / VERSIONS_FILE, installed_versions()
        if not file.exists():
            atomic.write_json(file, now)
        versions = json.loads(file.read_text(encoding="utf-8"))
        later = versions.pop("resumed_under", [])
        if now not in (versions, *later):
            later.append(now)
        if later:
            versions["resumed_under"] = later
            atomic.write_json(file, versions)
        return versions

    def _read_folds(self) -> list[FoldResult]:
        file = self.path / FOLDS_FILE
        if not file.exists():
            atomic.write_bytes(file, b"")
        content = file.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            # The process was killed while it wrote this line: the fold is redone.
            os.truncate(file, whole)
        results = []
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                results.append(from_record(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(
                    f"Every line of `{file}` must be a fold. Received: line {number}, "
                    f"which is damaged ({error}). Delete that line to redo its fold."
                ) from error
        return results


def _differences(old: Any, new: Any, where: str = "") -> list[str]:
    """Settings that differ, as `name: old there, new now`."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            difference
            for name in sorted(old.keys() | new.keys())
            for difference in _differences(
                old.get(name), new.get(name), f"{where}.{name}" if where else name
            )
        ]
    return [] if old == new else [f"`{where}` is {old!r} there and {new!r} now"]
