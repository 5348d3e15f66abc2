"""Which software a result came from."""

import importlib.metadata
import platform
import subprocess
from pathlib import Path

_DISTRIBUTIONS = {
    "fgrmer_tf": "fgrmer-tf",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "numpy": "numpy",
    "scikit-learn": "scikit-learn",
    "opencv": "opencv-python-headless",
}


def installed_versions() -> dict[str, str]:
    """Versions of this project and what its results depend on; imports none of it.

    Returns:
        `python`, `platform`, `fgrmer_tf`, `tensorflow`, `keras`, `numpy`,
        `scikit-learn`, `opencv`,
        and in a git checkout `commit`, with `-dirty` when files were changed.
    """
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for name, distribution in _DISTRIBUTIONS.items():
        versions[name] = importlib.metadata.version(distribution)
    commit = _commit(Path(__file__).resolve().parents[2])
    return {**versions, "commit": commit} if commit else versions


def _commit(root: Path) -> str | None:
    # Without this, an installed copy would report the checkout it happens to lie in.
    if not (root / ".git").exists():
        return None
    describe = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    command = ["git", "-C", str(root), *describe]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
