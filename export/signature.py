"""Names, shapes and dtypes of every exported artefact: the one home."""

from collections.abc import Mapping
from typing import Any, Literal

from fgrmer_tf.spec import NUM_LANDMARKS, NUM_PATCHES, PATCH_SIZE

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
FRAMES_SIGNATURE = "frames"
PATCHES = "patches"
"""The tensor input, and the feature of a `tf.train.Example` that holds its bytes."""
EXAMPLES = "examples"
INPUTS = "inputs"
"""The name that TensorFlow Serving's Classify wants for its Examples."""
FIELD = "field"
ONSET, APEX = "onset", "apex"
"""Files of the two frames, JPEG or PNG."""
LANDMARKS, APEX_LANDMARKS = "landmarks", "apex_landmarks"
"""Landmarks on the onset and on the apex frame, all that the 68-point scheme has: the
patches need 30 of them, the alignment the corners of the eyes and the nose, and the
measure of motion the outline of the face."""
LOGITS = "logits"
PROBABILITIES = "probabilities"
LABEL = "label"
CLASSES = "classes"
SCORES = "scores"
VALUE = "value"
BATCH = "batch"
"""How the free first axis is written here, in ONNX and in the manifest."""
MAX_BATCH = 1024
"""Clips that a SavedModel takes in one request."""
MAX_FRAMES = 64
"""The same where a clip comes as two image files, each to be decoded and measured."""


def takes_frames(preprocessing: Mapping[str, Any]) -> bool:
    """Whether a SavedModel with such patches has the signature `frames`."""
    return preprocessing.get("motion", {}).get("method") == "magnet"


def left_out(preprocessing: Mapping[str, Any]) -> dict[str, str]:
    """Signatures that one could look for and that are not there, and why."""
    if takes_frames(preprocessing):
        return {}
    motion = preprocessing.get("motion", {}).get("method")
    if motion is None:
        reason = "Nothing says how these patches come out of frames."
    elif motion == "precomputed":
        reason = "These patches come out of flow images that were made elsewhere."
    else:
        reason = (
            f"These patches hold dense optical flow (`{motion}`), which has no form in "
            "a TensorFlow graph; those of the motion `magnet` have one."
        )
    return {FRAMES_SIGNATURE: f"{reason} Send patches."}


def patches_shape(channels: int) -> tuple[int, int, int, int]:
    """Shape of one clip: `(landmarks, patch_h, patch_w, channels)`."""
    return (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels)


def signatures(
    artefact: Format, *, channels: int, num_classes: int, frames: bool = False
) -> dict[str, dict[str, Any]]:
    """What an artefact takes and gives, as plain JSON values.

    Args:
        artefact: Format of the artefact. An ONNX file has no signature names; its
            graph stands under `TENSOR_SIGNATURE`. Strings exist in a SavedModel alone.
        channels: Channels of a patch.
        num_classes: Number of classes.
        frames: Whether a SavedModel takes frames too, as `takes_frames` says.

    Returns:
        `{signature: {"inputs" | "outputs": {name: {"dtype", "shape"}}}}`.
    """
    outputs = model_outputs(artefact, num_classes)
    patches = tensor(number_type(artefact), *patches_shape(channels))
    tensors = {TENSOR_SIGNATURE: {"inputs": {PATCHES: patches}, "outputs": outputs}}
    if artefact != "savedmodel":
        return tensors
    points = tensor("float32", NUM_LANDMARKS, 2)
    files = {
        FRAMES_SIGNATURE: {
            "inputs": {
                ONSET: tensor("string"),
                APEX: tensor("string"),
                LANDMARKS: points,
                APEX_LANDMARKS: points,
            },
            "outputs": outputs,
        }
    }
    examples = {EXAMPLES: tensor("string")}
    return {
        **(files if frames else {}),
        **tensors,
        EXAMPLE_SIGNATURE: {"inputs": examples, "outputs": outputs},
        **text_signatures(num_classes),
    }


def tensor(dtype: str, *shape: int) -> dict[str, Any]:
    """A tensor whose first axis is free, as plain JSON values."""
    return {"dtype": dtype, "shape": [BATCH, *shape]}


def number_type(artefact: Format) -> str:
    """Type of a format's inputs and outputs that are numbers."""
    return "int8" if artefact == "litert-int8" else "float32"


def model_outputs(artefact: Format, num_classes: int) -> dict[str, dict[str, Any]]:
    """What a model of any kind gives, in a format."""
    scores = tensor(number_type(artefact), num_classes)
    label = {LABEL: tensor("string")} if artefact == "savedmodel" else {}
    return {LOGITS: scores, PROBABILITIES: scores, **label}


def text_signatures(num_classes: int) -> dict[str, dict[str, Any]]:
    """Signatures that a SavedModel of any kind has besides its own."""
    return {
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
