"""Folds of TransFER: each is trained and tested, and kept before the next begins."""

import dataclasses
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.cli.console import progress
from fgrmer_tf.cli.transfer_seen import Seen
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

    def require_classes(self, *parts: np.ndarray) -> None:
        """Refuses rows that nothing can be learnt from, before a run is made.

        Raises:
            InputError: If only one class is among the rows of a part.
        """
        from input_pipeline.macro.batches import class_weights

        for rows in parts:
            class_weights(self.table, rows)

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
        return ask(
            self.table,
            fold.test,
            lambda: self.model(fold.train, seed, run.path, on_epoch),
            fold=fold.name,
            seed=seed,
            epoch=self.experiment.train.epochs,
            notes=fold_notes(self.table, fold),
        )


def ask(
    table: "PhotoTable",
    rows: np.ndarray,
    made: "Callable[[], tuple[keras.Model, tuple[float, ...]]]",
    *,
    fold: str,
    seed: int,
    epoch: int,
    notes: Sequence[str],
    order: Sequence[int] | None = None,
) -> "FoldResult":
    """Asks a model about pictures; its making is part of the cost.

    Args:
        table: The store.
        rows: int64 `(test_pictures,)`, what is tested.
        made: Gives the model and the loss of each epoch.
        fold: Name of what is tested.
        seed: Of the model.
        epoch: How many it was trained for; 0 where nobody knows.
        notes: Sentences for the report.
        order: Output of the model for each class of the store; without it, the same.

    Raises:
        InputError: As `made` and `predict_transfer` do.
    """
    from fgrmer_tf.evaluation.fold_result import FoldResult
    from fgrmer_tf.training.memory import peak_memory
    from fgrmer_tf.training.transfer_fit import predict_transfer
    from input_pipeline.macro.batches import inference_batches

    wall, cpu = time.perf_counter(), os.times()
    model, loss = made()
    logits = predict_transfer(model, inference_batches(table, rows))
    spent = os.times()
    return FoldResult(
        seed=seed,
        fold=fold,
        test=rows,
        logits=logits if order is None else logits[:, list(order)],
        loss=loss,
        seconds=time.perf_counter() - wall,
        notes=tuple(notes),
        epoch=epoch,
        cpu_seconds=spent.user + spent.system - cpu.user - cpu.system,
        peak_memory=peak_memory(),
    )


def fold_notes(table: "PhotoTable", fold: "Fold") -> list[str]:
    """What a reader of the scores should know about a fold."""
    trained = Seen.of(table, fold.train)
    met = trained.met_in(Seen.of(table, fold.test))
    return [*trained.absent(table.class_names), *met]
