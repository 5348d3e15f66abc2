"""Stored clips that an export is made and judged with."""

import dataclasses

import numpy as np

from export.signature import patches_shape
from fgrmer_tf.errors import InputError

REPRESENTATIVE = 300
"""Clips that 8-bit ranges are taken from, at most; more change them no further."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Clips:
    """Patches, and what is known of them.

    Args:
        patches: float32 `(clips, landmarks, patch_h, patch_w, channels)`, finite, at
            least one.
        label: int64 `(clips,)` in label order, or `None` when nobody knows.
        origin: Where they come from, for the manifest.

    Raises:
        InputError: At construction, if `patches` has another dtype, is empty or not
            finite, or `label` has another length.
    """

    patches: np.ndarray
    label: np.ndarray | None
    origin: str

    def __post_init__(self) -> None:
        patches = self.patches
        if patches.ndim != 5 or not len(patches) or patches.dtype != np.float32:
            raise InputError(
                "There must be at least one clip, float32 of shape (clips, landmarks, "
                f"patch_h, patch_w, channels). Received: {patches.dtype} "
                f"{patches.shape}. Give patches as the model was trained with."
            )
        finite = np.isfinite(patches).all(axis=(1, 2, 3, 4))
        if not finite.all():
            raise InputError(
                "Clips must be finite. Received: NaN or infinity in "
                f"{np.count_nonzero(~finite)} of {len(patches)} clips. Remove or "
                "recompute those clips."
            )
        if self.label is not None and self.label.shape != (len(patches),):
            raise InputError(
                f"There must be one label a clip, {len(patches)}. "
                f"Received: {self.label.shape}."
            )

    @property
    def inputs(self) -> np.ndarray:
        """What a model takes: `patches`."""
        return self.patches

    def require(self, channels: int, num_classes: int) -> None:
        """Checks that a model of so many channels and classes can take the clips.

        Raises:
            InputError: If the shape of a clip is another, or a label is outside.
        """
        wanted = patches_shape(channels)
        if self.patches.shape[1:] != wanted:
            raise InputError(
                f"The model takes clips of shape {wanted}. Received: "
                f"{self.patches.shape[1:]} from {self.origin}."
            )
        require_labels(self.label, num_classes, self.origin)


def require_labels(label: np.ndarray | None, num_classes: int, origin: str) -> None:
    """Checks that labels, if there are any, are classes of a model.

    Raises:
        InputError: If one is none.
    """
    if label is not None and not np.isin(label, range(num_classes)).all():
        raise InputError(
            f"Labels must be in [0, {num_classes}), the model's classes. Received: "
            f"{np.unique(label).tolist()} from {origin}."
        )


def varied(patches: np.ndarray, count: int) -> np.ndarray:
    """As many clips as asked for, all different.

    Args:
        patches: float32 `(clips, landmarks, patch_h, patch_w, channels)`, at least one.
        count: How many.

    Returns:
        The first clips of `patches`; when they are too few, again at half, a third ...
        of their size.
    """
    rows = np.arange(count)
    scale = 1 + rows // len(patches)
    return (patches[rows % len(patches)].T / scale).T.astype(np.float32)


def representative(clips: Clips, most: int = REPRESENTATIVE) -> np.ndarray:
    """Up to `most` clips in their order, of each class as equally many as there are.

    Without labels, the first ones.
    """
    if clips.label is None:
        return clips.patches[:most]
    # Rank of a clip within its class: the first of every class come first.
    rank = np.zeros(len(clips.label), np.int64)
    for value in np.unique(clips.label):
        rows = np.flatnonzero(clips.label == value)
        rank[rows] = np.arange(len(rows))
    chosen = np.argsort(rank, kind="stable")[:most]
    return clips.patches[np.sort(chosen)]
