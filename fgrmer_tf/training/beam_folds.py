"""Folds as elements of an Apache Beam pipeline, for machines other than this one."""

from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam

from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.training.fold_task import FoldSource, run_fold
from fgrmer_tf.training.fold_workers import FoldTask


class TrainFold(beam.DoFn):
    """A `FoldTask` to its `FoldResult`, the same as `cross_validate` gives.

    A worker builds and traces the model once, whatever the number of its folds.

    Args:
        source: Data and settings; pickled to every worker.
    """

    def __init__(self, source: FoldSource):
        super().__init__()
        self._source = source

    def setup(self) -> None:
        """Starts what trains; Beam calls it once a worker."""
        self._trainer = self._source.open()

    def process(self, element: FoldTask, *_: Any, **__: Any) -> Iterator[FoldResult]:
        """Trains and tests one fold."""
        yield run_fold(
            self._trainer, self._source, element.fold, element.seed, lambda _: None
        )


def train_folds(
    pipeline: beam.Pipeline,
    source: FoldSource,
    folds: Sequence[Fold],
    seeds: Sequence[int],
) -> Any:
    """Trains and tests every fold under every seed, in any order, anywhere.

    Args:
        pipeline: Its runner decides where.
        source: Data and settings.
        folds: Splits with distinct names.
        seeds: Starts of the model.

    Returns:
        `PCollection` of `FoldResult`.
    """
    tasks = [FoldTask(fold, seed) for seed in seeds for fold in folds]
    return (
        pipeline
        | "folds" >> beam.Create(tasks)
        # Or all folds would stay with the worker that made the list.
        | "spread" >> beam.Reshuffle()
        | "train" >> beam.ParDo(TrainFold(source))
    )
