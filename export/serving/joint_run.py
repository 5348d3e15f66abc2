"""Several requests as one run of a signature, and each its own rows of the answer."""

from collections.abc import Sequence

import numpy as np

from export.serving.servable import Arrays, Servable
from export.serving.status import ServingError


def answers(
    servable: Servable, signature: str, requests: list[Arrays], sizes: Sequence[int]
) -> list[Arrays | Exception]:
    """An answer to each request; one that is refused does not spoil the others'.

    Args:
        servable: The version.
        signature: One of its signatures, whose rows are the first axis everywhere.
        requests: What each asks.
        sizes: Numbers of rows that are run, rising; fewer are filled up, more are not.

    Returns:
        The outputs for the rows of each request, or why it is refused.
    """
    try:
        return list(_together(servable, signature, requests, sizes))
    except ServingError as error:
        if len(requests) == 1:
            return [error]
    return [answers(servable, signature, [one], sizes)[0] for one in requests]


def _together(
    servable: Servable, signature: str, requests: list[Arrays], sizes: Sequence[int]
) -> list[Arrays]:
    counts = [len(next(iter(inputs.values()))) for inputs in requests]
    inputs, rows = joined(requests), sum(counts)
    # No batch is made of none.
    padding = next((size - rows for size in sizes if rows and size >= rows), 0)
    if padding:
        inputs = {
            name: np.concatenate([array, np.repeat(array[:1], padding, axis=0)])
            for name, array in inputs.items()
        }
    outputs = servable.run(signature, inputs)
    ends = np.cumsum(counts)
    return [
        {name: array[end - count : end] for name, array in outputs.items()}
        for count, end in zip(counts, ends, strict=True)
    ]


def joined(parts: list[Arrays]) -> Arrays:
    """Arrays of several requests or answers, one below the other."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
