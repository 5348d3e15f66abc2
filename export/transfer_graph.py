"""From pixels to probabilities of an expression, as one TensorFlow graph."""

import dataclasses
from typing import Any, Literal

import keras
import tensorflow as tf

from export.signature import LOGITS, PROBABILITIES
from export.transfer_signature import IMAGES, images_shape
from fgrmer_tf.errors import InputError, require

Alignment = Literal["none", "face"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferConstants:
    """What a trained TransFER needs beside its weights, and travels with it.

    Args:
        class_names: Names of all classes, in label order; unique, none empty.
        mean: Of each channel of RGB in [0, 255]; taken off.
        deviation: Of each channel, above 0; divided by.
        alignment: `face`: images were turned and scaled by landmarks before training;
            `none`: resized and cropped alone.

    Raises:
        InputError: At construction, if a class name is empty or double, there are not
            three means and deviations, or a deviation is not above 0.
    """

    class_names: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    alignment: Alignment

    def __post_init__(self) -> None:
        names = self.class_names
        require(
            all(names) and len(set(names)) == len(names),
            "`class_names` must be unique and not empty.",
            class_names=names,
        )
        require(
            len(self.mean) == len(self.deviation) == 3 and min(self.deviation) > 0,
            "`mean` and `deviation` must have a value for red, green and blue, the "
            "deviations above 0.",
            mean=self.mean,
            deviation=self.deviation,
        )

    def preprocessing(self, image_size: int) -> dict[str, Any]:
        """What makes images, as JSON values for the card."""
        return {
            "system": "transfer",
            "image_size": image_size,
            "channels": "RGB of [0, 255]; normalised in the graph",
            "alignment": self.alignment,
        }


class TransferGraph(tf.Module):
    """A trained TransFER as a function of pixels; weights are shared, not copied.

    Args:
        model: Keras model of normalised `images` to `logits`.
        constants: What travels with the model.

    Attributes:
        image_size: Side of an image [px].
        num_classes: Number of classes.
        tensors: `tf.function` of `images`, float32 RGB of [0, 255]: logits and
            probabilities, the model in inference mode.

    Raises:
        InputError: At construction, if the model's classes do not go with
            `class_names`.
    """

    def __init__(self, model: keras.Model, constants: TransferConstants) -> None:
        super().__init__()
        taken: Any = model.input
        given: Any = model.output
        self.image_size: int = taken[IMAGES].shape[1]
        self.num_classes: int = given[LOGITS].shape[-1]
        if self.num_classes != len(constants.class_names):
            raise InputError(
                f"`class_names` must name the model's {self.num_classes} classes. "
                f"Received: {len(constants.class_names)}, {constants.class_names}."
            )
        mean, deviation = tf.constant(constants.mean), tf.constant(constants.deviation)

        def tensors(images):
            inputs = {IMAGES: (images - mean) / deviation}
            outputs: Any = model(inputs, training=False)
            logits = outputs[LOGITS]
            return {LOGITS: logits, PROBABILITIES: tf.nn.softmax(logits)}

        spec = tf.TensorSpec((None, *images_shape(self.image_size)), tf.float32, IMAGES)
        self.tensors = tf.function(tensors, input_signature=[spec])
