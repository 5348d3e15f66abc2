"""Names, shapes and dtypes of an exported TransFER: the one home."""

from typing import Any

from export.signature import (
    Format,
    model_outputs,
    number_type,
    tensor,
    text_signatures,
)
from input_pipeline.align import STABLE_LANDMARKS

IMAGES = "images"
"""The tensor input, and the signature and graph that takes it."""
BYTES_SIGNATURE = "serving_default"
IMAGE_BYTES = "image_bytes"
"""The input that holds image files, and the feature of a `tf.train.Example`."""
ALIGNED_SIGNATURE = "aligned"
POINTS = "points"
"""Corners of both eyes and the base of the nose, `align.STABLE_LANDMARKS`."""
MAX_BATCH = 256
"""Images that a SavedModel takes in one request."""


def images_shape(image_size: int) -> tuple[int, int, int]:
    """Shape of one image: `(height, width, channels)`."""
    return (image_size, image_size, 3)


def signatures(
    artefact: Format, *, image_size: int, num_classes: int
) -> dict[str, dict[str, Any]]:
    """What an artefact takes and gives, as plain JSON values.

    Args:
        artefact: Format of the artefact. An ONNX file has no signature names; its
            graph stands under `IMAGES`. Strings exist in a SavedModel alone.
        image_size: Side of an image [px].
        num_classes: Number of classes.

    Returns:
        `{signature: {"inputs" | "outputs": {name: {"dtype", "shape"}}}}`.
    """
    outputs = model_outputs(artefact, num_classes)
    images = tensor(number_type(artefact), *images_shape(image_size))
    tensors = {IMAGES: {"inputs": {IMAGES: images}, "outputs": outputs}}
    if artefact != "savedmodel":
        return tensors
    files = {IMAGE_BYTES: tensor("string")}
    points = {POINTS: tensor("float32", len(STABLE_LANDMARKS), 2)}
    return {
        **tensors,
        BYTES_SIGNATURE: {"inputs": files, "outputs": outputs},
        ALIGNED_SIGNATURE: {"inputs": files | points, "outputs": outputs},
        **text_signatures(num_classes),
    }
