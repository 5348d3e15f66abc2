"""Every data set of pictures by its name."""

from pathlib import Path
from typing import get_args

from fgrmer_tf.errors import InputError
from input_pipeline.macro import affectnet, ck_plus, class_folder, ferplus, raf_db
from input_pipeline.macro.names import AS_PUBLISHED, PhotoReading, PhotoSetName
from input_pipeline.macro.photos import PhotoSet

_LOADERS = {
    raf_db.NAME: raf_db.load,
    ferplus.NAME: ferplus.load,
    affectnet.NAME: affectnet.load,
    ck_plus.NAME: ck_plus.load,
    class_folder.NAME: class_folder.load,
}


def load(
    dataset: str, root: str | Path, reading: PhotoReading = AS_PUBLISHED
) -> PhotoSet:
    """Reads `root` as the data set of that name.

    Args:
        dataset: A `PhotoSetName`.
        root: Its folder, as delivered.
        reading: Classes, votes, frames.

    Returns:
        Its pictures, those left out, and what was changed.

    Raises:
        InputError: If the name is unknown, `root` is not a folder, or as the loader
            says.
    """
    if dataset not in _LOADERS:
        raise InputError(
            f"A data set of pictures must be one of "
            f"{', '.join(get_args(PhotoSetName))}. Received: {dataset!r}."
        )
    if not Path(root).is_dir():
        raise InputError(f"The root of {dataset} must be a folder. Received: `{root}`.")
    return _LOADERS[dataset](Path(root), reading)
