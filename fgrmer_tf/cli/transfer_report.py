"""What ends an evaluation of TransFER: scores, files and the page."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import say
from fgrmer_tf.cli.evaluation_report import REPORT_FILE, SCORES_FILE

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.fold_result import FoldResult
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.macro.store import PhotoTable


def conclude_transfer(
    *,
    store: Path,
    table: "PhotoTable",
    run: "RunFolder",
    results: "Sequence[FoldResult]",
    notes: Sequence[str] = (),
    selection: str = "fixed",
) -> dict[str, Any]:
    """Scores a finished run and writes all its files but the folds.

    Writes:
        `report.html`, `scores.csv`, `predictions.csv` and, last, `metrics.json`.

    Args:
        store: Image store, for what it left out.
        table: Its content.
        run: The run; `protocol` is read from its settings.
        results: Its folds, of every seed.
        notes: Sentences about the whole run, for the page.
        selection: How the number of epochs was chosen.

    Returns:
        Content of `metrics.json`; `uf1` is macro F1.
    """
    from fgrmer_tf.evaluation.score_table import score_csv
    from fgrmer_tf.evaluation.study import study
    from fgrmer_tf.report.page import ReportData, render_report
    from input_pipeline.findings import read_skips

    scored = study(
        table,
        results,
        protocol=run.settings["protocol"],
        selection=selection,
        model="transfer",
        fps=np.full(len(table), np.nan),
        moved={},
    )
    page = render_report(
        ReportData(
            title=f"TransFER: {run.path.name}",
            study=scored,
            settings=run.settings,
            versions=run.versions,
            notes=notes,
            skipped=[dataclasses.asdict(skip) for skip in read_skips(store)],
            system="TransFER expression recognition",
            things="pictures",
            people=table.header["subjects_known"],
            published_pictures=published_for(table, run.settings["protocol"]),
        )
    )
    atomic.write_text(run.path / REPORT_FILE, page)
    atomic.write_text(run.path / SCORES_FILE, score_csv(scored.metrics))
    run.save(scored.predictions, scored.metrics)
    return scored.metrics


def say_scores(metrics: dict[str, Any], out: Path) -> None:
    """Prints the headline of a run, and where its page is."""
    full = metrics["full"]
    say(
        f"accuracy {full['accuracy']:.3f}  macro F1 {full['uf1']:.3f}  UAR "
        f"{full['uar']:.3f}  ({metrics['protocol']})"
    )
    say(f"report: {out / REPORT_FILE}")


def published_for(table: "PhotoTable", protocol: str) -> list[dict[str, str]]:
    """Accuracies of others under this protocol, on these classes of this data set."""
    from fgrmer_tf.report.published import published_accuracies
    from input_pipeline.macro.expressions import EXPRESSIONS

    count = len(table.class_names)
    if protocol != "official" or table.class_names != EXPRESSIONS[:count]:
        return []
    return published_accuracies(table.header["dataset"], count)
