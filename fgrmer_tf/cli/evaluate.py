"""`fgrmer evaluate`: the honest number, from a feature store."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from fgrmer_tf.cli.console import progress, say, start_tensorflow
from fgrmer_tf.cli.recipe import ModelOptions, Recipe, resolve
from fgrmer_tf.config import TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import ExperimentName

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.protocols import Fold
    from fgrmer_tf.training.fold_trainer import FoldData


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Trains and tests every fold of a protocol, and reports pooled scores.

    The number of epochs is fixed in advance: no test clip chooses it.
    """

    store: Path
    """Feature store."""
    out: Path
    """Run folder: metrics.json, predictions.csv, report.html. A stopped run goes on."""
    protocol: Literal["loso"] = "loso"
    """`loso`: leave one subject out."""
    seed: tuple[int, ...] = (0,)
    """One or more seeds; scores are averaged over them."""
    shuffle_labels: bool = False
    """Control: shuffle labels within each subject; the score must fall to chance."""
    experiment: ExperimentName = "default"
    """Named settings that the options below start from."""
    au_matrix: Path | None = None
    """AU embeddings of your own: .npy or .csv, a row an AU."""
    train: Annotated[TrainConfig, tyro.conf.arg(name="")]
    model: ModelOptions

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf.cli.evaluation_report import write_report
        from fgrmer_tf.evaluation.protocols import (
            leave_one_subject_out,
            shuffle_labels_within_subjects,
        )
        from fgrmer_tf.evaluation.results import pool
        from fgrmer_tf.evaluation.summary import summarize
        from fgrmer_tf.training.cross_validation import cross_validate
        from fgrmer_tf.training.run_folder import RunFolder
        from input_pipeline import feature_store

        if len(set(self.seed)) < len(self.seed) or not self.seed:
            raise InputError(f"--seed takes distinct numbers. Received: {self.seed}.")
        header = feature_store.read_header(self.store)
        table = feature_store.read(self.store)
        folds = leave_one_subject_out(table.dataset, table.subject)
        if self.shuffle_labels:
            label = shuffle_labels_within_subjects(
                table.label, table.dataset, table.subject, self.seed[0]
            )
            table = dataclasses.replace(table, label=label)
        recipe = resolve(table, self.model, self.train, self.au_matrix)
        settings = {
            **recipe.settings(header.key, self.seed),
            "protocol": self.protocol,
            "selection": "fixed",
            "shuffle_labels": self.shuffle_labels,
        }
        with RunFolder(self.out, settings) as run:
            results = []
            for seed in self.seed:
                with progress(f"seed {seed}") as update:
                    results += cross_validate(
                        recipe.trainer(seed),
                        folds,
                        lambda fold, seed=seed: fold_data(recipe, fold, seed),
                        run,
                        lambda fold, done, total: update(done, total),
                    )
            predictions = pool(table, results)
            metrics = summarize(predictions, protocol=self.protocol)
            run.save(predictions, metrics)
            write_report(self.store, recipe, run, results, predictions, metrics)
        full = metrics["full"]
        seeds = f", mean of {len(self.seed)} seeds" if len(self.seed) > 1 else ""
        say(
            f"UF1 {full['uf1']:.3f}  UAR {full['uar']:.3f}  "
            f"accuracy {full['accuracy']:.3f}  ({self.protocol}, {len(table)} clips, "
            f"{len(folds)} subjects, epochs fixed{seeds})"
        )
        say(f"report: {self.out / 'report.html'}")


def fold_data(recipe: Recipe, fold: "Fold", seed: int) -> "FoldData":
    """Everything a fold is trained and tested on; statistics of its training clips.

    Args:
        recipe: The resolved experiment.
        fold: Rows to train on and rows to test.
        seed: Order of the training clips.
    """
    from fgrmer_tf.evaluation.protocols import missing_classes
    from fgrmer_tf.training.fold_trainer import FoldData
    from input_pipeline import tfdata

    table = recipe.table
    statistics = recipe.statistics(fold.train)
    embeddings = recipe.embeddings(statistics)
    return FoldData(
        train=recipe.training_data(fold.train, embeddings, seed),
        test=tfdata.inference(
            table.rows(fold.test), embeddings=embeddings, evidence=recipe.evidence
        ),
        adjacency=statistics.adjacency,
        notes=(
            *missing_classes(table.label, fold, table.class_names),
            *statistics.notes,
        ),
    )
