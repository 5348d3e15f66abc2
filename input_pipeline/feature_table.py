"""The feature table: every clip's patches, label and provenance as arrays."""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NOT_ANNOTATED, NUM_AUS, NUM_PATCHES, PATCH_SIZE


def _none() -> np.ndarray:
    return np.zeros(0, np.float32)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """Clips as arrays whose first axes agree.

    Patches of exactly three channels are u, v, strain and have a direction: mirroring
    negates u, and AU evidence reads u and v. Any other number of channels has none.

    Args:
        patches: float32 `(clips, landmarks, patch_h, patch_w, channels)`, finite.
        label: int64 `(clips,)`, index into `class_names`.
        subject: unicode `(clips,)`. Unique only together with `dataset`.
        dataset: unicode `(clips,)`.
        clip: unicode `(clips,)`, unique within `(dataset, subject)`.
        class_names: Names of all classes, in label order.
        au: uint8 `(clips, num_nodes)`: 1 present, 0 absent, 255 not annotated.
        motion_map: float32 `(clips, height, width, channels)`, finite: the aligned map
            that the patches came from, made small. Height and width are 0, the
            default, in a table without maps.
        variants: float32 `(clips, variants, landmarks, patch_h, patch_w, channels)`,
            finite: each clip's patches once more under training-time augmentation. No
            variant, the default, in a table without them. Training may draw one in
            place of `patches`; evaluation never sees one; being in the clip's own row,
            twins of a clip cannot be parted by a split of the rows.

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
    motion_map: np.ndarray = dataclasses.field(default_factory=_none)
    variants: np.ndarray = dataclasses.field(default_factory=_none)

    def __post_init__(self) -> None:
        clips = len(self.patches)
        patch = (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE)
        if self.patches.ndim != 5 or self.patches.shape[1:4] != patch:
            raise InputError(
                f"`patches` must have shape (clips, {NUM_PATCHES}, {PATCH_SIZE}, "
                f"{PATCH_SIZE}, channels). Received: {self.patches.shape}."
            )
        for name in ("label", "subject", "dataset", "clip"):
            if getattr(self, name).shape != (clips,):
                raise InputError(
                    f"`{name}` must have one value a clip, shape ({clips},). "
                    f"Received: {getattr(self, name).shape}."
                )
        # What was not given gets the clips' axis, so that every column has it.
        if self.motion_map.shape == (0,):
            empty = np.zeros((clips, 0, 0, self.channels), np.float32)
            object.__setattr__(self, "motion_map", empty)
        if self.variants.shape == (0,):
            empty = np.zeros((clips, 0, *self.patches.shape[1:]), np.float32)
            object.__setattr__(self, "variants", empty)
        if self.motion_map.ndim != 4 or (
            self.motion_map.shape[::3] != (clips, self.channels)
        ):
            raise InputError(
                f"`motion_map` must have shape ({clips}, height, width, "
                f"{self.channels}). Received: {self.motion_map.shape}."
            )
        if self.variants.ndim != 6 or (
            self.variants.shape[:1] + self.variants.shape[2:] != self.patches.shape
        ):
            raise InputError(
                f"`variants` must have shape ({clips}, variants, "
                f"{', '.join(map(str, self.patches.shape[1:]))}). "
                f"Received: {self.variants.shape}."
            )
        for name in ("patches", "motion_map", "variants"):
            self._require_finite_floats(name)
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

    def _require_finite_floats(self, name: str) -> None:
        values = getattr(self, name)
        if values.dtype != np.float32:
            raise InputError(f"`{name}` must be float32. Received: {values.dtype}.")
        finite = np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
        if not finite.all():
            row = int(np.argmin(finite))
            raise InputError(
                f"`{name}` must be finite. Received: NaN or infinity in "
                f"{len(self) - int(finite.sum())} clips, first in row {row} "
                f"({self.dataset[row]}/{self.subject[row]}/{self.clip[row]}). "
                "Remove or recompute those rows."
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
            **{name: getattr(self, name)[index] for name in COLUMNS},
        )


COLUMNS = tuple(
    field.name for field in dataclasses.fields(FeatureTable) if field.type is np.ndarray
)
"""Names of the arrays with one entry a clip."""
