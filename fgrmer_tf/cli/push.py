"""`fgrmer push`: an export to the folder that a server watches, and back."""

import dataclasses
from pathlib import Path

import tyro

from fgrmer_tf.cli.console import say
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Push:
    """Makes an export the newest version of a served model, or takes it back.

    Servers see a version whole or not at all; its number is never used again.
    """

    export: tyro.conf.Positional[Path | None] = None
    """A folder of `fgrmer export` with a SavedModel; none with --rollback."""
    to: Path
    """Folder of one model's versions: what TensorFlow Serving calls its base path."""
    rollback: bool = False
    """Withdraw the newest version, so that the one before it is served again."""

    def run(self) -> None:
        if (self.export is None) != self.rollback:
            raise InputError(
                "Say what to push, or --rollback. Received: "
                f"{self.export or 'no export'} and rollback={self.rollback}."
            )
        from export.errors import ExportError
        from export.push import push, rollback

        if self.export is None:
            withdrawn, newest = rollback(self.to)
            say(f"version {withdrawn} withdrawn; {newest} is the newest in {self.to}")
            return
        try:
            number = push(self.export, self.to)
        except ExportError as error:
            raise SystemExit(f"fgrmer: {error}") from error
        say(f"pushed: {self.to / str(number)}")
