"""The JSON object that a request is, before its tensors are read."""

import json
from collections.abc import Mapping
from typing import Any

from export.serving.status import ServingError, Status

_QUOTED = 64


def refusal(message: str) -> ServingError:
    """A request that is not as it must be."""
    return ServingError(Status.INVALID_ARGUMENT, message)


def quoted(value: Any) -> str:
    """The beginning of a JSON value, for a message."""
    text = value if isinstance(value, str) else type(value).__name__
    return json.dumps(text[:_QUOTED])


def parse(body: bytearray) -> dict[str, Any]:
    """Reads a JSON object; bytes after its end do not matter.

    Raises:
        ServingError: If there is no JSON object at the beginning, a key is twice in
            an object, or a text is no Unicode.
    """
    try:
        text = body.decode("utf-8-sig").lstrip(" \t\n\r")
        value, _ = json.JSONDecoder(object_pairs_hook=_unique).raw_decode(text)
    except RecursionError as error:
        raise refusal("JSON Parse error: nested too deep") from error
    except ValueError as error:
        raise refusal(f"JSON Parse error: {error}") from error
    if not isinstance(value, dict):
        raise refusal(f"JSON Value: {quoted(value)} Is not object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is twice in an object")
    return found


def signature_name(request: Mapping[str, Any]) -> str:
    """The signature that a request asks for; empty for the default.

    Raises:
        ServingError: If it is no text.
    """
    name = request.get("signature_name", "")
    if not isinstance(name, str):
        raise refusal("JSON Value: 'signature_name' key must be a string value.")
    return name


def is_row_form(request: Mapping[str, Any]) -> bool:
    """Whether a request has `instances`, and not `inputs`.

    Raises:
        ServingError: If it has both or neither.
    """
    if ("instances" in request) == ("inputs" in request):
        raise refusal(
            "Not formatted correctly expecting only one of 'inputs' or 'instances' "
            "keys to exist"
            if "instances" in request
            else "Missing 'inputs' or 'instances' key"
        )
    return "instances" in request
