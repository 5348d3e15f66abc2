"""The report of a run: one HTML file that needs nothing else."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fgrmer_tf.evaluation.metrics import confusion_matrix
from fgrmer_tf.evaluation.results import Predictions
from fgrmer_tf.evaluation.study import Study
from fgrmer_tf.report import curves, figures, rows
from fgrmer_tf.report.published import measured_elsewhere, published_results
from fgrmer_tf.report.template import flat, render
from fgrmer_tf.spec import MEGC2019_CLASSES

_PROTOCOLS = {
    "loso": "Leave-one-subject-out: each fold tests the clips of one subject with a "
    "model that was trained on all other subjects.",
    "kfold": "Subject-grouped folds: each fold tests the clips of some subjects with a "
    "model that was trained on all other subjects.",
    "lodo": "Leave-one-data-set-out: each fold tests the clips of one data set with a "
    "model that was trained on all others.",
    "cross": "Across data sets: trained on some data sets, tested on others.",
    "official": "Official parts: the part for training is trained on, the part for "
    "testing is tested.",
    "score": "A model that was ready before: it was asked about each picture once, and "
    "nothing was trained.",
}
_SELECTIONS = {
    "fixed": "The number of epochs was fixed in advance; no tested clip took part in "
    "choosing it.",
    "inner": "The number of epochs of a fold was chosen on some of its training "
    "subjects; no tested clip took part in choosing it.",
    "ready": "What chose the model is not recorded.",
}
_MODELS = {
    "fgrmer": "FGRMER",
    "linear": "standardised linear model",
    "transfer": "TransFER",
}


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class ReportData:
    """All that a report shows.

    Args:
        title: Heading, for example the name of the run.
        study: The run, scored.
        settings: Content of `config.json`.
        versions: Content of `versions.json`.
        control: Whether labels were shuffled: the run is then a control.
        notes: Sentences about the whole run; those of folds are added by themselves.
        skipped: Clips that were left out, one mapping of column to text each, with
            the same columns.
        adjacency: `(num_nodes, num_nodes)`, the AU graph to draw, if any.
        system: What recognises what.
        things: What a row is, in the plural.
        people: Whether it is known who is seen; without it, intervals are over
            `things`.
        published_pictures: Rows of `published_accuracies` that are of what was tested.
    """

    title: str
    study: Study
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    control: bool = False
    notes: Sequence[str] = ()
    skipped: Sequence[Mapping[str, str]] = ()
    adjacency: np.ndarray | None = None
    system: str = "FGRMER micro-expression recognition"
    things: str = "clips"
    people: bool = True
    published_pictures: Sequence[Mapping[str, str]] = ()


def render_report(data: ReportData) -> str:
    """Renders the report; every text from outside is escaped.

    Args:
        data: What to show.

    Returns:
        An HTML document: no network, no script, light and dark, screen and paper.
    """
    study, metrics = data.study, data.study.metrics
    predictions = study.predictions
    return render(
        "report.html",
        data=data,
        study=study,
        metrics=metrics,
        several=len(metrics["seeds"]) > 1,
        protocol=_PROTOCOLS.get(metrics["protocol"], metrics["protocol"]),
        selection=_SELECTIONS.get(metrics["selection"], metrics["selection"]),
        folds=len({result.fold for result in study.results}),
        clips=len(predictions) // len(metrics["seeds"]),
        headline=rows.spread(metrics, ("full",)),
        systems=list(rows.system_rows(study, _MODELS)),
        datasets=list(rows.dataset_rows(study)),
        subjects=rows.subject_rows(predictions, study.linear),
        notes=rows.note_rows(data.notes, study.results),
        settings=list(flat(data.settings)),
        versions=list(flat(data.versions)),
        published=published_results()
        if predictions.class_names == MEGC2019_CLASSES
        else [],
        elsewhere=measured_elsewhere()
        if predictions.class_names == MEGC2019_CLASSES
        else [],
        drawn=_figures(data),
        matrices=list(_matrices(study)),
    )


def _figures(data: ReportData) -> dict[str, str]:
    """Those figures that the run has the numbers for, by name."""
    study = data.study
    found = {"reliability": curves.reliability_figure(study.calibration)}
    losses = [result.loss for result in study.results if result.loss]
    if losses:
        found["loss"] = curves.loss_figure(losses)
    if study.test_accuracy is not None:
        found["accuracy"] = curves.accuracy_figure(study.test_accuracy)
    if study.robustness:
        found["robustness"] = curves.robustness_figure(study.robustness)
    if data.adjacency is not None:
        found["graph"] = figures.adjacency_figure(data.adjacency)
    return {name: figures.svg(figure, name) for name, figure in found.items()}


def _matrices(study: Study) -> Iterator[dict[str, str]]:
    """Confusion matrices: of the run, of the linear model, of single data sets."""
    shown = [("all data sets", study.predictions)]
    if study.linear is not None and study.metrics["model"] != "linear":
        shown.append(("linear model, all data sets", study.linear))
    names = list(study.metrics["datasets"])
    if len(names) > 1:
        shown += [(name, _of_dataset(study.predictions, name)) for name in names]
    for number, (name, predictions) in enumerate(shown):
        confusion = confusion_matrix(
            predictions.true, predictions.predicted, len(predictions.class_names)
        )
        figure = figures.confusion_figure(confusion, predictions.class_names)
        yield {"name": name, "svg": figures.svg(figure, f"confusion{number}")}


def _of_dataset(predictions: Predictions, dataset: str) -> Predictions:
    of = predictions.dataset == dataset
    columns = {
        field.name: getattr(predictions, field.name)[of]
        for field in dataclasses.fields(predictions)
        if field.name != "class_names"
    }
    return dataclasses.replace(predictions, **columns)
