"""Requests of table B: what must be refused, as data."""

from export.conformance import images
from export.conformance.rest_case import (
    BAD,
    NOT_FOUND,
    OK,
    Case,
    as_json,
    b64,
    examples,
    fields,
    tensors,
    with_number,
)
from export.conformance.target import Target
from export.runners import serialize
from export.signature import EXAMPLES, FIELD, MAX_BATCH, PATCHES


def cases(target: Target) -> dict[str, tuple[Case, ...]]:
    """All requests by row, for a model of these channels."""
    clips = target.clips(2)
    clip, other = clips.tolist()
    example = serialize(clips[:1])[0]
    short = [patch[:-1] for patch in clip]
    ragged = [clip[0][:-1], *clip[1:]]
    return {
        "B1": (
            Case(name="empty", body=b""),
            Case(name="no JSON", body=b"hello"),
            Case(name="cut off", body=b'{"instances": [[1, 2'),
            Case(name="array", body=b"[1, 2]"),
            Case(name="not UTF-8", body=b'{"signature_name": "\xff\xfe"}'),
        ),
        "B2": (
            Case(name="empty", body=tensors(instances=[])),
            Case(name="number", body=tensors(instances=3)),
            Case(name="object", body=tensors(instances={PATCHES: clip})),
            Case(name="null", body=tensors(instances=None)),
        ),
        "B3": (
            Case(name="ragged", body=tensors(instances=[ragged])),
            Case(name="rows of two sizes", body=tensors(instances=[clip, short])),
            Case(name="mixed", body=tensors(instances=[clip, {PATCHES: other}])),
        ),
        "B4": tuple(
            Case(name=text, body=with_number(text, clip))
            for text in ('"a"', "null", "true")
        ),
        "B5": (Case(name="1e400", body=with_number("1e400", clip)),),
        "B6": tuple(
            Case(name=text, body=with_number(text, clip), says="finite")
            for text in ("NaN", "-Infinity", "1e308", "-1e39")
        ),
        "B7": (
            Case(name="height", body=tensors(instances=[short])),
            Case(name="landmarks", body=tensors(instances=[clip[:-1]])),
            Case(name="rank", body=tensors(instances=[clip[0]])),
            Case(name="scalar", body=tensors(instances=[1.0])),
        ),
        "B9": (
            Case(name="no row", body=tensors(inputs=[])),
            Case(name="no row of text", body=fields(inputs=[]), status=(OK,)),
            Case(
                name=f"{MAX_BATCH + 1} rows",
                body=fields(inputs=["model_id"] * (MAX_BATCH + 1)),
                says=str(MAX_BATCH),
            ),
        ),
        "B11": (
            Case(name="row", body=tensors(instances=[{FIELD: "model_id"}])),
            Case(name="column", body=fields(inputs={EXAMPLES: ["model_id"]})),
        ),
        "B12": (
            Case(name="unknown", body={"signature_name": "", "instances": [clip]}),
            Case(name="null", body={"signature_name": None, "instances": [clip]}),
        ),
        "B14": (
            Case(
                name="encoded dots",
                path="/v1/models/..%2f..%2fetc",
                method="GET",
                status=(NOT_FOUND,),
            ),
            Case(
                name="dots",
                path="/v1/models/../../etc/passwd",
                method="GET",
                status=(BAD, NOT_FOUND),
            ),
        ),
        "B15": (
            Case(name="no base64", body=examples({"b64": "%%%"})),
            Case(name="number", body=examples({"b64": 1})),
            Case(name="two keys", body=examples({**b64(example), "more": 1})),
        ),
        "B16": tuple(
            Case(name=kind, body=examples(b64(data)))
            for kind, data in images.NOT_IMAGES.items()
        ),
        "B17": tuple(
            Case(name=kind, body=examples(b64(data)), seconds=images.BOMB_SECONDS)
            for kind, data in images.bombs().items()
        ),
        "B18": tuple(
            Case(name=kind, body=examples(b64(data)))
            for kind, data in images.ANIMATED.items()
        ),
        "B20": (
            Case(
                name="third of three",
                body=with_number("NaN", clip).replace(
                    b'"instances": [',
                    b'"instances": [%s, %s, ' % ((as_json(other),) * 2),
                ),
                says="[2]",
            ),
        ),
        "B26": (
            Case(
                name="key twice",
                body=b'{"instances": [1], "instances": [2]}',
                status=(BAD,),
            ),
            Case(
                name="byte order mark",
                body=b"\xef\xbb\xbf" + as_json(tensors(instances=[clip])),
                status=(OK, BAD),
            ),
            Case(
                name="lone surrogate",
                body=b'{"signature_name": "card", "instances": ["\\ud800"]}',
            ),
        ),
    }
