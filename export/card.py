"""What an artefact says of itself, in words: it travels inside every format."""

import dataclasses
import hashlib
import json
from typing import Any

from fgrmer_tf.errors import InputError

NAME = "model_card.json"
NO_LICENCE = (
    "Not stated. Weights carry the terms of the data they were trained on; ask whoever "
    "made this file."
)
NO_DATA_STATEMENT = "Not stated."


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Identity, labels, preprocessing and terms of a model.

    Args:
        model_id: Name of exactly these weights; see `model_id`.
        class_names: Names of all classes, in label order.
        preprocessing: What makes patches out of frames, as JSON values.
        licence: Terms of the weights; not empty.
        data_statement: What they were trained on, and with which limits; not empty.

    Raises:
        InputError: At construction, if `licence` or `data_statement` is blank.
    """

    model_id: str
    class_names: tuple[str, ...]
    preprocessing: dict[str, Any]
    licence: str
    data_statement: str

    def __post_init__(self) -> None:
        for name in ("licence", "data_statement"):
            if not getattr(self, name).strip():
                raise InputError(
                    f"`{name}` must say something. Received: blank text. Leave it out "
                    "to have the file say that it is not stated."
                )

    def texts(self) -> dict[str, str]:
        """Every field as text; lists and settings as JSON, the same every time."""
        values = dataclasses.asdict(self)
        return {
            name: value
            if isinstance(value, str)
            else json.dumps(value, ensure_ascii=False, sort_keys=True)
            for name, value in values.items()
        }

    def json(self) -> str:
        """The card as one JSON object, the same every time."""
        values = dataclasses.asdict(self)
        return json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def read_card(text: str | bytes) -> ModelCard:
    """The card that `ModelCard.json` wrote."""
    values = json.loads(text)
    values["class_names"] = tuple(values["class_names"])
    return ModelCard(**values)


def model_id(graph: bytes, class_names: tuple[str, ...]) -> str:
    """A name that two models share only if they answer alike.

    Args:
        graph: The folded graph, weights included.
        class_names: Names of all classes, in label order.

    Returns:
        `fgrmer-` and the first 16 hex digits of a SHA-256.
    """
    digest = hashlib.sha256(graph)
    digest.update(json.dumps(class_names).encode("utf-8"))
    return f"fgrmer-{digest.hexdigest()[:16]}"
