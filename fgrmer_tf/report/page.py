"""The report of a run: one HTML file that needs nothing else."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from fgrmer_tf.evaluation.metrics import (
    confusion_matrix,
    f1_per_class,
    recall_per_class,
    scores,
)
from fgrmer_tf.evaluation.results import FoldResult, Predictions
from fgrmer_tf.report import figures

_PROTOCOLS = {
    "loso": "Leave-one-subject-out: each fold tests the clips of one subject with a "
    "model that was trained on all other subjects.",
}
_SELECTIONS = {
    "fixed": "The number of epochs was fixed in advance; no tested clip took part in "
    "choosing it.",
}


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class ReportData:
    """All that a report shows.

    Args:
        title: Heading, for example the name of the run.
        predictions: Pooled predictions of every seed.
        results: The folds they come from.
        metrics: Content of `metrics.json`.
        settings: Content of `config.json`.
        versions: Content of `versions.json`.
        notes: Sentences about the whole run; those of folds are added by themselves.
        skipped: Clips that were left out, one mapping of column to text each, with
            the same columns.
        adjacency: `(num_nodes, num_nodes)`, the AU graph to draw, if any.
    """

    title: str
    predictions: Predictions
    results: Sequence[FoldResult]
    metrics: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    notes: Sequence[str] = ()
    skipped: Sequence[Mapping[str, str]] = ()
    adjacency: np.ndarray | None = None


def render_report(data: ReportData) -> str:
    """Renders the report; every text from outside is escaped.

    Args:
        data: What to show.

    Returns:
        An HTML document: no network, no script, light and dark, screen and paper.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    predictions, metrics = data.predictions, data.metrics
    confusion = confusion_matrix(
        predictions.true, predictions.predicted, len(predictions.class_names)
    )
    return environment.get_template("page.html").render(
        data=data,
        protocol=_PROTOCOLS.get(metrics["protocol"], metrics["protocol"]),
        selection=_SELECTIONS.get(metrics["selection"], metrics["selection"]),
        folds=len({result.fold for result in data.results}),
        clips=len(predictions) // len(metrics["seeds"]),
        headline=_spread(metrics, lambda scored: scored["full"]),
        majority=_majority(predictions),
        datasets=list(_datasets(data)),
        classes=list(_classes(confusion, predictions.class_names)),
        subjects=_subjects(predictions),
        notes=_notes(data),
        settings=list(_flat(data.settings)),
        versions=list(_flat(data.versions)),
        seconds=sum(result.seconds for result in data.results),
        confusion=figures.svg(
            figures.confusion_figure(confusion, predictions.class_names), "confusion"
        ),
        loss=figures.svg(figures.loss_figure([r.loss for r in data.results]), "loss"),
        graph=None
        if data.adjacency is None
        else figures.svg(figures.adjacency_figure(data.adjacency), "graph"),
    )


def _spread(metrics, part) -> dict[str, dict[str, float]]:
    """Mean, lowest and highest of each score over the seeds."""
    of_seeds = [part(one) for one in metrics["per_seed"]]
    return {
        name: {
            "mean": mean,
            "low": min(one[name] for one in of_seeds),
            "high": max(one[name] for one in of_seeds),
        }
        for name, mean in part(metrics).items()
    }


def _majority(predictions: Predictions) -> dict[str, float]:
    """Scores of always answering the commonest class: the floor to compare with."""
    commonest = np.bincount(predictions.true).argmax()
    answer = np.full_like(predictions.true, commonest)
    classes = len(predictions.class_names)
    return scores(predictions.true, answer, predictions.dataset, classes)["full"]


def _datasets(data: ReportData) -> Iterator[dict[str, Any]]:
    predictions, seeds = data.predictions, len(data.metrics["seeds"])
    for name in data.metrics["datasets"]:
        of = predictions.dataset == name
        yield {
            "name": name,
            "subjects": len(np.unique(predictions.subject[of])),
            "clips": int(of.sum()) // seeds,
            "scores": _spread(
                data.metrics, lambda scored, name=name: scored["datasets"][name]
            ),
        }


def _classes(confusion: np.ndarray, names) -> Iterator[dict[str, Any]]:
    f1, recall = f1_per_class(confusion), recall_per_class(confusion)
    for index, name in enumerate(names):
        yield {
            "name": name,
            "clips": int(confusion[index].sum()),
            "f1": f1[index],
            "recall": recall[index],
        }


def _subjects(predictions: Predictions) -> dict[str, list[dict[str, Any]]]:
    """Right answers of each subject, by data set."""
    right = predictions.predicted == predictions.true
    found: dict[str, list[dict[str, Any]]] = {}
    for dataset in np.unique(predictions.dataset):
        inside = predictions.dataset == dataset
        for subject in np.unique(predictions.subject[inside]):
            of = inside & (predictions.subject == subject)
            found.setdefault(str(dataset), []).append(
                {"name": subject, "right": int(right[of].sum()), "all": int(of.sum())}
            )
    return found


def _notes(data: ReportData) -> list[dict[str, Any]]:
    """Each sentence once, with the folds it was said of."""
    folds: dict[str, list[str]] = {note: [] for note in data.notes}
    for result in data.results:
        for note in result.notes:
            of = folds.setdefault(note, [])
            if result.fold not in of:
                of.append(result.fold)
    return [{"text": note, "folds": of} for note, of in folds.items()]


def _flat(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """`name.of.setting, value` of nested mappings."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{where}.{name}" if where else name)
    else:
        yield where, value
