"""Everything that is measured of one run, beside its headline."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from fgrmer_tf.evaluation.bootstrap import bootstrap_intervals
from fgrmer_tf.evaluation.calibration import Calibration, calibrate
from fgrmer_tf.evaluation.comparison import Comparison, compare
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.oracle import best_epochs, curve_correct
from fgrmer_tf.evaluation.results import ClipColumns, Predictions, pool
from fgrmer_tf.evaluation.robustness import ApexShift, apex_robustness
from fgrmer_tf.evaluation.summary import majority_scores, mean_scores, summarize


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Study:
    """A run, scored in every way there is.

    Args:
        results: Its folds, of one or more seeds.
        predictions: The folds, pooled: what the headline is made of.
        oracle: Each fold at its best test epoch, or `None` if not recorded.
        linear: The linear model on the same folds, or `None` if it could not be fitted.
        control: Scores of the linear model under shuffled labels, one entry a shuffle.
        calibration: Of the headline's probabilities.
        robustness: Scores with moved apex frames; empty if not asked for.
        test_accuracy: float64 `(epochs,)` over all test clips, or `None`.
        comparison: From the linear model (first) to the run (second), or `None`.
        metrics: Content of `metrics.json`.
    """

    results: Sequence[FoldResult]
    predictions: Predictions
    oracle: Predictions | None
    linear: Predictions | None
    control: Sequence[dict[str, float]]
    calibration: Calibration
    robustness: Sequence[ApexShift]
    test_accuracy: np.ndarray | None
    comparison: Comparison | None
    metrics: dict[str, Any]


def study(
    table: ClipColumns,
    results: Sequence[FoldResult],
    *,
    protocol: str,
    selection: str,
    model: str,
    linear: Sequence[FoldResult] = (),
    control: Sequence[dict[str, float]] = (),
    fps: np.ndarray,
    moved: dict[int, int],
) -> Study:
    """Scores a run.

    Args:
        table: Label and provenance of every clip.
        results: Folds of one or more seeds.
        protocol: Name of the protocol.
        selection: How the number of epochs was chosen.
        model: What was evaluated, such as `fgrmer`.
        linear: The linear model on the same folds; empty if there is none.
        control: As in `Study`.
        fps: As `apex_robustness` takes it.
        moved: As `apex_robustness` takes it.

    Raises:
        InputError: As `pool`, `compare` and `apex_robustness` do.
    """
    predictions = pool(table, results)
    curves = all(len(result.test_curve) for result in results)
    oracle = pool(table, best_epochs(results, table.label)) if curves else None
    baseline = pool(table, linear) if linear else None
    comparison = None
    several = len({*zip(predictions.dataset, predictions.subject, strict=True)}) > 1
    if baseline is not None and model != "linear" and several:
        comparison = compare(baseline, predictions)
    calibration = calibrate(predictions)
    robustness = apex_robustness(table, results, fps, moved)
    metrics = summarize(predictions, protocol=protocol, selection=selection)
    intervals = bootstrap_intervals(predictions)
    metrics |= {
        "model": model,
        "intervals": intervals,
        "majority": majority_scores(predictions),
        "oracle": None if oracle is None else _oracle(oracle, metrics),
        "linear": None if baseline is None else _linear(baseline, comparison),
        "shuffled_linear": list(control),
        "calibration": {"ece": calibration.ece, "brier": calibration.brier},
        "robustness": [dataclasses.asdict(shift) for shift in robustness],
        "cost": _cost(results),
    }
    return Study(
        results=results,
        predictions=predictions,
        oracle=oracle,
        linear=baseline,
        control=control,
        calibration=calibration,
        robustness=robustness,
        test_accuracy=curve_correct(results, table.label),
        comparison=comparison,
        metrics=metrics,
    )


def _oracle(oracle: Predictions, honest: dict[str, Any]) -> dict[str, Any]:
    scored = mean_scores(oracle)
    gap = {name: value - honest["full"][name] for name, value in scored["full"].items()}
    return {"full": scored["full"], "datasets": scored["datasets"], "gap": gap}


def _linear(linear: Predictions, comparison: Comparison | None) -> dict[str, Any]:
    scored = mean_scores(linear)
    return {
        "full": scored["full"],
        "datasets": scored["datasets"],
        "intervals": bootstrap_intervals(linear),
        "comparison": None if comparison is None else dataclasses.asdict(comparison),
    }


def _cost(results: Sequence[FoldResult]) -> dict[str, float]:
    """Sums over fits; memory is that of the largest process [MiB]."""
    return {
        "fits": len(results),
        "seconds": sum(result.seconds for result in results),
        "cpu_seconds": sum(result.cpu_seconds for result in results),
        "peak_memory": max(result.peak_memory for result in results),
    }
