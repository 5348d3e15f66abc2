"""Names, shapes and dtypes of every exported artefact: the one home."""

from typing import Any, Literal

from fgrmer_tf.spec import NUM_PATCHES, PATCH_SIZE

Format = Literal["savedmodel", "onnx", "litert"]
FORMATS: tuple[Format, ...] = ("savedmodel", "onnx", "litert")
ARTEFACTS: dict[Format, str] = {
    "savedmodel": "savedmodel/1",
    "onnx": "model.onnx",
    "litert": "model.tflite",
}
"""Where a format lies in an export folder; `1` is TensorFlow Serving's version."""

TENSOR_SIGNATURE = "patches"
EXAMPLE_SIGNATURE = "serving_default"
PATCHES = "patches"
"""The tensor input, and the feature of a `tf.train.Example` that holds its bytes."""
EXAMPLES = "examples"
LOGITS = "logits"
PROBABILITIES = "probabilities"
LABEL = "label"
BATCH = "batch"
"""How the free first axis is written here, in ONNX and in the manifest."""


def patches_shape(channels: int) -> tuple[int, int, int, int]:
    """Shape of one clip: `(landmarks, patch_h, patch_w, channels)`."""
    return (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels)


def signatures(
    artefact: Format, *, channels: int, num_classes: int
) -> dict[str, dict[str, Any]]:
    """What an artefact takes and gives, as plain JSON values.

    Args:
        artefact: Format of the artefact. An ONNX file has no signature names; its
            graph stands under `TENSOR_SIGNATURE`. Strings exist in a SavedModel alone.
        channels: Channels of a patch.
        num_classes: Number of classes.

    Returns:
        `{signature: {"inputs" | "outputs": {name: {"dtype", "shape"}}}}`.
    """

    def tensor(dtype: str, *shape: int) -> dict[str, Any]:
        return {"dtype": dtype, "shape": [BATCH, *shape]}

    outputs = {
        LOGITS: tensor("float32", num_classes),
        PROBABILITIES: tensor("float32", num_classes),
    }
    tensors = {PATCHES: tensor("float32", *patches_shape(channels))}
    if artefact != "savedmodel":
        return {TENSOR_SIGNATURE: {"inputs": tensors, "outputs": outputs}}
    outputs[LABEL] = tensor("string")
    return {
        TENSOR_SIGNATURE: {"inputs": tensors, "outputs": outputs},
        EXAMPLE_SIGNATURE: {
            "inputs": {EXAMPLES: tensor("string")},
            "outputs": outputs,
        },
    }
