"""Folds on several processes of one machine, one thread each."""

import contextlib
import dataclasses
import itertools
import multiprocessing
import os
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.interrupts import held_back
from fgrmer_tf.training.fold_task import FoldSource, run_fold

if TYPE_CHECKING:
    from fgrmer_tf.training.fold_trainer import FoldTrainer

_WORKER_MEMORY = 2**30
"""What a worker may need [bytes]: TensorFlow, the model and a store of average size."""


@dataclasses.dataclass(frozen=True, eq=False)
class FoldTask:
    """A fold under a seed."""

    fold: Fold
    seed: int


@dataclasses.dataclass(frozen=True, eq=False)
class Event:
    """Something happened to a fold.

    Args:
        worker: Number of the process, from 0.
        task: What it works on.
        epochs: Epochs of the task that are done, inner folds included.
        result: The outcome, when the task is finished.
    """

    worker: int
    task: FoldTask
    epochs: int
    result: FoldResult | None = None


def default_workers() -> int:
    """One process a core that this process may use, as far as free memory goes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(cores or os.cpu_count() or 1, free // _WORKER_MEMORY))


Tell = Callable[[Event], None]
"""Called in the process that gives out the tasks."""


def run_here(source: FoldSource, tasks: Sequence[FoldTask], tell: Tell) -> None:
    """Runs the tasks one after the other in this process.

    Args:
        source: Data and settings.
        tasks: To run.
        tell: Called after every epoch and for every result.

    Raises:
        InputError: As `run_fold` does.
    """
    trainer = source.open()
    for task in tasks:
        _run(
            trainer,
            source,
            task,
            lambda *event, task=task: tell(Event(0, task, *event)),
        )


def _run(
    trainer: "FoldTrainer",
    source: FoldSource,
    task: FoldTask,
    say: Callable[..., None],
) -> None:
    """Says `(epochs,)` after each epoch and `(epochs, result)` in the end."""
    done = 0

    def tick(epochs: int) -> None:
        nonlocal done
        done = epochs
        say(epochs)

    result = run_fold(trainer, source, task.fold, task.seed, tick)
    say(done, result)


def run_in_processes(
    source: FoldSource, tasks: Sequence[FoldTask], tell: Tell, *, workers: int
) -> None:
    """Runs the tasks on `workers` processes, each with its own model.

    Each takes the next task when it has finished one. When this process ends in
    whatever way, its workers end within one epoch: their pipe to it breaks.

    Args:
        source: Data and settings; sent to every process once.
        tasks: To run.
        tell: Called after every epoch and for every result, as they come.
        workers: How many processes, at least 1.

    Raises:
        InputError: As `run_fold` does, in whichever process.
        OSError: If a worker was killed.
        RuntimeError: If a worker fails in another way.
    """
    # A forked child would share locks and threads of whatever runs here.
    context = multiprocessing.get_context("spawn")
    left = iter(tasks)
    with contextlib.ExitStack() as stack:
        busy: dict[Any, tuple[int, FoldTask, Any]] = {}
        for number, task in enumerate(itertools.islice(left, workers)):
            line, other_end = context.Pipe()
            process = context.Process(
                target=_work, args=(other_end, source), daemon=True
            )
            with held_back():
                process.start()
            other_end.close()
            stack.callback(process.join)
            stack.callback(line.close)
            _hand_over(line, task)
            busy[line] = number, task, process
        while busy:
            for line in wait(list(busy)):
                assert isinstance(line, Connection)
                number, task, process = busy[line]
                try:
                    message = line.recv()
                except EOFError:
                    process.join()
                    raise OSError(
                        f"Worker {number + 1} was ended from outside (exit status "
                        f"{process.exitcode}) in fold `{task.fold.name}`, perhaps for "
                        "want of memory. Run the command again to go on, perhaps with "
                        "fewer --workers"
                    ) from None
                if isinstance(message[0], Exception):
                    raise message[0]
                tell(Event(number, task, *message))
                if len(message) == 1:
                    continue
                following = next(left, None)
                if following is None:
                    line.close()
                    del busy[line]
                else:
                    _hand_over(line, following)
                    busy[line] = number, following, process


def _hand_over(line: Connection, task: FoldTask) -> None:
    # A worker that has just died is noticed when its answer is read.
    with contextlib.suppress(BrokenPipeError):
        line.send(task)


class _HungUpError(Exception):
    """The process that gives out the tasks is gone."""


def _work(line: Connection, source: FoldSource) -> None:
    def say(*message: Any) -> None:
        try:
            line.send(message)
        except OSError as error:
            raise _HungUpError from error

    with contextlib.suppress(_HungUpError, EOFError):
        try:
            trainer = source.open()
            while True:
                _run(trainer, source, line.recv(), say)
        except (InputError, OSError) as error:
            say(error)
        except (_HungUpError, EOFError):
            raise
        except Exception:
            say(RuntimeError(f"A worker failed.\n{traceback.format_exc()}"))
