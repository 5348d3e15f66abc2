"""What a fold leaves behind."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FoldResult:
    """Outcome of training one fold under one seed.

    Args:
        seed: Seed of the model's start and of the order of its training clips.
        fold: Name of the fold.
        test: int64 `(test_clips,)`, rows of the table.
        logits: float32 `(test_clips, num_classes)`, in the order of `test`.
        loss: Mean training loss of each epoch; empty for a model without epochs.
        seconds: Wall time of training and prediction [s].
        notes: Sentences for the report.
        epoch: Epoch that `logits` are of, from 1; 0 for a model without epochs.
        test_curve: float32 `(epochs, test_clips, num_classes)`, logits after every
            epoch. Without epochs when they were not recorded. It serves learning
            curves and the `oracle` column; nothing else may read it.
        validation: Score on the inner validation subjects after each epoch; empty
            when the number of epochs was fixed.
        probes: Name to float32 `(test_clips, num_classes)`: logits of the same clips
            on other inputs, such as another apex frame. Never part of a score.
        cpu_seconds: Processor time of training and prediction [s].
        peak_memory: Largest memory of the process so far [MiB]; 0 if not measured.
    """

    seed: int
    fold: str
    test: np.ndarray
    logits: np.ndarray
    loss: tuple[float, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    epoch: int = 0
    test_curve: np.ndarray = dataclasses.field(
        default_factory=lambda: np.zeros(0, np.float32)
    )
    validation: tuple[float, ...] = ()
    probes: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    cpu_seconds: float = 0.0
    peak_memory: float = 0.0

    def __post_init__(self) -> None:
        if not self.test_curve.size:
            nothing = np.zeros((0, *self.logits.shape), np.float32)
            object.__setattr__(self, "test_curve", nothing)


def to_record(result: FoldResult) -> dict[str, Any]:
    """The result as plain values for JSON; exact, so that it comes back equal."""
    record = {
        field.name: getattr(result, field.name) for field in dataclasses.fields(result)
    }
    for name in ("test", "logits", "test_curve"):
        record[name] = record[name].tolist()
    record["probes"] = {name: of.tolist() for name, of in result.probes.items()}
    return record


def from_record(record: dict[str, Any]) -> FoldResult:
    """The inverse of `to_record`.

    Raises:
        KeyError, TypeError, ValueError: If a name is missing or unknown, or an array
            does not fit the others.
    """
    test = np.array(record["test"], np.int64)
    logits = np.array(record["logits"], np.float32)
    if logits.shape[:1] != test.shape or logits.ndim != 2:
        raise ValueError(f"logits {logits.shape} for test clips {test.shape}")
    probes = {
        name: np.array(of, np.float32).reshape(logits.shape)
        for name, of in record["probes"].items()
    }
    arrays = {
        "test": test,
        "logits": logits,
        "loss": tuple(record["loss"]),
        "notes": tuple(record["notes"]),
        "test_curve": np.array(record["test_curve"], np.float32).reshape(
            -1, *logits.shape
        ),
        "validation": tuple(record["validation"]),
        "probes": probes,
    }
    return FoldResult(**{**record, **arrays})
