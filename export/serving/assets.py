"""Files that a SavedModel reads beside its graph and its variables."""

import os
from pathlib import Path

from tensorflow.python.saved_model import loader_impl

from export.serving.status import ServingError, Status


def require_inside(folder: Path) -> None:
    """Refuses a SavedModel whose assets lie outside of it.

    TensorFlow opens them wherever the path leads that the model states, and a manifest
    knows only the files in the folder.

    Args:
        folder: The SavedModel.

    Raises:
        ServingError: If it cannot be parsed, or an asset is elsewhere.
    """
    try:
        saved = loader_impl.parse_saved_model(str(folder))
    except OSError as error:
        raise ServingError(Status.INTERNAL, f"Loading fails: {error}") from error
    root = folder.resolve()
    for graph in saved.meta_graphs:
        for asset in loader_impl.get_asset_tensors(str(root), graph).values():
            path = os.path.normpath(asset.decode("utf-8", errors="replace"))
            if not Path(path).is_relative_to(root):
                raise ServingError(
                    Status.FAILED_PRECONDITION,
                    f"Assets must lie in the version itself. Received: `{path}`",
                )
