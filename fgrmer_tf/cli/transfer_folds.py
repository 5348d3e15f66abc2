"""Folds of TransFER: each is trained and tested, and kept before the next begins."""

import dataclasses
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.cli.console import progress
from fgrmer_tf.cli.transfer_start import Start
from fgrmer_tf.config import FitConfig
from fgrmer_tf.transfer_config import TransferExperiment

if TYPE_CHECKING:
    import keras

    from fgrmer_tf.evaluation.fold_result import FoldResult
    from fgrmer_tf.evaluation.protocols import Fold
    from fgrmer_tf.training.keras_fit import OnEpoch
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.macro.store import PhotoTable

STATE = "training_state.npz"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fitting:
    """A store and how it is trained on.

    Args:
        table: The store.
        experiment: Its network has the store's classes and picture size.
        fit: Precision, averaging, devices.
        start: Gives each new network the weights that it starts from.
    """

    table: "PhotoTable"
    experiment: TransferExperiment
    fit: FitConfig
    start: Start

    def model(
        self, rows: np.ndarray, seed: int, folder: Path, on_epoch: "OnEpoch"
    ) -> "tuple[keras.Model, tuple[float, ...]]":
        """Fits a model to `rows`; goes on where the state in `folder` ends.

        Raises:
            InputError: As `fit_transfer` and `training_batches` do.
        """
        from fgrmer_tf.training.transfer_fit import fit_transfer
        from input_pipeline.macro.batches import training_batches

        train = self.experiment.train

        def batches(first: int) -> Any:
            return training_batches(
                self.table,
                rows,
                self.experiment.augment,
                batch_size=train.batch_size,
                epochs=train.epochs,
                seed=seed,
                balance=train.balance,
                first_epoch=first,
            )

        return fit_transfer(
            self.experiment.network,
            batches,
            len(rows),
            train,
            seed=seed,
            state=folder / STATE,
            fit=self.fit,
            start=self.start,
            log_folder=folder / "tensorboard",
            on_epoch=on_epoch,
        )

    def results(
        self, folds: "Sequence[Fold]", seeds: Sequence[int], run: "RunFolder"
    ) -> "list[FoldResult]":
        """Trains and tests the folds that `run` does not hold yet; gives all.

        Raises:
            InputError: As `model` does.
        """
        kept = {(result.seed, result.fold) for result in run.results}
        epochs, done = self.experiment.train.epochs, len(kept)
        total = epochs * len(folds) * len(seeds)
        with progress("training") as update:
            for seed in seeds:
                for fold in folds:
                    if (seed, fold.name) in kept:
                        continue
                    base = done * epochs
                    result = self._result(
                        fold, seed, run, lambda n, _, base=base: update(base + n, total)
                    )
                    run.append(result)
                    (run.path / STATE).unlink(missing_ok=True)
                    done += 1
        return run.results

    def _result(
        self, fold: "Fold", seed: int, run: "RunFolder", on_epoch: "OnEpoch"
    ) -> "FoldResult":
        from fgrmer_tf.evaluation.fold_result import FoldResult
        from fgrmer_tf.training.memory import peak_memory
        from fgrmer_tf.training.transfer_fit import predict_transfer
        from input_pipeline.macro.batches import inference_batches

        wall, cpu = time.perf_counter(), os.times()
        model, loss = self.model(fold.train, seed, run.path, on_epoch)
        logits = predict_transfer(model, inference_batches(self.table, fold.test))
        spent = os.times()
        return FoldResult(
            seed=seed,
            fold=fold.name,
            test=fold.test,
            logits=logits,
            loss=loss,
            seconds=time.perf_counter() - wall,
            notes=tuple(fold_notes(self.table, fold)),
            epoch=self.experiment.train.epochs,
            cpu_seconds=spent.user + spent.system - cpu.user - cpu.system,
            peak_memory=peak_memory(),
        )


def fold_notes(table: "PhotoTable", fold: "Fold") -> list[str]:
    """What a reader of the scores should know about a fold."""
    from fgrmer_tf.evaluation.leaks import content_keys, twins_of
    from input_pipeline.macro.batches import absent_classes

    notes = [
        f"No training picture shows {name}: the model cannot have learnt it."
        for name in absent_classes(table, fold.train)
    ]
    twins = int(twins_of(fold, content_keys(table.images)).sum())
    if twins:
        notes.append(
            f"{twins} tested pictures are in the training part too, equal to the bit: "
            "the official parts have them on both sides."
        )
    return notes
