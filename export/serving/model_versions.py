"""Which versions are served: a folder is watched, versions come and go.

A version answers only after its files were compared with its manifest, it was loaded
and its warm-up requests were answered. The one before goes on until then, and until
its last request is answered.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tensorflow_serving.apis import get_model_status_pb2

from export import manifest, versions
from export.serving import assets
from export.serving.metrics import Metrics
from export.serving.servable import Servable
from export.serving.settings import ServerSettings
from export.serving.status import ServingError, Status
from export.serving.warm import warm
from fgrmer_tf.errors import InputError

State = get_model_status_pb2.ModelVersionStatus.State


@dataclasses.dataclass
class Known:
    """What became of one version."""

    state: int = State.START
    error: ServingError | None = None
    failures: int = 0
    failed_at: float = 0.0


def load(folder: Path, version: int, sizes: Sequence[int] = ()) -> Servable:
    """Loads a pushed version, once its files are what its manifest says.

    Args:
        folder: The version.
        version: Its number.
        sizes: Numbers of rows that will be run, which are run before it answers.

    Raises:
        ServingError: If a file is missing, changed, added or a link, an asset lies
            elsewhere, TensorFlow cannot load it, or a warm-up request fails.
    """
    try:
        manifest.check_version(folder)
    except (InputError, OSError) as error:
        raise ServingError(Status.FAILED_PRECONDITION, str(error)) from error
    assets.require_inside(folder)
    servable = Servable(folder, version)
    try:
        warm(folder, servable, sizes)
    except ServingError:
        servable.close()
        raise
    return servable


class ModelVersions:
    """The versions of one model.

    Args:
        settings: Folder, how many of the newest, labels.
        metrics: Counts loads.
        say: Called with one line of text when a version comes, goes or fails.
        load: Loads one version.
    """

    def __init__(
        self,
        settings: ServerSettings,
        metrics: Metrics,
        say: Callable[[str], None],
        load: Callable[[Path, int], Servable] = load,
    ) -> None:
        self._settings = settings
        self._name = settings.model_name
        self._metrics = metrics
        self._say = say
        self._load = load
        self._available: dict[int, Servable] = {}
        self.known: dict[int, Known] = {}

    @property
    def ready(self) -> bool:
        """Whether any version answers."""
        return bool(self._available)

    def find(self, version: int | None = None, label: str = "") -> Servable:
        """The version that a request asks for: by number, by label, or the newest.

        Raises:
            ServingError: If the label is unknown, or that version does not answer.
        """
        name = self._name
        if label:
            if label not in self._settings.labels:
                raise ServingError(
                    Status.INVALID_ARGUMENT,
                    f"Unrecognized servable version label: {label}",
                )
            version = self._settings.labels[label]
        if version is None:
            if not self._available:
                raise ServingError(
                    Status.NOT_FOUND, f"Servable not found for request: Latest({name})"
                )
            version = max(self._available)
        if version not in self._available:
            raise ServingError(
                Status.NOT_FOUND,
                f"Servable not found for request: Specific({name}, {version})",
            )
        return self._available[version]

    async def refresh(self) -> None:
        """Looks at the folder once: loads what is new, then lets go of what is old."""
        try:
            found = versions.served(self._settings.folder)
        except OSError as error:
            self._say(f"the folder of versions cannot be read: {error}")
            return
        wanted = set(sorted(found)[-self._settings.latest :])
        wanted |= found.keys() & set(self._settings.labels.values())
        for version in sorted(wanted - self._available.keys()):
            if self._is_due(version):
                await self._start(version, found[version])
        # A server with an old version is better than one with none.
        if wanted and wanted <= self._available.keys():
            for version in sorted(self._available.keys() - wanted):
                await self._stop(version)

    async def watch(self) -> None:
        """Looks at the folder again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(self._settings.poll_seconds)
            await self.refresh()

    async def close(self) -> None:
        """Frees every version, once nobody uses it."""
        while self._available:
            # In a thread: who uses it still needs this loop to end.
            await asyncio.to_thread(self._available.popitem()[1].close)

    def _is_due(self, version: int) -> bool:
        known = self.known.setdefault(version, Known())
        if known.error is None:
            return True
        return (
            known.failures <= self._settings.max_num_load_retries
            and time.monotonic() - known.failed_at >= self._settings.load_retry_seconds
        )

    async def _start(self, version: int, folder: Path) -> None:
        known = self.known[version]
        known.state = State.LOADING
        try:
            servable = await asyncio.to_thread(self._load, folder, version)
        except ServingError as error:
            known.state, known.error = State.END, error
            known.failures += 1
            known.failed_at = time.monotonic()
            self._metrics.loaded("refused")
            self._say(f"version {version} is not served: {error}")
            return
        known.state, known.error, known.failures = State.AVAILABLE, None, 0
        self._available[version] = servable
        self._metrics.loaded("ok")
        self._metrics.available(version, True)
        self._say(f"version {version} is served")

    async def _stop(self, version: int) -> None:
        servable = self._available.pop(version)
        self.known[version].state = State.UNLOADING
        self._metrics.available(version, False)
        await asyncio.to_thread(servable.close)
        self.known[version].state = State.END
        self._say(f"version {version} is not served any more")
