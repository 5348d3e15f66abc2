"""Progress of folds: all of them, and what each worker is at."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fgrmer_tf.cli.console import console

if TYPE_CHECKING:
    from fgrmer_tf.training.cross_validation import Progress as Standing


@contextlib.contextmanager
def fold_progress(folds: int, workers: int) -> "Iterator[Callable[[Standing], None]]":
    """Yields a function that draws where a cross-validation stands.

    Args:
        folds: All folds, of every seed.
        workers: Processes that train; each gets a bar of its own.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        all_folds = bars.add_task(f"{folds} folds")
        of_worker = [
            bars.add_task(f"  worker {number + 1}: starting", total=1)
            for number in range(workers)
        ]

        def draw(standing: "Standing") -> None:
            bars.update(all_folds, completed=standing.done, total=standing.total)
            if standing.fold:
                bars.update(
                    of_worker[standing.worker],
                    completed=standing.fold_share,
                    description=f"  {standing.fold}, seed {standing.seed}",
                )

        yield draw
