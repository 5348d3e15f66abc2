"""Environments for runtimes that cannot or need not live in the project's own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def python(name: str) -> Path:
    """The interpreter of `.venv-NAME`, which is made on the first call.

    Args:
        name: That of `requirements-bench-NAME.txt`, which says what is in it.
    """
    environment = ROOT / f".venv-{name}"
    done, found = environment / "installed", environment / "bin" / "python"
    if not done.exists():
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", environment], check=True
        )
        pip = [found, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        requirements = ROOT / f"requirements-bench-{name}.txt"
        subprocess.run([*pip, "-r", requirements], check=True)
        done.touch()
    return found
