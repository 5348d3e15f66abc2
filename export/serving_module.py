"""Everything that an exported SavedModel answers, as one module without variables."""

from typing import Any

import tensorflow as tf

from export import guards
from export.card import ModelCard
from export.core import core_function
from export.frames.served import patches_of_files
from export.labelled import Labelled, strings
from export.signature import (
    APEX,
    APEX_LANDMARKS,
    CARD_SIGNATURE,
    CLASSIFY_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FIELD,
    FRAMES_SIGNATURE,
    INPUTS,
    LANDMARKS,
    MAX_BATCH,
    ONSET,
    PATCHES,
    PROBABILITIES,
    TENSOR_SIGNATURE,
    patches_shape,
    takes_frames,
)
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import NUM_LANDMARKS


class ServingModule(tf.Module):
    """The signatures of the SavedModel.

    Args:
        graph: The folded model, `export.core.Core.graph`.
        card: Class names, and what the signature `card` tells.

    Attributes:
        tensors: `tf.function` of patches: logits and probabilities, nothing checked;
            what ONNX and LiteRT files are made of.
        served: `tf.function` by signature name:

            - `frames`, where `signature.takes_frames`: of two image files and their
              landmarks, see `export.frames.served`: the same as `patches`.

            - `patches`: of patches, float32 `(batch, landmarks, patch_h, patch_w,
              channels)`: logits, probabilities and label.
            - `serving_default`: the same of serialized `tf.train.Example`s, string
              `(batch,)`, whose feature `patches` holds the little-endian float32 bytes
              of a clip, as the records of a feature store do. Other features are
              ignored.
            - `classify`: of the same Examples: all class names in label order, and
              the probability of each.
            - `card`: of names of fields, string `(batch,)`: their texts.

            More than `MAX_BATCH` rows, a value that is not finite, values so large
            that the model overflows, Examples without such bytes and fields that the
            card has not are an `InvalidArgumentError`.
    """

    def __init__(self, graph: bytes, card: ModelCard) -> None:
        super().__init__()
        self.tensors, channels = core_function(graph)
        clip = patches_shape(channels)
        labelled = Labelled(card, MAX_BATCH)
        clip_patches: Any = None
        if takes_frames(card.preprocessing):
            clip_patches = patches_of_files(
                MotionConfig(**card.preprocessing["motion"])
            )

        def checked(patches):
            patches = guards.finite(guards.capped(patches), f"`{PATCHES}`")
            return labelled.outputs(self.tensors(patches), PATCHES)

        def parsed(examples):
            schema = {PATCHES: tf.io.FixedLenFeature([], tf.string)}
            raw = tf.io.parse_example(guards.capped(examples), schema)[PATCHES]
            values = tf.io.decode_raw(raw, tf.float32)
            # Not -1: bytes of another length must fail, not become another batch.
            return checked(tf.reshape(values, (tf.shape(examples)[0], *clip)))

        def classified(inputs):
            return labelled.classified(parsed(inputs)[PROBABILITIES])

        def framed(onset, apex, landmarks, apex_landmarks):
            return checked(clip_patches(onset, apex, landmarks, apex_landmarks))

        def points(name):
            return tf.TensorSpec((None, NUM_LANDMARKS, 2), tf.float32, name)

        (spec,) = self.tensors.input_signature
        self.served = {
            name: tf.function(function, input_signature=[taken])
            for name, function, taken in (
                (TENSOR_SIGNATURE, checked, spec),
                (EXAMPLE_SIGNATURE, parsed, strings(EXAMPLES)),
                (CLASSIFY_SIGNATURE, classified, strings(INPUTS)),
                (CARD_SIGNATURE, labelled.told, strings(FIELD)),
            )
        }
        if clip_patches is not None:
            taken = [strings(ONSET), strings(APEX)]
            taken += [points(LANDMARKS), points(APEX_LANDMARKS)]
            self.served[FRAMES_SIGNATURE] = tf.function(framed, input_signature=taken)
