"""Images that a TransFER is exported and judged with."""

import dataclasses

import numpy as np

from export.clips import REPRESENTATIVE, require_labels
from export.transfer_signature import images_shape
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Images:
    """Images as a model takes them, and what is known of them.

    Args:
        pixels: uint8 `(images, size, size, 3)`, RGB, at least one.
        label: int64 `(images,)` in label order, or `None` when nobody knows.
        origin: Where they come from, for the manifest.

    Raises:
        InputError: At construction, if `pixels` has another form or is empty, or
            `label` has another length.
    """

    pixels: np.ndarray
    label: np.ndarray | None
    origin: str

    def __post_init__(self) -> None:
        pixels = self.pixels
        square = pixels.ndim == 4 and pixels.shape[1:] == images_shape(pixels.shape[1])
        if not square or not len(pixels) or pixels.dtype != np.uint8:
            raise InputError(
                "There must be at least one image, uint8 of shape (images, size, size, "
                f"3). Received: {pixels.dtype} {pixels.shape}."
            )
        if self.label is not None and self.label.shape != (len(pixels),):
            raise InputError(
                f"There must be one label an image, {len(pixels)}. "
                f"Received: {self.label.shape}."
            )

    @property
    def inputs(self) -> np.ndarray:
        """What a model takes, not normalised: `pixels`."""
        return self.pixels

    def require(self, image_size: int, num_classes: int) -> None:
        """Checks that a model of such images and so many classes can take them.

        Raises:
            InputError: If the size is another, or a label is outside.
        """
        if self.pixels.shape[1] != image_size:
            raise InputError(
                f"The model takes images of {image_size} px. Received: "
                f"{self.pixels.shape[1]} px from {self.origin}."
            )
        require_labels(self.label, num_classes, self.origin)


def several(pixels: np.ndarray, count: int) -> np.ndarray:
    """As many images as asked for: when there are too few, again and darker."""
    rows = np.arange(count)
    darker = 1 + rows // len(pixels)
    return (pixels[rows % len(pixels)].T // darker).T.astype(np.uint8)


def spread(images: Images, most: int = REPRESENTATIVE) -> np.ndarray:
    """Up to `most` images, evenly from first to last, for the ranges of 8 bits."""
    rows = np.linspace(0, len(images.pixels) - 1, min(most, len(images.pixels)))
    return images.pixels[rows.round().astype(int)]
