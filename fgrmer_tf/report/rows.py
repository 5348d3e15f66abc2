"""What the tables of a report show, from the measured study of a run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.metrics import SCORES
from fgrmer_tf.evaluation.results import Predictions
from fgrmer_tf.evaluation.study import Study


def spread(metrics: Mapping[str, Any], scope: Sequence[str]) -> dict[str, dict]:
    """Each score with its deviation and extremes over seeds, and its interval.

    Args:
        metrics: Content of `metrics.json`.
        scope: Where the scores stand: `("full",)` or `("datasets", name)`.

    Returns:
        Score to `mean`, `deviation` (of the sample; 0 with one seed), `low`, `high`
        over seeds, and `interval`, `[low, high]` over subjects or `None`.
    """
    seeds = [_at(one, scope) for one in metrics["per_seed"]]
    intervals = _at(metrics["intervals"], scope)
    found = {}
    for name, mean in _at(metrics, scope).items():
        values = [one[name] for one in seeds]
        found[name] = {
            "mean": mean,
            "deviation": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "low": min(values),
            "high": max(values),
            "interval": intervals.get(name),
        }
    return found


def _at(values: Any, scope: Sequence[str]) -> Any:
    for name in scope:
        values = values[name]
    return values


def system_rows(study: Study, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The run beside all it must be compared with: honest, oracle, linear, chance.

    Args:
        study: What was measured.
        names: What to call the evaluated model: `names[model]`.

    Yields:
        Rows with `name`, `kind` (`ours`, `peeks` or `floor`), `scores` and
        `intervals`; `gap` is how much the oracle flatters.
    """
    metrics = study.metrics
    model = names.get(metrics["model"], metrics["model"])
    yield _row(model, "ours", metrics["full"], metrics["intervals"]["full"])
    if metrics["oracle"]:
        oracle = metrics["oracle"]
        row = _row(f"{model}, oracle", "peeks", oracle["full"], {})
        yield {**row, "gap": oracle["gap"]}
    if metrics["linear"] and metrics["model"] != "linear":
        linear = metrics["linear"]
        yield _row(names["linear"], "", linear["full"], linear["intervals"]["full"])
    if study.control:
        means = {
            name: float(np.mean([one[name] for one in study.control]))
            for name in SCORES
        }
        label = f"linear model, labels shuffled ({len(study.control)} times)"
        yield _row(label, "floor", means, {})
    yield _row("always the commonest class", "floor", metrics["majority"], {})


def _row(name: str, kind: str, scores: dict, intervals: dict) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "scores": scores,
        "intervals": intervals,
        "gap": None,
    }


def dataset_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Subjects, clips and scores of each data set, the linear model beside them."""
    predictions, metrics = study.predictions, study.metrics
    linear = metrics["linear"]
    for name in metrics["datasets"]:
        of = predictions.dataset == name
        yield {
            "name": name,
            "subjects": len(np.unique(predictions.subject[of])),
            "clips": int(of.sum()) // len(metrics["seeds"]),
            "scores": spread(metrics, ("datasets", name)),
            "linear": linear["datasets"][name] if linear else None,
        }


def subject_rows(
    predictions: Predictions, linear: Predictions | None
) -> dict[str, list[dict[str, Any]]]:
    """Right answers of each subject, by data set; the linear model's share beside."""
    found: dict[str, list[dict[str, Any]]] = {}
    for dataset in np.unique(predictions.dataset):
        inside = predictions.dataset == dataset
        for subject in np.unique(predictions.subject[inside]):
            right = _right(predictions, dataset, subject)
            found.setdefault(str(dataset), []).append(
                {
                    "name": subject,
                    "right": int(right.sum()),
                    "all": len(right),
                    "linear": float(_right(linear, dataset, subject).mean())
                    if linear
                    else None,
                }
            )
    return found


def _right(predictions: Predictions, dataset: str, subject: str) -> np.ndarray:
    of = (predictions.dataset == dataset) & (predictions.subject == subject)
    return (predictions.predicted == predictions.true)[of]


def note_rows(
    notes: Sequence[str], results: Sequence[FoldResult]
) -> list[dict[str, Any]]:
    """Each sentence once, with the folds it was said of."""
    folds: dict[str, list[str]] = {note: [] for note in notes}
    for result in results:
        for note in result.notes:
            of = folds.setdefault(note, [])
            if result.fold not in of:
                of.append(result.fold)
    return [{"text": note, "folds": of} for note, of in folds.items()]
