"""An exported SavedModel to where servers find it, or nothing."""

import shutil
from pathlib import Path

from export import fresh_process, manifest, versions
from export.errors import ExportError
from export.signature import ARTEFACTS
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError


def push(export: str | Path, base: str | Path) -> int:
    """Makes a verified export the newest version of a model.

    The copy is made beside the other versions under a hidden name, synced, compared
    with its manifest, loaded in a fresh process and asked every warm-up request; then
    one rename makes it a version. A server never sees a part of it.

    Writes:
        `base/N/`: the SavedModel and its manifest, `N` above every number given before.

    Args:
        export: What `export_model` wrote, with a SavedModel.
        base: Folder of all versions of one model, made when missing.

    Returns:
        The version number.

    Raises:
        InputError: If `export` is none, has no SavedModel, was not validated or failed,
            or differs from its manifest.
        ExportError: If the copy does not load or answer.
    """
    export, base = Path(export), Path(base)
    record = manifest.read(export)
    artefact = ARTEFACTS["savedmodel"]
    if "savedmodel" not in record["formats"]:
        raise InputError(
            "Only a SavedModel can be pushed. Received: "
            f"`{export}` with {record['formats']}. Export with --formats savedmodel."
        )
    validation = record.get("validation")
    if not isinstance(validation, dict) or validation.get("passed") is not True:
        raise InputError(
            "Only an export that was validated, and passed, can be pushed. Received: "
            f"`{export}` with validation {validation}. Export the model again."
        )
    manifest.check(export, record, artefact)
    with versions.locked(base):
        number = versions.take_number(base)
        with atomic.folder(base / str(number)) as folder:
            shutil.copytree(export / artefact, folder, dirs_exist_ok=True)
            fields = {
                name: record[name] for name in ("model_id", "class_names", "validation")
            }
            manifest.write_version(folder, fields | {"version": number})
            _require_same(export, record, folder)
            fresh_process.run(
                "export.query", {"folder": str(folder.resolve())}, "Loading the copy"
            )
    return number


def rollback(base: str | Path) -> tuple[int, int]:
    """Takes the newest version back; servers go on with the one before it.

    Writes:
        `base/N/` becomes the hidden `base/.withdrawn-N/`. The number is not given
        again.

    Returns:
        The version withdrawn, and the version that is the newest now.

    Raises:
        InputError: If there is no such folder, or no version to go back to.
    """
    base = Path(base)
    if not base.is_dir():
        raise InputError(
            f"A rollback needs the folder of a model's versions. Received: `{base}`. "
            "Give the folder that was pushed to."
        )
    with versions.locked(base):
        return versions.withdraw_newest(base)


def _require_same(export: Path, record: dict, folder: Path) -> None:
    """The copy against the export's manifest: the disk may have erred."""
    prefix = f"{ARTEFACTS['savedmodel']}/"
    stated = {
        path.removeprefix(prefix): checksum
        for path, checksum in manifest.checksums(record).items()
        if path.startswith(prefix)
    }
    if manifest.checksums(manifest.check_version(folder)) != stated:
        raise ExportError(f"The copy of `{export}` differs from it. Push it again.")
