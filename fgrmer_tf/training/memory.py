"""How much memory a process has needed, and how much the machine has left."""

import resource
import sys
from pathlib import Path

_MIB = 2**20


def peak_memory() -> float:
    """Largest resident memory of this process so far [MiB].

    On Linux from `/proc`: what `getrusage` says there includes the process that
    started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    kib = 1024 if sys.platform != "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kib / _MIB
