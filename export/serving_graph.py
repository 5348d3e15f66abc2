"""From clip data to probabilities and labels, as one TensorFlow graph."""

import dataclasses
import json
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from export.signature import LOGITS, PATCHES, PROBABILITIES, patches_shape
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_AUS
from input_pipeline.au_evidence import au_evidence

_AU_INPUT = "au_embeddings"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServingConstants:
    """What a trained model needs beside its weights, and travels with it.

    Args:
        class_names: Names of all classes, in label order; unique, none empty.
        au_embeddings: float32 `(num_nodes, embedding_dim)`, finite, or `None` for a
            model whose embedding is learned.
        au_evidence: Whether embedding rows are weighted by the clip's own AU evidence;
            as in training.
        preprocessing: What makes patches out of frames, as JSON values; stored, not
            used by the graph.

    Raises:
        InputError: At construction, if a class name is empty or double, if
            `au_embeddings` has another shape or dtype or is not finite, if evidence is
            asked for without embeddings, or if `preprocessing` is not JSON.
    """

    class_names: tuple[str, ...]
    au_embeddings: np.ndarray | None
    au_evidence: bool
    preprocessing: dict[str, Any]

    def __post_init__(self) -> None:
        if not all(self.class_names) or len(set(self.class_names)) < len(
            self.class_names
        ):
            raise InputError(
                "`class_names` must be unique and not empty. "
                f"Received: {self.class_names}."
            )
        if self.au_embeddings is None:
            if self.au_evidence:
                raise InputError(
                    "`au_evidence` weights given embeddings. Received: "
                    "au_evidence=True without `au_embeddings`. Give the embeddings "
                    "or switch the evidence off."
                )
        else:
            _check_embeddings(self.au_embeddings)
        try:
            json.dumps(self.preprocessing, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"`preprocessing` must hold JSON values. Received: {error}."
            ) from error


def _check_embeddings(embeddings: np.ndarray) -> None:
    if embeddings.dtype != np.float32 or embeddings.shape[:-1] != (NUM_AUS,):
        raise InputError(
            f"`au_embeddings` must be float32 of shape ({NUM_AUS}, embedding_dim). "
            f"Received: {embeddings.dtype} {embeddings.shape}."
        )
    if not np.isfinite(embeddings).all():
        raise InputError(
            "`au_embeddings` must be finite. Received: NaN or infinity. "
            "Compute them again from the training clips."
        )


def model_inputs(constants: ServingConstants, patches: tf.Tensor) -> dict:
    """The inputs of the trained model for `patches`, AU rows included.

    Args:
        constants: Embeddings and whether they are weighted.
        patches: float32 `(batch, landmarks, patch_h, patch_w, channels)`. Unitless.

    Returns:
        `patches` and, with given embeddings, `au_embeddings` float32
        `(batch, num_nodes, embedding_dim)`; with a first axis of 1 where no clip
        weights them, so that what follows from them is computed once.
    """
    if constants.au_embeddings is None:
        return {PATCHES: patches}
    rows = tf.constant(constants.au_embeddings)[None]
    if constants.au_evidence:
        rows *= au_evidence(patches)[:, :, None]
    return {PATCHES: patches, _AU_INPUT: rows}


class ServingGraph(tf.Module):
    """A trained model with its constants, as a function of clip data alone.

    The model runs in inference mode; soft-max happens here and nowhere else. Weights
    are shared with `model`, not copied.

    Args:
        model: Keras model with input `patches`, input `au_embeddings` when the
            embeddings are given, and output `logits`.
        constants: What travels with the model.

    Attributes:
        channels: Channels of a patch.
        num_classes: Number of classes.
        tensors: `tf.function` of `patches`: logits and probabilities.

    Raises:
        InputError: At construction, if the model's inputs do not go with
            `au_embeddings`, or its classes with `class_names`.
    """

    def __init__(self, model: keras.Model, constants: ServingConstants) -> None:
        super().__init__()
        shapes: dict[str, tuple] = {
            name: tuple(tensor.shape) for name, tensor in model.input.items()
        }
        self.channels: int = shapes[PATCHES][-1]
        outputs: Any = model.output
        self.num_classes: int = outputs[LOGITS].shape[-1]
        _check_model(shapes, self.num_classes, constants)
        clip = patches_shape(self.channels)

        def tensors(patches):
            inputs = model_inputs(constants, patches)
            outputs: Any = model(inputs, training=False)
            logits = outputs[LOGITS]
            return {LOGITS: logits, PROBABILITIES: tf.nn.softmax(logits)}

        spec = tf.TensorSpec((None, *clip), tf.float32, PATCHES)
        self.tensors = tf.function(tensors, input_signature=[spec])


def _check_model(
    shapes: dict[str, tuple], num_classes: int, constants: ServingConstants
) -> None:
    if num_classes != len(constants.class_names):
        raise InputError(
            f"`class_names` must name the model's {num_classes} classes. "
            f"Received: {len(constants.class_names)} names, {constants.class_names}."
        )
    given = constants.au_embeddings
    wanted = shapes.get(_AU_INPUT)
    received = None if given is None else (None, *given.shape)
    if wanted != received:
        raise InputError(
            f"`au_embeddings` must go with the model's input of shape {wanted} (None: "
            f"the model learned its own). Received: {received}. Give the embeddings "
            "that the model was trained with."
        )
