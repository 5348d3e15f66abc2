"""The environment that PyTorch is compared in."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv-torch"
REQUIREMENTS = ROOT / "requirements-bench-torch.txt"


def torch_python() -> Path:
    """The interpreter of PyTorch's environment, which is made on the first call."""
    done = ENVIRONMENT / "installed"
    python = ENVIRONMENT / "bin" / "python"
    if not done.exists():
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True
        )
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
        done.touch()
    return python
