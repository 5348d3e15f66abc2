"""Every fold of a protocol, trained, tested and kept."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.evaluation.results import FoldResult
from fgrmer_tf.training.fold_trainer import FoldData, FoldTrainer
from fgrmer_tf.training.run_folder import RunFolder

Progress = Callable[[str, int, int], None]
"""Called with the fold's name, the epochs done and the epochs of all folds."""


def cross_validate(
    trainer: FoldTrainer,
    folds: Sequence[Fold],
    fold_data: Callable[[Fold], FoldData],
    run: RunFolder,
    progress: Progress | None = None,
) -> list[FoldResult]:
    """Trains and tests each fold that `run` does not hold yet.

    A fold is on disk before the next one starts: a run that was killed goes on where
    it stopped, and ends with the same results.

    Args:
        trainer: The model and its seed.
        folds: Splits with distinct names.
        fold_data: Makes the data of a fold from its rows.
        run: Where results are kept.
        progress: Called after each epoch, and after each fold that was there already.

    Returns:
        Results under the trainer's seed, in the order of `folds`.

    Raises:
        InputError: If two folds have the same name.
        InputError: If `run` holds a fold of this name with other test rows.
        InputError: If a fold's data yields another number of test clips than the fold.
        InputError: As `FoldTrainer` does.
    """
    names = [fold.name for fold in folds]
    if len(set(names)) < len(names):
        raise InputError(f"Folds must have distinct names. Received: {names}.")
    kept = {
        result.fold: result for result in run.results if result.seed == trainer.seed
    }
    epochs = trainer.config.epochs
    total = epochs * len(folds)
    results = []
    for number, fold in enumerate(folds):

        def on_epoch(epoch: int, _: float, fold=fold, before=number * epochs) -> None:
            if progress:
                progress(fold.name, before + epoch, total)

        result = kept.get(fold.name)
        if result is None:
            result = _train_and_test(trainer, fold, fold_data, on_epoch)
            run.append(result)
        elif np.array_equal(result.test, fold.test):
            on_epoch(epochs, result.loss[-1])
        else:
            raise InputError(
                f"A run holds one set of folds. Received: `{fold.name}` with other "
                f"test clips than in `{run.path}`. Choose another output folder."
            )
        results.append(result)
    return results


def _train_and_test(trainer, fold, fold_data, on_epoch) -> FoldResult:
    started = time.perf_counter()
    data = fold_data(fold)
    loss = trainer.fit(data.train, data.adjacency, name=fold.name, on_epoch=on_epoch)
    logits = trainer.predict(data.test, name=fold.name)
    if len(logits) != len(fold.test):
        raise InputError(
            f"Fold `{fold.name}` must yield its {len(fold.test)} test clips. "
            f"Received: {len(logits)}."
        )
    return FoldResult(
        seed=trainer.seed,
        fold=fold.name,
        test=fold.test,
        logits=logits,
        loss=loss,
        seconds=time.perf_counter() - started,
        notes=data.notes,
    )
