"""What is asked of an export."""

import dataclasses
from collections.abc import Sequence

from export.card import NO_DATA_STATEMENT, NO_LICENCE
from export.signature import DEFAULT_FORMATS, FORMATS, OPSET, OPSETS, Format
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """What to write, and what it is to say of itself.

    Args:
        formats: Each once, at least one.
        opset: Operator set of the ONNX file, in `signature.OPSETS`.
        licence: Terms of the weights.
        data_statement: What they were trained on, and with which limits.
        edge: Whether the bundle that goes from two images to a label is written too.

    Raises:
        InputError: At construction, if `formats` is empty, doubles one or names an
            unknown one, or `opset` is another.
    """

    formats: Sequence[Format] = DEFAULT_FORMATS
    opset: int = OPSET
    licence: str = NO_LICENCE
    data_statement: str = NO_DATA_STATEMENT
    edge: bool = False

    def __post_init__(self) -> None:
        formats = self.formats
        known = set(formats) <= set(FORMATS)
        if not formats or not known or len(set(formats)) < len(formats):
            raise InputError(
                f"`formats` must name each of {', '.join(FORMATS)} at most once, and "
                f"at least one. Received: {list(formats)}."
            )
        if self.opset not in OPSETS:
            raise InputError(
                f"`opset` must be from {OPSETS[0]} to {OPSETS[-1]}. "
                f"Received: {self.opset}."
            )
