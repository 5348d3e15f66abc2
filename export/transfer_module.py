"""Everything that an exported TransFER answers, as one module without variables."""

import tensorflow as tf

from export import guards, image_squares
from export.card import ModelCard
from export.core import core_function
from export.image_bytes import decoded
from export.labelled import Labelled, strings
from export.signature import (
    CARD_SIGNATURE,
    CLASSIFY_SIGNATURE,
    FIELD,
    INPUTS,
    PROBABILITIES,
)
from export.transfer_signature import (
    ALIGNED_SIGNATURE,
    BYTES_SIGNATURE,
    IMAGE_BYTES,
    IMAGES,
    MAX_BATCH,
    POINTS,
)
from input_pipeline.align import STABLE_LANDMARKS


class TransferModule(tf.Module):
    """The signatures of the SavedModel.

    Args:
        graph: The folded model, `export.core.Core.graph`.
        card: Class names, and what the signature `card` tells.

    Attributes:
        tensors: `tf.function` of images: logits and probabilities, nothing checked;
            what ONNX and LiteRT files are made of.
        served: `tf.function` by signature name:

            - `images`: of float32 `(batch, height, width, 3)`, RGB of [0, 255]:
              logits, probabilities and label.
            - `serving_default`: the same of JPEG and PNG files, string `(batch,)`:
              decoded, the short side made the model's, the middle cut out.
            - `aligned`: the same of such files and five points on each face, float32
              `(batch, 5, 2)` as (x, y) [px]: the face is turned and scaled as faces
              were for training.
            - `classify`: of serialized `tf.train.Example`s whose feature `image_bytes`
              holds such a file: all class names in label order, and the probability
              of each.
            - `card`: of names of fields, string `(batch,)`: their texts.

            More than `MAX_BATCH` rows, values outside [0, 255] or not finite, files
            that `image_files.decoded` refuses, points that coincide, Examples without
            such a feature and fields that the card has not are an
            `InvalidArgumentError`.
    """

    def __init__(self, graph: bytes, card: ModelCard) -> None:
        super().__init__()
        self.tensors, _ = core_function(graph)
        (spec,) = self.tensors.input_signature
        size = spec.shape[1]
        labelled = Labelled(card, MAX_BATCH)
        image = tf.TensorSpec((size, size, 3), tf.float32)

        def answered(images):
            # TensorFlow's convolution gives no image a wrong shape: one goes with it.
            count = tf.shape(images)[0]
            extra = tf.cast(count == 0, tf.int32)
            padding = tf.stack([[0, extra], [0, 0], [0, 0], [0, 0]])
            padded = tf.pad(images, padding)
            outputs = {
                name: value[:count] for name, value in self.tensors(padded).items()
            }
            return labelled.outputs(outputs, IMAGES)

        def checked(images):
            images = guards.finite(guards.capped(images, MAX_BATCH), f"`{IMAGES}`")
            return answered(guards.within(images, 0.0, 255.0, f"`{IMAGES}`"))

        def each(of, files, *others):
            """`of` an image, what to call it and its part of `others`, for each."""
            files = guards.capped(files, MAX_BATCH)
            rows = tf.strings.as_string(tf.range(tf.shape(files)[0]))
            names = tf.strings.join(["Image ", rows])
            return tf.map_fn(
                lambda one: of(decoded(one[0], one[1]), one[1], *one[2:]),
                (files, names, *others),
                fn_output_signature=image,
            )

        def squares(files):
            return each(lambda pixels, _: image_squares.middle(pixels, size), files)

        def faces(files, points):
            return each(
                lambda pixels, what, found: image_squares.face(
                    pixels, found, what, size
                ),
                files,
                points,
            )

        def classified(inputs):
            schema = {IMAGE_BYTES: tf.io.FixedLenFeature([], tf.string)}
            examples = guards.capped(inputs, MAX_BATCH)
            files = tf.io.parse_example(examples, schema)[IMAGE_BYTES]
            return labelled.classified(answered(squares(files))[PROBABILITIES])

        def function(of, *taken):
            # AutoGraph, which nothing here needs, takes one lambda for another.
            return tf.function(of, input_signature=taken, autograph=False)

        points = tf.TensorSpec((None, len(STABLE_LANDMARKS), 2), tf.float32, POINTS)
        self.served = {
            IMAGES: function(checked, spec),
            BYTES_SIGNATURE: function(
                lambda files: answered(squares(files)), strings(IMAGE_BYTES)
            ),
            ALIGNED_SIGNATURE: function(
                lambda files, points: answered(faces(files, points)),
                strings(IMAGE_BYTES),
                points,
            ),
            CLASSIFY_SIGNATURE: function(classified, strings(INPUTS)),
            CARD_SIGNATURE: function(labelled.told, strings(FIELD)),
        }
