"""The environment that PyTorch is compared in."""

from pathlib import Path

from benchmarks import environments


def torch_python() -> Path:
    """The interpreter of PyTorch's environment, which is made on the first call."""
    return environments.python("torch")
