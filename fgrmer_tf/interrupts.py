"""Ctrl-C reaches a whole group of processes, and is for the one that gives out work."""

import contextlib
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """What is started inside never gets Ctrl-C, not even before its first line runs.

    Only the mask of this thread changes: where others run, this process still gets it.
    """
    # Python starts this process on demand, and lets the signal through after it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
