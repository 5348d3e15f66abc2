"""`fgrmer evaluate`: the honest number, from a feature store."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from fgrmer_tf.cli.console import say
from fgrmer_tf.cli.folds import LOSO, ProtocolOptions
from fgrmer_tf.cli.model_options import ModelOptions, resolve
from fgrmer_tf.cli.systems import System, linear, network
from fgrmer_tf.config import (
    DEFAULT_LINEAR,
    FIXED_EPOCHS,
    LinearConfig,
    SelectionConfig,
    TrainConfig,
)
from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import ExperimentName

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.protocols import Fold
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Trains and tests every fold of a protocol, and reports pooled scores.

    No tested clip chooses anything: epochs are fixed in advance, or chosen in each fold
    on subjects of its training part.
    """

    store: Path
    """Feature store."""
    out: Path
    """Run folder: metrics.json, predictions.csv, report.html. A stopped run goes on."""
    model: Literal["fgrmer", "linear"] = "fgrmer"
    """`linear`: the standardised linear model in place of the network."""
    split: Annotated[ProtocolOptions, tyro.conf.arg(name="")] = LOSO
    seed: tuple[int, ...] = (0,)
    """One or more seeds; scores are averaged over them."""
    workers: int | None = None
    """Processes that train, one thread each; by default one a core. Their number
    changes no result."""
    shuffle_labels: bool = False
    """Control: shuffle labels within each subject; the score must fall to chance."""
    choice: Annotated[SelectionConfig, tyro.conf.arg(name="")] = FIXED_EPOCHS
    experiment: ExperimentName = "default"
    """Named settings that the options below start from."""
    au_matrix: Path | None = None
    """AU embeddings of your own: .npy or .csv, a row an AU."""
    train: Annotated[TrainConfig, tyro.conf.arg(name="")]
    fgrmer: ModelOptions
    linear: LinearConfig = DEFAULT_LINEAR

    def run(self) -> None:
        from fgrmer_tf.cli.evaluation_report import conclude
        from fgrmer_tf.evaluation.labels import shuffle_labels_within_subjects
        from fgrmer_tf.training.run_folder import RunFolder
        from input_pipeline import feature_store

        if len(set(self.seed)) < len(self.seed) or not self.seed:
            raise InputError(f"--seed takes distinct numbers. Received: {self.seed}.")
        header = feature_store.read_header(self.store)
        table = feature_store.read(self.store)
        folds = self.split.make(table)
        if self.shuffle_labels:
            label = shuffle_labels_within_subjects(
                table.label, table.dataset, table.subject, self.seed[0]
            )
            table = dataclasses.replace(table, label=label)
        system = self._system(table, folds)
        settings = {
            **self.split.settings(),
            **system.settings,
            "shuffle_labels": self.shuffle_labels,
            "model": self.model,
            "store": header.key,
        }
        with RunFolder(self.out, settings) as run:
            metrics = conclude(
                store=self.store,
                table=table,
                folds=folds,
                run=run,
                results=system.results(run),
                adjacency=system.adjacency,
                linear=self.linear,
            )
        self._say(metrics, f"{len(table)} clips, {len(folds)} folds")

    def _system(self, table: "FeatureTable", folds: "list[Fold]") -> System:
        if self.model == "linear":
            return linear(table, folds, self.seed, self.linear)
        from fgrmer_tf.cli.evaluation_report import apex_variants
        from fgrmer_tf.evaluation.robustness import apex_probe

        recipe = dataclasses.replace(
            resolve(table, self.fgrmer, self.train, self.au_matrix),
            selection=self.choice,
            probes={
                apex_probe(offset): place
                for offset, place in apex_variants(self.store).items()
            },
        )
        return network(recipe, folds, self.seed, self.workers)

    def _say(self, metrics: dict[str, Any], size: str) -> None:
        seeds = f", mean of {len(self.seed)} seeds" if len(self.seed) > 1 else ""
        selection = metrics["selection"]
        full = metrics["full"]
        say(
            f"UF1 {full['uf1']:.3f}  UAR {full['uar']:.3f}  "
            f"accuracy {full['accuracy']:.3f}  ({self.split.protocol}, {size}, "
            f"epochs {selection}{seeds})"
        )
        if metrics["oracle"]:
            full = metrics["oracle"]["full"]
            say(
                f"oracle: UF1 {full['uf1']:.3f}  UAR {full['uar']:.3f}  (best epoch on "
                "the tested clips: a leak, to be compared with published numbers only)"
            )
        say(f"report: {self.out / 'report.html'}")
