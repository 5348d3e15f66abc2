"""Rows that add versions to the folder and take them away while clients ask."""

import concurrent.futures
import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from export import manifest, versions
from export.conformance.artefact import newest
from export.conformance.check import require
from export.conformance.target import Target
from export.signature import PATCHES, TENSOR_SIGNATURE
from fgrmer_tf import atomic

_PATIENCE = 60.0
"""Seconds in which a server sees a change of its folder."""
_LOOK = 3.0
"""Seconds for which a version that cannot be loaded is watched."""
_CLIENTS = 64


def _serving(target: Target) -> int:
    """The version that requests go to."""
    response = target.rpc().predict(TENSOR_SIGNATURE, {PATCHES: target.clips(1)})
    return response.model_spec.version.value


def _wait(target: Target, version: int) -> None:
    end = time.monotonic() + _PATIENCE
    while (found := _serving(target)) != version:
        require(time.monotonic() < end, f"version {found} answers, not {version}")
        time.sleep(0.1)


def _add_copy(
    base: Path, source: Path, spoil: Callable[[Path], object] = lambda folder: None
) -> int:
    """A copy of a version under the next number, in one rename.

    Args:
        base: Folder of versions.
        source: The version to copy.
        spoil: What is done to the copy before it gets its number.
    """
    with versions.locked(base):
        number = versions.take_number(base)
        with atomic.folder(base / str(number)) as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)
            fields = manifest.check_version(folder) | {"version": number}
            (folder / manifest.VERSION_NAME).unlink()
            manifest.write_version(folder, fields)
            spoil(folder)
    return number


def _remove(base: Path, number: int) -> None:
    """Hides a version in one rename, then deletes it."""
    hidden = base / f".removed-{number}"
    with versions.locked(base):
        (base / str(number)).rename(hidden)
    shutil.rmtree(hidden)


@contextlib.contextmanager
def _asking(target: Target, clients: int) -> Iterator[list[str]]:
    """Clients that ask without a pause; gives what was no 200, when they are done."""
    failures: list[str] = []
    stop = threading.Event()
    clip = target.clips(1)
    body = {"signature_name": TENSOR_SIGNATURE, "instances": clip.tolist()}

    def client() -> None:
        while not stop.is_set():
            try:
                answer = target.predict(body)
            except OSError as error:
                failures.append(f"no answer: {error}")
                return
            if answer.status != 200:
                failures.append(f"HTTP {answer.status} {answer.error[:160]}")

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        for _ in range(clients):
            pool.submit(client)
        try:
            yield failures
        finally:
            stop.set()


def push_and_withdraw(target: Target) -> str:
    """A24: a new version answers, and the old one again when it is withdrawn."""
    base, before = target.versions(), _serving(target)
    number = _add_copy(base, newest(target))
    try:
        _wait(target, number)
    finally:
        _remove(base, number)
    _wait(target, before)
    return f"versions {before}, {number}, {before} answered"


def under_load(target: Target) -> str:
    """A25, B27: clients that ask all the time see no failure while versions change."""
    with _asking(target, _CLIENTS) as failures:
        seen = push_and_withdraw(target)
    require(not failures, f"{len(failures)} failures, such as {failures[:1]}")
    return f"{_CLIENTS} clients; {seen}"


_SPOILT: dict[str, Callable[[Path], object]] = {
    "no saved_model.pb": lambda folder: (folder / "saved_model.pb").unlink(),
    "saved_model.pb cut": lambda folder: (folder / "saved_model.pb").write_bytes(
        (folder / "saved_model.pb").read_bytes()[:1000]
    ),
}
"""Damage that no server can serve; what its manifest alone shows is not asked here."""


def corrupt_version(target: Target) -> str:
    """B28: a version that cannot be loaded leaves the old one serving."""
    base, before = target.versions(), _serving(target)
    source = newest(target)
    for name, spoil in _SPOILT.items():
        number = _add_copy(base, source, spoil)
        try:
            end = time.monotonic() + _LOOK
            while time.monotonic() < end:
                require(_serving(target) == before, f"{name}: another version answers")
                time.sleep(0.1)
            states = {
                int(entry["version"]): entry["state"]
                for entry in target.rest.get(target.path).body["model_version_status"]
            }
            require(states.get(number) != "AVAILABLE", f"{name}: {states}")
        finally:
            _remove(base, number)
    return f"{', '.join(_SPOILT)}: version {before} kept answering"
