"""Every fold of a protocol, trained, tested and kept."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.training.fold_task import FoldSource, epochs_of
from fgrmer_tf.training.fold_workers import (
    Event,
    FoldTask,
    run_here,
    run_in_processes,
)
from fgrmer_tf.training.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a cross-validation stands.

    Args:
        worker: Number of the process that has just reported, from 0.
        fold: What it works on; empty when folds were there already.
        seed: Seed of that fold.
        fold_share: Share of that fold that is done, in [0, 1].
        done: Epochs of all folds that are done, those of finished runs included.
        total: Epochs of all folds.
    """

    worker: int
    fold: str
    seed: int
    fold_share: float
    done: int
    total: int


def cross_validate(
    source: FoldSource,
    folds: Sequence[Fold],
    seeds: Sequence[int],
    run: RunFolder,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> list[FoldResult]:
    """Trains and tests, under every seed, each fold that `run` does not hold yet.

    A fold is on disk as soon as it is finished: a run that was killed goes on with the
    others, and ends with the same results. The number of workers changes none of them.

    Args:
        source: Data and settings.
        folds: Splits with distinct names.
        seeds: Starts of the model.
        run: Where results are kept.
        workers: Processes that train; 1 trains in this process.
        progress: Called when an epoch is done, and once for what was there already.

    Returns:
        Results in the order of `seeds`, then of `folds`.

    Raises:
        InputError: If two folds have the same name.
        InputError: If `run` holds a fold of this name with other test rows.
        InputError, OSError, RuntimeError: As `fold_workers` does.
    """
    names = [fold.name for fold in folds]
    if len(set(names)) < len(names):
        raise InputError(f"Folds must have distinct names. Received: {names}.")
    results = {(result.seed, result.fold): result for result in run.results}
    tasks = []
    for task in (FoldTask(fold, seed) for seed in seeds for fold in folds):
        kept = results.get((task.seed, task.fold.name))
        if kept is None:
            tasks.append(task)
        elif not np.array_equal(kept.test, task.fold.test):
            raise InputError(
                f"A run holds one set of folds. Received: `{kept.fold}` with other "
                f"test clips than in `{run.path}`. Choose another output folder."
            )
    each = epochs_of(source)
    finished = len(seeds) * len(folds) - len(tasks)
    total = each * len(seeds) * len(folds)
    done: dict[object, int] = {"before": each * finished}
    if progress and finished:
        progress(Progress(0, "", seeds[0], 0.0, each * finished, total))
    if not tasks:
        return _in_order(results, folds, seeds)

    def tell(event: Event) -> None:
        key = (event.task.seed, event.task.fold.name)
        done[key] = event.epochs
        if event.result is not None:
            run.append(event.result)
            results[key] = event.result
            done[key] = each
        if progress:
            share, epochs = done[key] / each, sum(done.values())
            progress(Progress(event.worker, key[1], key[0], share, epochs, total))

    if workers == 1:
        run_here(source, tasks, tell)
    else:
        run_in_processes(source, tasks, tell, workers=workers)
    return _in_order(results, folds, seeds)


def _in_order(
    results: dict[tuple[int, str], FoldResult],
    folds: Sequence[Fold],
    seeds: Sequence[int],
) -> list[FoldResult]:
    return [results[seed, fold.name] for seed in seeds for fold in folds]
