"""Rows about the files of the version that answers."""

import shutil
import tempfile
from pathlib import Path

from export import fresh_process, manifest, runners, structure, versions, warmup
from export.conformance.answers import largest_difference
from export.conformance.check import require
from export.conformance.metadata import described
from export.conformance.target import TOLERANCE, Target
from export.signature import OPSET


def newest(target: Target) -> Path:
    """The folder of the version that requests go to."""
    return list(versions.served(target.versions()).values())[-1]


def tags_and_operators(target: Target) -> str:
    """A1, A28: tagged `serve` alone, and neither Python nor variables in the graph."""
    found = structure.describe("savedmodel", newest(target), opset=OPSET)
    require(found.signatures == described(target), f"the file has {found.signatures}")
    return f"{found.counts['operators']} operators"


def parity(target: Target) -> str:
    """A22: the server against the same file in this process."""
    clips = target.clips(5)
    here = runners.load(newest(target))(clips)
    worst = largest_difference(here, target.rows(clips))
    require(worst <= TOLERANCE, f"{worst:.1e} apart")
    return f"{worst:.1e} apart"


def warm_up(target: Target) -> str:
    """A26: every warm-up request is answered."""
    return f"{warmup.replay(newest(target))} requests"


def alone(target: Target) -> str:
    """A28: a process without this project's layers loads it and asks it."""
    folder = newest(target)
    fresh_process.run("export.query", {"folder": str(folder)}, f"Loading `{folder}`")
    return "loads and says who it is"


def movable(target: Target) -> str:
    """A30: a read-only copy elsewhere is the same model; no file knows its folder."""
    folder = newest(target)
    manifest.check_version(folder)
    base = str(folder.resolve().parent).encode()
    for path in folder.rglob("*"):
        if path.is_file():
            require(base not in path.read_bytes(), f"{path.name} holds {base.decode()}")
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "elsewhere"
        shutil.copytree(folder, copy)
        for path in (*copy.rglob("*"), copy):
            path.chmod(0o555 if path.is_dir() else 0o444)
        clips = target.clips(2)
        try:
            worst = largest_difference(
                runners.load(folder)(clips), runners.load(copy)(clips)
            )
        finally:
            for path in (copy, *copy.rglob("*")):
                path.chmod(0o755)
    require(worst == 0, f"the copy differs by {worst:.1e}")
    return "a read-only copy answers alike"
