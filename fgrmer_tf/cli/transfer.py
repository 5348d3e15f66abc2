"""`fgrmer transfer train` and `evaluate`: whole expressions, from a store to scores."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.markup import escape

from fgrmer_tf.cli.console import progress, say, start_tensorflow
from fgrmer_tf.cli.transfer_folds import STATE, Fitting
from fgrmer_tf.cli.transfer_options import (
    BY_DATA_SET,
    PhotoProtocol,
    TransferOptions,
    resolve_network,
    run_settings,
    training_rows,
)
from fgrmer_tf.cli.transfer_report import conclude_transfer, say_scores
from fgrmer_tf.cli.transfer_seen import Seen
from fgrmer_tf.cli.transfer_start import RANDOM_START, StartOptions
from fgrmer_tf.config import PLAIN_FIT, FitConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.transfer_config import (
    AugmentConfig,
    TransferExperiment,
    TransferTrainConfig,
)
from fgrmer_tf.transfer_experiments import TransferExperimentName


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferFit:
    """What train, evaluate and ablation share."""

    store: Path
    """Image store, of `transfer prepare`."""
    out: Path
    """Run folder. A stopped run goes on."""
    experiment: TransferExperimentName = "small"
    """Named settings that the options below start from."""
    network: TransferOptions
    train: Annotated[TransferTrainConfig, tyro.conf.arg(name="")]
    augment: AugmentConfig
    fit: Annotated[FitConfig, tyro.conf.arg(name="")] = PLAIN_FIT
    start: Annotated[StartOptions, tyro.conf.arg(name="")] = RANDOM_START

    def settings_of(self, table: Any) -> TransferExperiment:
        """The experiment as the options have it, for one store."""
        if self.experiment == "published" and self.start == RANDOM_START:
            say(
                "The published step size is for weights that know faces; from a random "
                "start it learns next to nothing. Give --stem-weights and "
                "--encoder-weights, or take another --experiment."
            )
        network = resolve_network(table, self.network)
        return TransferExperiment(
            network=network, train=self.train, augment=self.augment
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferTrain(TransferFit):
    """Fits one model to the training part, or to all pictures where there is none."""

    seed: int = 0
    """Start of the weights and order of the pictures."""

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf.training.final_model import train_final
        from fgrmer_tf.training.run_folder import RunFolder
        from input_pipeline.macro.store import read_store

        table = read_store(self.store)
        rows = training_rows(table)
        experiment = self.settings_of(table)
        start = self.start.read(experiment.network, table.class_names)
        for note in start.notes:
            say(escape(note))
        settings = run_settings(
            table,
            experiment,
            fit=dataclasses.asdict(self.fit),
            seeds=[self.seed],
            protocol=f"none: {len(rows)} pictures are trained on, none is tested",
            **start.settings,
        )
        fitting = Fitting(table=table, experiment=experiment, fit=self.fit, start=start)
        fitting.require_classes(rows)
        epochs = self.train.epochs
        with RunFolder(self.out, settings) as run, progress("training") as update:
            Seen.of(table, rows).keep(run.path)
            train_final(
                lambda: fitting.model(
                    rows, self.seed, run.path, lambda n, _: update(n, epochs)
                ),
                self.seed,
                run,
            )
            (run.path / STATE).unlink(missing_ok=True)
        say(f"trained model: {self.out}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferEvaluate(TransferFit):
    """Trains and tests by official parts or subject-grouped folds; pooled scores.

    Epochs are fixed in advance: no tested picture chooses anything.
    """

    split: Annotated[PhotoProtocol, tyro.conf.arg(name="")] = BY_DATA_SET
    seed: tuple[int, ...] = (0,)
    """One or more seeds; scores are averaged over them."""

    def run(self) -> None:
        from input_pipeline.macro.store import read_store

        table = read_store(self.store)
        metrics = evaluate_transfer(
            self.store,
            self.out,
            self.settings_of(table),
            self.fit,
            self.split,
            self.seed,
            self.start,
        )
        say_scores(metrics, self.out)


def evaluate_transfer(
    store: Path,
    out: Path,
    experiment: TransferExperiment,
    fit: FitConfig,
    split: PhotoProtocol,
    seeds: tuple[int, ...],
    start: StartOptions,
) -> dict[str, Any]:
    """Trains and tests every fold of a store and writes the run folder `out`.

    Every fold starts from the same weights: those of `start` come from other data.

    Returns:
        Content of `metrics.json`.

    Raises:
        InputError: If seeds are missing or equal, or as folds, start and training say.
    """
    if len(set(seeds)) < len(seeds) or not seeds:
        raise InputError(f"--seed takes distinct numbers. Received: {seeds}.")
    start_tensorflow()
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.macro.store import read_store

    table = read_store(store)
    folds = split.make(table)
    given = start.read(experiment.network, table.class_names)
    for note in given.notes:
        say(escape(note))
    settings = run_settings(
        table,
        experiment,
        fit=dataclasses.asdict(fit),
        seeds=list(seeds),
        **split.settings(table),
        **given.settings,
    )
    fitting = Fitting(table=table, experiment=experiment, fit=fit, start=given)
    fitting.require_classes(*(fold.train for fold in folds))
    with RunFolder(out, settings) as run:
        results = fitting.results(folds, seeds, run)
        return conclude_transfer(
            store=store, table=table, run=run, results=results, notes=given.notes
        )
