"""Tasks of `prepare` on several processes of one machine."""

import contextlib
import itertools
import multiprocessing
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait

from fgrmer_tf.errors import InputError
from fgrmer_tf.interrupts import held_back
from input_pipeline.native_output import silenced
from input_pipeline.shard_task import Job, Tick, one_thread
from input_pipeline.task import Finished, Task


def run_in_processes(
    job: Job, tasks: Sequence[Task], tick: Tick, *, workers: int
) -> Iterator[Finished]:
    """Runs the tasks on `workers` processes, each with its own models and one thread.

    When this process ends in whatever way, its workers end within one clip: their pipe
    to it breaks.

    Args:
        job: What the tasks share.
        tasks: To run; each is one worker's.
        tick: Called in this process with the number of clips just done.
        workers: How many processes.

    Yields:
        Finished tasks, in the order in which they come.

    Raises:
        InputError: As the models do when they are opened.
        OSError: If a worker finds no room or no permission, or was killed.
        RuntimeError: If a worker fails in another way.
    """
    # A forked child would share locks and threads of whatever runs here.
    context = multiprocessing.get_context("spawn")
    left = iter(tasks)
    with contextlib.ExitStack() as stack:
        busy = {}
        for task in itertools.islice(left, workers):
            line, other_end = context.Pipe()
            process = context.Process(target=_work, args=(other_end, job), daemon=True)
            with held_back():
                process.start()
            other_end.close()
            stack.callback(process.join)
            stack.callback(line.close)
            _hand_over(line, task)
            busy[line] = process
        while busy:
            for line in wait(list(busy)):
                assert isinstance(line, Connection)
                try:
                    message = line.recv()
                except EOFError:
                    busy[line].join()
                    raise OSError(
                        "A worker was ended from outside (exit status "
                        f"{busy[line].exitcode}), perhaps for want of memory; try "
                        "fewer --workers"
                    ) from None
                if isinstance(message, int):
                    tick(message)
                elif isinstance(message, Exception):
                    raise message
                else:
                    yield message
                    task = next(left, None)
                    if task is None:
                        line.close()
                        del busy[line]
                    else:
                        _hand_over(line, task)


def _hand_over(line: Connection, task: Task) -> None:
    # A worker that has just died is noticed when its answer is read.
    with contextlib.suppress(BrokenPipeError):
        line.send(task)


class _HungUpError(Exception):
    """The process that gives out the tasks is gone."""


def _work(line: Connection, job: Job) -> None:
    def say(message: int | Finished | Exception) -> None:
        try:
            line.send(message)
        except OSError as error:
            raise _HungUpError from error

    with contextlib.suppress(_HungUpError, EOFError), one_thread():
        try:
            with silenced():
                extractor = job.open()
            while True:
                say(job.run(line.recv(), extractor, say))
        except (InputError, OSError) as error:
            say(error)
        except (_HungUpError, EOFError):
            raise
        except Exception:
            say(RuntimeError(f"A worker failed.\n{traceback.format_exc()}"))
