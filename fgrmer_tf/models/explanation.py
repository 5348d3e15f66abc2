"""What a trained FGRMER looked at, and what its AU nodes said for each class."""

import dataclasses
from typing import Any

import keras
import numpy as np

from fgrmer_tf.errors import InputError

REGIONS = ("brow", "mouth")


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Explanation:
    """Inner values of a model for some clips, dropout off.

    Args:
        attention: float32 `(clips, landmarks)`, at least 0: how much the other tokens
            of its region read a landmark in the last encoder layer, mean over heads
            and readers, times the landmarks of the region. 1 is what each gets when
            attention is even; each region has mean 1.
        node_scores: float32 `(clips, num_nodes)`, agreement of the face with each AU
            node, before normalisation.
        relevance: float32 `(clips, num_classes, num_nodes)`, what each AU node adds to
            the logit of each class.
        rest: float32 `(clips, num_classes)`, what everything else adds: bias and direct
            paths. `relevance` summed over nodes plus `rest` is `logits`.
        logits: float32 `(clips, num_classes)`.
    """

    attention: np.ndarray
    node_scores: np.ndarray
    relevance: np.ndarray
    rest: np.ndarray
    logits: np.ndarray

    def centred_relevance(self) -> np.ndarray:
        """`relevance` less its mean over classes, which no probability depends on."""
        return self.relevance - self.relevance.mean(axis=1, keepdims=True)


def explain(model: keras.Model, features: dict[str, np.ndarray]) -> Explanation:
    """Reads attention and AU relevance out of a model from `build_fgrmer`.

    Attention says what was read, not what mattered; the direct head passes by the AU
    nodes. `rest` says how much it passes.

    Args:
        model: As built or as loaded.
        features: The model's inputs for some clips, each `(clips, ...)`.

    Raises:
        InputError: If `model` has no encoder or no AU fusion.
    """
    names = {layer.name for layer in model.layers}
    needed = {"fusion", "fusion_normalization", "logits", *map(_first, REGIONS)}
    if not needed <= names:
        raise InputError(
            "An explanation needs the encoder and the AU fusion of FGRMER. Received: a "
            f"model without {', '.join(sorted(needed - names))}."
        )
    last = [model.get_layer(_last_encoder(names, region)) for region in REGIONS]
    output: Any = model.output
    inner = keras.Model(
        model.input,
        {
            "logits": output["logits"],
            "scores": model.get_layer("fusion").output,
            "normalised": model.get_layer("fusion_normalization").output,
            **{
                region: layer.input for region, layer in zip(REGIONS, last, strict=True)
            },
        },
    )
    quiet: Any = 0
    values: Any = inner.predict(features, verbose=quiet)
    kernel: Any = keras.ops.convert_to_numpy(model.get_layer("logits").kernel)
    relevance = values["normalised"][:, None, :] * kernel.T[None]
    return Explanation(
        attention=np.concatenate(
            [
                _received(layer, values[region])
                for region, layer in zip(REGIONS, last, strict=True)
            ],
            axis=1,
        ),
        node_scores=values["scores"],
        relevance=relevance,
        rest=values["logits"] - relevance.sum(axis=2),
        logits=values["logits"],
    )


def _first(region: str) -> str:
    return f"{region}_encoder_1"


def _last_encoder(names: set[str], region: str) -> str:
    depth = 1
    while f"{region}_encoder_{depth + 1}" in names:
        depth += 1
    return f"{region}_encoder_{depth}"


def _received(layer: Any, tokens: np.ndarray) -> np.ndarray:
    """How much each landmark is read, `(clips, landmarks)`, even attention being 1."""
    _, scores = layer.attention(tokens, return_attention_scores=True)
    weights: Any = keras.ops.convert_to_numpy(scores)
    return weights.mean(axis=(1, 2)) * weights.shape[-1]
