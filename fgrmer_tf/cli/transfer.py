"""`fgrmer transfer`: whole expressions in pictures, from a data set to its score."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import tyro

from fgrmer_tf.cli.console import count_table, progress, say, start_tensorflow
from fgrmer_tf.cli.transfer_folds import STATE, Fitting
from fgrmer_tf.cli.transfer_options import (
    BY_DATA_SET,
    PhotoProtocol,
    TransferOptions,
    resolve_network,
    run_settings,
    training_rows,
)
from fgrmer_tf.config import PLAIN_FIT, FitConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.transfer_config import (
    AugmentConfig,
    TransferExperiment,
    TransferTrainConfig,
)
from fgrmer_tf.transfer_experiments import TransferExperimentName
from input_pipeline.macro.names import (
    AS_PUBLISHED,
    Alignment,
    PhotoReading,
    PhotoSetName,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferPrepare:
    """Makes an image store of a data set: every usable picture as a square."""

    dataset: tyro.conf.Positional[PhotoSetName]
    """Name of the data set."""
    root: tyro.conf.Positional[Path]
    """Its folder, as delivered."""
    out: Path
    """Store to make."""
    side: int = 112
    """Side of a square [px]."""
    alignment: Alignment = "none"
    """`face`: by the landmarks of each face; `none`: the middle of the picture."""
    reading: Annotated[PhotoReading, tyro.conf.arg(name="")] = AS_PUBLISHED

    def run(self) -> None:
        if self.alignment == "face":
            from fgrmer_tf.cli.console import start_landmarks

            start_landmarks()
        from input_pipeline.findings import count_rules, read_repairs, read_skips
        from input_pipeline.macro import catalogue
        from input_pipeline.macro.store_writing import write_store

        photos = catalogue.load(self.dataset, self.root, self.reading)
        with progress("cutting pictures") as update:
            header = write_store(
                self.out,
                photos,
                side=self.side,
                alignment=self.alignment,
                source={
                    "dataset": self.dataset,
                    "reading": dataclasses.asdict(self.reading),
                },
                progress=update,
            )
        for title, found in (
            ("left out", read_skips(self.out)),
            ("repairs", read_repairs(self.out)),
        ):
            if found:
                count_table(title, count_rules(found))
        say(f"store: {self.out}, {header['photos']} pictures")


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

    def settings_of(self, table: Any) -> TransferExperiment:
        """The experiment as the options have it, for one store."""
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
        settings = run_settings(
            table,
            experiment,
            fit=dataclasses.asdict(self.fit),
            seeds=[self.seed],
            protocol=f"none: {len(rows)} pictures are trained on, none is tested",
        )
        fitting = Fitting(table=table, experiment=experiment, fit=self.fit)
        epochs = self.train.epochs
        with RunFolder(self.out, settings) as run, progress("training") as update:
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
        )
        full = metrics["full"]
        say(
            f"accuracy {full['accuracy']:.3f}  macro F1 {full['uf1']:.3f}  UAR "
            f"{full['uar']:.3f}  ({metrics['protocol']})"
        )
        say(f"report: {self.out / 'report.html'}")


def evaluate_transfer(
    store: Path,
    out: Path,
    experiment: TransferExperiment,
    fit: FitConfig,
    split: PhotoProtocol,
    seeds: tuple[int, ...],
) -> dict[str, Any]:
    """Trains and tests every fold of a store and writes the run folder `out`.

    Returns:
        Content of `metrics.json`.

    Raises:
        InputError: If seeds are missing or equal, or as folds and training say.
    """
    if len(set(seeds)) < len(seeds) or not seeds:
        raise InputError(f"--seed takes distinct numbers. Received: {seeds}.")
    start_tensorflow()
    from fgrmer_tf.cli.transfer_report import conclude_transfer
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.macro.store import read_store

    table = read_store(store)
    folds = split.make(table)
    settings = run_settings(
        table,
        experiment,
        fit=dataclasses.asdict(fit),
        seeds=list(seeds),
        **split.settings(table),
    )
    fitting = Fitting(table=table, experiment=experiment, fit=fit)
    with RunFolder(out, settings) as run:
        results = fitting.results(folds, seeds, run)
        return conclude_transfer(store=store, table=table, run=run, results=results)
