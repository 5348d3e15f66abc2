"""The feature table: every clip's patches, label and provenance as arrays."""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NOT_ANNOTATED, NUM_AUS, NUM_PATCHES, PATCH_SIZE


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """Clips as arrays whose first axes agree.

    Args:
        patches: float32 `(clips, landmarks, patch_h, patch_w, channels)`, finite.
        label: int64 `(clips,)`, index into `class_names`.
        subject: unicode `(clips,)`. Unique only together with `dataset`.
        dataset: unicode `(clips,)`.
        clip: unicode `(clips,)`, unique within `(dataset, subject)`.
        class_names: Names of all classes, in label order.
        au: uint8 `(clips, num_nodes)`: 1 present, 0 absent, 255 not annotated.

    Raises:
        InputError: At construction, if a shape, a dtype, a label or a value is outside
            what is said above.
    """

    patches: np.ndarray
    label: np.ndarray
    subject: np.ndarray
    dataset: np.ndarray
    clip: np.ndarray
    class_names: tuple[str, ...]
    au: np.ndarray

    def __post_init__(self) -> None:
        clips = len(self.patches)
        patch = (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE)
        if self.patches.ndim != 5 or self.patches.shape[1:4] != patch:
            raise InputError(
                f"`patches` must have shape (clips, {NUM_PATCHES}, {PATCH_SIZE}, "
                f"{PATCH_SIZE}, channels). Received: {self.patches.shape}."
            )
        if self.patches.dtype != np.float32:
            raise InputError(
                f"`patches` must be float32. Received: {self.patches.dtype}."
            )
        finite = np.isfinite(self.patches).all(axis=(1, 2, 3, 4))
        if not finite.all():
            row = int(np.argmin(finite))
            raise InputError(
                f"`patches` must be finite. Received: NaN or infinity in "
                f"{clips - int(finite.sum())} clips, first in row {row} "
                f"({self.dataset[row]}/{self.subject[row]}/{self.clip[row]}). "
                "Remove or recompute those rows."
            )
        for name in ("label", "subject", "dataset", "clip"):
            if getattr(self, name).shape != (clips,):
                raise InputError(
                    f"`{name}` must have one value a clip, shape ({clips},). "
                    f"Received: {getattr(self, name).shape}."
                )
        if self.au.shape != (clips, NUM_AUS) or self.au.dtype != np.uint8:
            raise InputError(
                f"`au` must be uint8 of shape ({clips}, {NUM_AUS}). "
                f"Received: {self.au.dtype} {self.au.shape}."
            )
        if not np.isin(self.au, (0, 1, AU_NOT_ANNOTATED)).all():
            raise InputError(
                f"`au` must hold 0, 1 or {AU_NOT_ANNOTATED}. "
                f"Received: {np.unique(self.au).tolist()}."
            )
        outside = (self.label < 0) | (self.label >= len(self.class_names))
        if outside.any():
            raise InputError(
                f"`label` must be in [0, {len(self.class_names)}) for the classes "
                f"{self.class_names}. Received: {np.unique(self.label).tolist()}."
            )

    def __len__(self) -> int:
        return len(self.patches)

    @property
    def channels(self) -> int:
        """Channels of a patch."""
        return self.patches.shape[-1]

    def rows(self, index: np.ndarray) -> "FeatureTable":
        """The clips at `index`, in that order."""
        return dataclasses.replace(
            self,
            **{
                name: getattr(self, name)[index]
                for name in ("patches", "label", "subject", "dataset", "clip", "au")
            },
        )
