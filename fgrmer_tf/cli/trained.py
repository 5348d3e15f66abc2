"""Trained models on disk, as functions of patches: a run folder or an export."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.training.kept_model import load_kept_model
from fgrmer_tf.training.run_folder import MODEL_FILE

if TYPE_CHECKING:
    import keras

    from export.serving_graph import ServingConstants

_CONSTANTS_FILE = "serving.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Predictor:
    """A trained model with what it takes to feed it frames.

    Args:
        predict: Function of float32 patches `(batch, landmarks, patch_h, patch_w,
            channels)` that gives at least `probabilities`.
        class_names: Names of all classes, in label order.
        motion: How patches are made out of frames.
    """

    predict: Callable[[np.ndarray], dict[str, Any]]
    class_names: tuple[str, ...]
    motion: MotionConfig


def save_constants(run: Path, constants: "ServingConstants") -> None:
    """Writes `run/serving.json`: what the model needs beside its weights."""
    fields = {
        field.name: getattr(constants, field.name)
        for field in dataclasses.fields(constants)
    }
    if constants.au_embeddings is not None:
        fields["au_embeddings"] = constants.au_embeddings.tolist()
    atomic.write_json(run / _CONSTANTS_FILE, fields)


def load_trained(run: Path) -> tuple["keras.Model", "ServingConstants"]:
    """Reads the model of a `fgrmer train` or `fgrmer import-torch` run.

    Raises:
        InputError: If `run` holds no such model, or one that cannot be read.
    """
    missing = [n for n in (MODEL_FILE, _CONSTANTS_FILE) if not (run / n).is_file()]
    if missing:
        raise InputError(
            f"A trained run holds {MODEL_FILE} and {_CONSTANTS_FILE}. Missing in "
            f"`{run}`: {', '.join(missing)}. Make one with `fgrmer train`."
        )
    import fgrmer_tf.models.fgrmer  # noqa: F401  registers the layers for loading
    from export.serving_graph import ServingConstants

    fields = json.loads((run / _CONSTANTS_FILE).read_text(encoding="utf-8"))
    fields["class_names"] = tuple(fields["class_names"])
    if fields["au_embeddings"] is not None:
        fields["au_embeddings"] = np.array(fields["au_embeddings"], np.float32)
    return load_kept_model(run), ServingConstants(**fields)


def load_predictor(path: Path) -> Predictor:
    """Opens a run folder or an export folder.

    Raises:
        InputError: If `path` is neither, or its model was made from imported features,
            so that nothing says how patches come out of frames.
    """
    if (path / MODEL_FILE).is_file():
        from export.serving_graph import ServingGraph

        model, constants = load_trained(path)
        graph = ServingGraph(model, constants)
        predict, names = graph.tensors, constants.class_names
        preprocessing = constants.preprocessing
    else:
        from export.open_export import open_export

        exported = open_export(path)
        predict, names = exported.run, exported.class_names
        preprocessing = exported.preprocessing
    if "motion" not in preprocessing:
        raise InputError(
            f"The model in `{path}` was made from imported features: nothing says how "
            "its patches come out of frames. Train on a store of `fgrmer prepare`."
        )
    motion = MotionConfig(**preprocessing["motion"])
    if motion.method == "precomputed":
        raise InputError(
            f"The model in `{path}` was trained on precomputed flow images: it cannot "
            "be fed frames. Train on a store that was prepared with another --motion."
        )
    return Predictor(predict=predict, class_names=names, motion=motion)
