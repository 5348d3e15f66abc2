"""The HTML report of an evaluation, from what the run and the store hold."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.recipe import Recipe

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.results import FoldResult, Predictions
    from fgrmer_tf.training.run_folder import RunFolder

_FILE = "report.html"
_SHUFFLED_NOTE = (
    "Control run: labels were shuffled within each subject. A protocol that leaks "
    "nothing scores at chance here."
)
_GRAPH_NOTE = (
    "The AU graph shown is that of all clips; each fold used the one of its training "
    "clips."
)


def write_report(
    store: Path,
    recipe: Recipe,
    run: "RunFolder",
    results: "Sequence[FoldResult]",
    predictions: "Predictions",
    metrics: dict[str, Any],
) -> None:
    """Writes `report.html` into the run folder.

    Args:
        store: Feature store, for the clips it left out.
        recipe: The resolved experiment.
        run: The run, finished.
        results: Its folds.
        predictions: The folds, pooled.
        metrics: Content of `metrics.json`.
    """
    from fgrmer_tf.report.page import ReportData, render_report
    from input_pipeline.findings import read_skips

    notes = [_GRAPH_NOTE]
    if run.settings["shuffle_labels"]:
        notes.insert(0, _SHUFFLED_NOTE)
    page = render_report(
        ReportData(
            title=f"FGRMER: {run.path.name}",
            predictions=predictions,
            results=results,
            metrics=metrics,
            settings=run.settings,
            versions=run.versions,
            notes=notes,
            skipped=[dataclasses.asdict(skip) for skip in read_skips(store)],
            adjacency=recipe.statistics(np.arange(len(recipe.table))).adjacency,
        )
    )
    atomic.write_text(run.path / _FILE, page)
