"""What ends an evaluation: scores, the linear model beside them, files and the page."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import progress
from fgrmer_tf.config import LinearConfig
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.fold_result import FoldResult
    from fgrmer_tf.evaluation.protocols import Fold
    from fgrmer_tf.evaluation.study import Study
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.feature_table import FeatureTable

REPORT_FILE = "report.html"
SCORES_FILE = "scores.csv"
LINEAR_FILE = "linear_predictions.csv"
_SHUFFLES = 3
_GRAPH_NOTE = (
    "The AU graph shown is that of all clips; each fold used the one of its training "
    "clips."
)


def conclude(
    *,
    store: Path,
    table: "FeatureTable",
    folds: "Sequence[Fold]",
    run: "RunFolder",
    results: "Sequence[FoldResult]",
    adjacency: np.ndarray | None = None,
    linear: LinearConfig | None = None,
) -> dict[str, Any]:
    """Scores a finished run and writes all its files but the folds.

    Writes:
        `report.html`, `scores.csv`, `linear_predictions.csv`, `predictions.csv` and,
        last, `metrics.json` in the run folder.

    Args:
        store: Feature store, for what it left out and for frame rates.
        table: Its clips, with the labels that were trained on.
        folds: The splits that were evaluated.
        run: The run; `protocol`, `selection`, `shuffle_labels` and `model` (`fgrmer`
            where it is missing) are read from its settings.
        results: Its folds, of every seed.
        adjacency: `(num_nodes, num_nodes)`, the AU graph of all clips to draw, if any.
        linear: The linear model to show beside the network; the default one if
            missing.

    Returns:
        Content of `metrics.json`.
    """
    from fgrmer_tf.evaluation.score_table import score_csv
    from fgrmer_tf.evaluation.study import study
    from fgrmer_tf.report.page import ReportData, render_report
    from input_pipeline.findings import read_skips

    model = run.settings.get("model", "fgrmer")
    config = linear or LinearConfig()
    with progress("linear model") as update:
        baseline, control, notes = _linear(
            table, folds, config, [] if model != "linear" else results, update
        )
    scored = study(
        table,
        results,
        protocol=run.settings["protocol"],
        selection=run.settings["selection"],
        model=model,
        linear=baseline,
        control=control,
        fps=_frame_rates(store, table),
        moved=_moved(store, table),
    )
    page = render_report(
        ReportData(
            title=f"FGRMER: {run.path.name}",
            study=scored,
            settings=run.settings,
            versions=run.versions,
            control=run.settings["shuffle_labels"],
            notes=[*notes, *([] if adjacency is None else [_GRAPH_NOTE])],
            skipped=[dataclasses.asdict(skip) for skip in read_skips(store)],
            adjacency=adjacency,
        )
    )
    atomic.write_text(run.path / REPORT_FILE, page)
    atomic.write_text(run.path / SCORES_FILE, score_csv(scored.metrics))
    _write_linear(run.path, scored)
    run.save(scored.predictions, scored.metrics)
    return scored.metrics


def _linear(table, folds, config, results, update):
    """The linear model on true and on shuffled labels, and what to say of it.

    Returns:
        Its results, the scores of each shuffle, and notes.
    """
    from fgrmer_tf.evaluation.labels import shuffle_labels_within_subjects
    from fgrmer_tf.evaluation.results import pool
    from fgrmer_tf.evaluation.summary import mean_scores
    from fgrmer_tf.training.linear_model import evaluate_linear, linear_input

    total = (1 + _SHUFFLES) * len(folds)

    def fitted(labelled, passes):
        def on_fold(_, done, __):
            update(passes * len(folds) + done, total)

        return evaluate_linear(labelled, folds, config, on_fold=on_fold)

    try:
        baseline = list(results) or fitted(table, 0)
        control = []
        for number in range(_SHUFFLES):
            label = shuffle_labels_within_subjects(
                table.label, table.dataset, table.subject, number
            )
            shuffled = dataclasses.replace(table, label=label)
            answers = pool(shuffled, fitted(shuffled, number + 1))
            control.append(mean_scores(answers)["full"])
    except InputError as error:
        return [], [], [f"There is no linear model to compare with: {error}"]
    name, values = linear_input(table)
    source = "motion map" if name == "motion_map" else "patches"
    return (
        baseline,
        control,
        [
            "Linear model: balanced logistic regression on the standardised "
            f"{source}, {values.shape[1]} values a clip, penalty {config.strength}, "
            "fixed in advance; scaling and class weights from training clips."
        ],
    )


def _frame_rates(store: Path, table: "FeatureTable") -> np.ndarray:
    """Frame rate of each clip [Hz], NaN where the store does not know it."""
    from input_pipeline.records import read_manifest

    manifest = store / "manifest.csv"
    known = {}
    if manifest.is_file():
        samples = read_manifest(manifest, table.class_names).samples
        known = {sample.key: sample.fps or np.nan for sample in samples}
    keys = zip(table.dataset, table.subject, table.clip, strict=True)
    return np.array([known.get((str(a), str(b), str(c)), np.nan) for a, b, c in keys])


def apex_variants(store: Path) -> dict[int, int]:
    """Apex offset [frames] to its place among the variants of a store."""
    from input_pipeline import feature_store

    described = feature_store.read_header(store).settings.get("variants", [])
    return {
        one["apex_offset"]: place
        for place, one in enumerate(described)
        if "apex_offset" in one
    }


def _moved(store: Path, table: "FeatureTable") -> dict[int, int]:
    """Apex offset to the number of clips that have a frame there."""
    # Where there is no such frame, the variant repeats the patches themselves.
    return {
        offset: int(
            (table.variants[:, place] != table.patches).any(axis=(1, 2, 3, 4)).sum()
        )
        for offset, place in apex_variants(store).items()
    }


def _write_linear(path: Path, scored: "Study") -> None:
    if scored.linear is not None:
        atomic.write_text(path / LINEAR_FILE, scored.linear.csv())
