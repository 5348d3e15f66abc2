"""Names, shapes and dtypes of every exported artefact: the one home."""

from typing import Any, Literal

from fgrmer_tf.spec import NUM_PATCHES, PATCH_SIZE

Format = Literal[
    "savedmodel",
    "onnx",
    "litert",
    "litert-float16",
    "litert-dynamic",
    "litert-int8",
]
ARTEFACTS: dict[Format, str] = {
    "savedmodel": "savedmodel/1",
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "litert-float16": "model.float16.tflite",
    "litert-dynamic": "model.dynamic.tflite",
    "litert-int8": "model.int8.tflite",
}
"""Where a format lies in an export folder; `1` is TensorFlow Serving's version."""
FORMATS: tuple[Format, ...] = tuple(ARTEFACTS)
DEFAULT_FORMATS: tuple[Format, ...] = ("savedmodel", "onnx", "litert")
QUANTIZED: tuple[Format, ...] = ("litert-dynamic", "litert-int8")
"""Formats with 8-bit weights: close to the model by its score, not by its numbers."""
OPSETS = range(13, 19)
"""Operator sets of ONNX that tf2onnx can write: 19 and later raise."""
OPSET = 17
"""The newest that every mobile and web runtime takes."""

TENSOR_SIGNATURE = "patches"
EXAMPLE_SIGNATURE = "serving_default"
CLASSIFY_SIGNATURE = "classify"
CARD_SIGNATURE = "card"
PATCHES = "patches"
"""The tensor input, and the feature of a `tf.train.Example` that holds its bytes."""
EXAMPLES = "examples"
INPUTS = "inputs"
"""The name that TensorFlow Serving's Classify wants for its Examples."""
FIELD = "field"
LOGITS = "logits"
PROBABILITIES = "probabilities"
LABEL = "label"
CLASSES = "classes"
SCORES = "scores"
VALUE = "value"
BATCH = "batch"
"""How the free first axis is written here, in ONNX and in the manifest."""
LEFT_OUT = {
    "frames": "Between two frames and their patches stand the face mesh and dense "
    "optical flow, by which the motion of the head is taken out whatever the patches "
    "are made of. Neither has a form in a TensorFlow graph: make patches as "
    "`preprocessing` says, and send those."
}
"""Signatures that one could look for and that no artefact has, and why."""
MAX_BATCH = 1024
"""Clips that a SavedModel takes in one request."""


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

    number = "int8" if artefact == "litert-int8" else "float32"
    outputs = {
        LOGITS: tensor(number, num_classes),
        PROBABILITIES: tensor(number, num_classes),
    }
    tensors = {PATCHES: tensor(number, *patches_shape(channels))}
    if artefact != "savedmodel":
        return {TENSOR_SIGNATURE: {"inputs": tensors, "outputs": outputs}}
    outputs[LABEL] = tensor("string")
    return {
        TENSOR_SIGNATURE: {"inputs": tensors, "outputs": outputs},
        EXAMPLE_SIGNATURE: {
            "inputs": {EXAMPLES: tensor("string")},
            "outputs": outputs,
        },
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
