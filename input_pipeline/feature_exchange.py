"""The feature table as one `.npz` file, to and from other programs.

Arrays: `patches` float32 (N, 30, 7, 7, C), `label` int64 (N,), `subject`, `dataset`,
`clip` unicode (N,), `class_names` unicode (K,), and optionally `au` uint8 (N, 9) with
255 where an AU is not annotated, `motion_map` float32 (N, H, W, C) and `variants`
float32 (N, V, 30, 7, 7, C).
"""

import hashlib
import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NOT_ANNOTATED, NUM_AUS
from input_pipeline import feature_store
from input_pipeline.feature_table import COLUMNS, FeatureTable

_REQUIRED = ("patches", "label", "subject", "dataset", "clip", "class_names")
_OPTIONAL = ("motion_map", "variants")


def import_npz(path: str | Path, store: str | Path) -> feature_store.StoreHeader:
    """Turns a feature table file into a feature store.

    Reads:
        `path`, the `.npz` described above.

    Writes:
        The folder `store`, whole or not at all.

    Raises:
        InputError: If the file cannot be read, an array is missing, the table breaks a
            rule of `FeatureTable`, or `store` exists.
    """
    path, store = Path(path), Path(store)
    table = read_npz(path)
    settings = {
        "imported_from": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    if store.exists():
        raise InputError(f"`{store}` exists already. Name another store.")
    with atomic.folder(store) as folder:
        key = feature_store.hash_of([feature_store.SCHEMA, settings["sha256"]])
        return feature_store.write(folder, table, key=key, settings=settings)


def read_npz(path: Path) -> FeatureTable:
    """Reads the `.npz` described above.

    Raises:
        InputError: As `import_npz`, but for the store.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    # A file with a single array has no `with`: TypeError, AttributeError in 3.10.
    except (
        OSError,
        ValueError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        TypeError,
        AttributeError,
    ) as error:
        raise InputError(
            f"The feature table `{path}` cannot be read: {error}."
        ) from error
    missing = [name for name in _REQUIRED if name not in arrays]
    if missing:
        raise InputError(
            f"A feature table needs the arrays {', '.join(_REQUIRED)}. "
            f"Missing in `{path}`: {', '.join(missing)}."
        )
    not_annotated = np.full(
        (len(arrays["patches"]), NUM_AUS), AU_NOT_ANNOTATED, np.uint8
    )
    return FeatureTable(
        patches=arrays["patches"],
        label=arrays["label"].astype(np.int64),
        subject=arrays["subject"].astype(str),
        dataset=arrays["dataset"].astype(str),
        clip=arrays["clip"].astype(str),
        class_names=tuple(arrays["class_names"].astype(str).tolist()),
        au=arrays.get("au", not_annotated),
        **{name: arrays[name] for name in _OPTIONAL if name in arrays},
    )


def export_npz(store: str | Path, path: str | Path) -> FeatureTable:
    """Writes the `.npz` described above from a feature store.

    Raises:
        InputError: If `store` cannot be read.
    """
    table = feature_store.read(store)
    buffer = io.BytesIO()
    columns = {name: getattr(table, name) for name in COLUMNS}
    absent = [name for name in _OPTIONAL if not columns[name].size]
    given = {name: columns[name] for name in columns if name not in absent}
    np.savez_compressed(buffer, class_names=np.array(table.class_names), **given)
    atomic.write_bytes(path, buffer.getvalue())
    return table
