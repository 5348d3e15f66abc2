"""Requests of table A: the protocol, as data."""

import json

from export.conformance.rest_case import (
    NOT_FOUND,
    OK,
    Case,
    b64,
    examples,
    fields,
    tensors,
    with_number,
)
from export.conformance.target import Target
from export.signature import PATCHES


def cases(target: Target) -> dict[str, tuple[Case, ...]]:
    """All requests by row, for a model of these channels."""
    (clip,) = target.clips(1).tolist()
    return {
        "A5": (
            Case(
                name="objects",
                body=tensors(instances=[{PATCHES: clip}]),
                status=(OK,),
            ),
            Case(name="extra", body=tensors(instances=[{PATCHES: clip, "more": 1}])),
            Case(name="missing", body=tensors(instances=[{"more": clip}])),
        ),
        "A6": (
            Case(
                name="extra key is ignored",
                body=tensors(inputs={PATCHES: [clip], "more": [1]}),
                status=(OK,),
            ),
            Case(name="missing", body=tensors(inputs={"more": [clip]})),
        ),
        "A7": (
            Case(name="neither", body=tensors()),
            Case(name="both", body=tensors(instances=[clip], inputs=[clip])),
        ),
        "A10": (
            Case(
                name="field as b64",
                body=fields(instances=[b64(b"model_id")]),
                status=(OK,),
            ),
            Case(
                name="field as text",
                body=fields(instances=["model_id"]),
                status=(OK,),
            ),
            Case(
                name="another key too",
                body=fields(instances=[{**b64(b"a"), "x": 1}]),
            ),
            Case(name="text is no Example", body=examples("text")),
        ),
        "A12": (
            Case(name="number", body={"signature_name": 5, "instances": [clip]}),
            Case(name="unknown", body={"signature_name": "no", "instances": [clip]}),
        ),
        "A13": (
            Case(
                name="unknown model",
                body=tensors(instances=[clip]),
                path="/v1/models/no-such-model:predict",
                status=(NOT_FOUND,),
            ),
            Case(
                name="unknown version",
                body=tensors(instances=[clip]),
                path="/versions/987654321:predict",
                status=(NOT_FOUND,),
            ),
            Case(
                name="unknown label",
                body=tensors(instances=[clip]),
                path=f"{target.path}/labels/no-such-label:predict",
            ),
        ),
        "A14": (
            Case(
                name="no such path", path="/nothing", method="GET", status=(NOT_FOUND,)
            ),
            Case(name="wrong verb", method="GET", says="malformed request"),
        ),
        "A15": (
            Case(
                name="too large for int64",
                body=tensors(instances=[clip]),
                path=f"{target.path}/versions/{2**64}:predict",
            ),
        ),
        "A16": tuple(
            Case(name=token, body=with_number(token, clip), says="finite")
            for token in ("NaN", "Infinity", "-Infinity")
        ),
        "A17": (
            Case(
                name="bytes after the object",
                body=json.dumps(tensors(instances=[clip])).encode() + b" }]x",
                status=(OK,),
            ),
        ),
    }
