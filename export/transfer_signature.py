"""Names, shapes and dtypes of an exported TransFER: the one home."""

from typing import Any

from export.signature import (
    BATCH,
    CARD_SIGNATURE,
    CLASSES,
    CLASSIFY_SIGNATURE,
    FIELD,
    INPUTS,
    LABEL,
    LOGITS,
    PROBABILITIES,
    SCORES,
    VALUE,
    Format,
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

    def tensor(dtype: str, *shape: int) -> dict[str, Any]:
        return {"dtype": dtype, "shape": [BATCH, *shape]}

    number = "int8" if artefact == "litert-int8" else "float32"
    outputs = {
        LOGITS: tensor(number, num_classes),
        PROBABILITIES: tensor(number, num_classes),
    }
    tensors = {IMAGES: tensor(number, *images_shape(image_size))}
    if artefact != "savedmodel":
        return {IMAGES: {"inputs": tensors, "outputs": outputs}}
    outputs[LABEL] = tensor("string")
    files = {IMAGE_BYTES: tensor("string")}
    points = {POINTS: tensor("float32", len(STABLE_LANDMARKS), 2)}
    return {
        IMAGES: {"inputs": tensors, "outputs": outputs},
        BYTES_SIGNATURE: {"inputs": files, "outputs": outputs},
        ALIGNED_SIGNATURE: {"inputs": files | points, "outputs": outputs},
        CLASSIFY_SIGNATURE: {
            "inputs": {INPUTS: tensor("string")},
            "outputs": {
                CLASSES: tensor("string", num_classes),
                SCORES: tensor("float32", num_classes),
            },
        },
        CARD_SIGNATURE: {
            "inputs": {FIELD: tensor("string")},
            "outputs": {VALUE: tensor("string")},
        },
    }
