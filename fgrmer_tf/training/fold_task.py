"""One fold from its rows to its result."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from fgrmer_tf.config import SelectionConfig
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.metrics import confusion_matrix, uf1
from fgrmer_tf.evaluation.protocols import Fold, inner_folds
from fgrmer_tf.training.fold_data import FoldData
from fgrmer_tf.training.memory import peak_memory

if TYPE_CHECKING:
    # TensorFlow is loaded where folds are trained, not where they are given out.
    from fgrmer_tf.training.fold_trainer import FoldTrainer

Tick = Callable[[int], None]
"""Called after each epoch of a fold with the epochs done so far."""


class FoldSource(Protocol):
    """Everything that trains the folds of one table; can be pickled.

    `label` is int64 `(clips,)`; `dataset` and `subject` are unicode `(clips,)`;
    `epochs` is how often each training clip is shown, or the most under `inner`.
    """

    @property
    def label(self) -> np.ndarray: ...
    @property
    def dataset(self) -> np.ndarray: ...
    @property
    def subject(self) -> np.ndarray: ...
    @property
    def epochs(self) -> int: ...
    @property
    def selection(self) -> SelectionConfig: ...

    def open(self) -> "FoldTrainer":
        """Starts what trains, in the process that calls it."""
        ...

    def fold_data(self, fold: Fold) -> FoldData:
        """The two sides of a fold, statistics of its training clips included."""
        ...


def epochs_of(source: FoldSource) -> int:
    """Epochs that one fold takes at most, inner folds included."""
    inner = source.selection.selection == "inner"
    return source.epochs * (1 + inner * source.selection.inner_folds)


def run_fold(
    trainer: "FoldTrainer", source: FoldSource, fold: Fold, seed: int, tick: Tick
) -> FoldResult:
    """Trains and tests one fold under one seed.

    Under `inner`, subject-grouped folds of the training clips are trained first; the
    epoch whose pooled predictions of them have the best UF1 (the first of equal ones)
    is the number of epochs for which all training clips are then shown. The tested
    clips take no part.

    Args:
        trainer: From `source.open`.
        source: Data and settings.
        fold: Rows of one split.
        seed: Start of the model and order of the clips.
        tick: Called after each epoch.

    Returns:
        The fold's result; with `oracle`, its logits after every epoch too.

    Raises:
        InputError: As `FoldTrainer` and `inner_folds` do.
    """
    started, processor = time.perf_counter(), time.process_time()
    epochs, choice = source.epochs, source.selection
    validation, before = (), 0
    if choice.selection == "inner":
        inner = inner_folds(
            fold, source.dataset, source.subject, folds=choice.inner_folds, seed=seed
        )
        curves = []
        for number, split in enumerate(inner):
            before = number * epochs

            def inner_tick(epoch: int, before: int = before) -> None:
                tick(before + epoch)

            curves.append(_train(trainer, source, split, seed, epochs, inner_tick)[2])
        before = len(inner) * epochs
        validation = _pooled_uf1(source.label, inner, curves)
        epochs = 1 + int(np.argmax(validation))
    data, loss, curve = _train(
        trainer,
        source,
        fold,
        seed,
        epochs,
        lambda epoch: tick(before + epoch),
        every_epoch=choice.oracle,
    )
    probes = {
        name: trainer.predict(columns, len(fold.test), name=f"{fold.name}, {name}")
        for name, columns in data.probes.items()
    }
    return FoldResult(
        seed=seed,
        fold=fold.name,
        test=fold.test,
        logits=curve[-1],
        loss=loss,
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - processor,
        peak_memory=peak_memory(),
        notes=data.notes,
        probes=probes,
        epoch=epochs,
        validation=validation,
        test_curve=curve if choice.oracle else np.zeros(0, np.float32),
    )


def _train(
    trainer: "FoldTrainer",
    source: FoldSource,
    fold: Fold,
    seed: int,
    epochs: int,
    tick: Tick,
    every_epoch: bool = True,
) -> tuple[FoldData, tuple[float, ...], np.ndarray]:
    """Data, loss of each epoch, and test logits `(epochs or 1, clips, classes)`."""
    data = source.fold_data(fold)
    curve = []

    def on_epoch(epoch: int, _: float) -> None:
        if every_epoch or epoch == epochs:
            curve.append(trainer.predict(data.test, len(fold.test), name=fold.name))
        tick(epoch)

    loss = trainer.fit(
        data.train,
        None if data.adjacency is None else data.adjacency.value,
        None if data.linear is None else data.linear.value,
        seed=seed,
        epochs=epochs,
        name=fold.name,
        on_epoch=on_epoch,
    )
    return data, loss, np.stack(curve)


def _pooled_uf1(
    label: np.ndarray, folds: Sequence[Fold], curves: Sequence[np.ndarray]
) -> tuple[float, ...]:
    true = label[np.concatenate([fold.test for fold in folds])]
    predicted = np.concatenate(curves, axis=1).argmax(axis=2)
    classes = curves[0].shape[2]
    return tuple(float(uf1(confusion_matrix(true, of, classes))) for of in predicted)
