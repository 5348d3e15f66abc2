"""Rows about gRPC: status codes, and requests that JSON cannot express."""

import base64

import numpy as np
import tensorflow as tf

from export.conformance import bad_input_cases, protocol_cases
from export.conformance.check import require
from export.conformance.grpc_client import refusal
from export.conformance.rest_case import ask
from export.conformance.target import Target
from export.runners import serialize
from export.signature import (
    CARD_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FIELD,
    LABEL,
    LOGITS,
    MAX_BATCH,
    PATCHES,
    PROBABILITIES,
    TENSOR_SIGNATURE,
)

_BATCHES = (0, 1, 7, 64)


def _refused(name: str, seen: tuple[str, str], code: str, *words: str) -> None:
    found, text = seen
    require(found == code, f"{name}: {found} {text[:160]}")
    for word in words:
        require(word in text, f"{name}: {found} without {word!r}: {text[:160]}")


def batches(target: Target) -> str:
    """A3: as many rows out as in, none included."""
    for count in _BATCHES:
        found = target.rpc().outputs(TENSOR_SIGNATURE, {PATCHES: target.clips(count)})
        shapes = {name: value.shape[0] for name, value in found.items()}
        require(set(shapes.values()) == {count}, f"{count} rows in, {shapes} out")
    return f"{', '.join(map(str, _BATCHES))} rows"


def unknown_signature(target: Target) -> str:
    """A12, B12: 400 over REST, FAILED_PRECONDITION over gRPC."""
    inputs = {PATCHES: target.clips(1)}
    seen = refusal(target.rpc(), "no-such-signature", inputs)
    _refused("unknown signature", seen, "FAILED_PRECONDITION")
    return f"{ask(target, protocol_cases.cases(target)['A12'])}; gRPC {seen[0]}"


def unknown_names(target: Target) -> str:
    """A13, B13: model, version and label."""
    client, inputs = target.rpc(), {PATCHES: target.clips(1)}
    arguments = (client, TENSOR_SIGNATURE, inputs)
    _refused("model", refusal(*arguments, model="no-such-model"), "NOT_FOUND")
    _refused("version", refusal(*arguments, version=987654321), "NOT_FOUND")
    _refused("label", refusal(*arguments, label="no-such-label"), "INVALID_ARGUMENT")
    return ask(target, protocol_cases.cases(target)["A13"])


def output_filter(target: Target) -> str:
    """A18: gives what was asked for; unknown and double names are refused."""
    client, inputs = target.rpc(), {PATCHES: target.clips(1)}
    found = client.outputs(TENSOR_SIGNATURE, inputs, output_filter=(LABEL,))
    require(set(found) == {LABEL}, f"asked for {LABEL}, got {set(found)}")
    for names in (("no-such-output",), (LOGITS, LOGITS)):
        seen = refusal(client, TENSOR_SIGNATURE, inputs, output_filter=names)
        _refused(f"filter {names}", seen, "INVALID_ARGUMENT")
    return "one output of three; two refusals"


def wrong_inputs(target: Target) -> str:
    """A19: the refusal names what is too much and what is missing."""
    client, clips = target.rpc(), target.clips(1)
    extra = refusal(client, TENSOR_SIGNATURE, {PATCHES: clips, "surplus": clips})
    _refused("extra input", extra, "INVALID_ARGUMENT", "surplus")
    other = refusal(client, TENSOR_SIGNATURE, {"surplus": clips})
    _refused("other input", other, "INVALID_ARGUMENT", "surplus", PATCHES)
    none = refusal(client, TENSOR_SIGNATURE, {})
    _refused("no input", none, "INVALID_ARGUMENT", PATCHES)
    return "three refusals, each with the names"


def wrong_type(target: Target) -> str:
    """B8: another dtype."""
    for dtype in (np.float64, np.int32, np.float16):
        inputs = {PATCHES: target.clips(1).astype(dtype)}
        seen = refusal(target.rpc(), TENSOR_SIGNATURE, inputs)
        _refused(str(np.dtype(dtype)), seen, "INVALID_ARGUMENT")
    return "float64, int32, float16 refused"


def batch_limits(target: Target) -> str:
    """B9: no row is fine, too many are refused before they take memory."""
    client = target.rpc()
    for signature, name in ((EXAMPLE_SIGNATURE, EXAMPLES), (CARD_SIGNATURE, FIELD)):
        found = client.outputs(signature, {name: np.zeros(0, object)})
        require(
            {len(value) for value in found.values()} == {0}, f"{signature}: {found}"
        )
        many = {name: np.array([b"model_id"] * (MAX_BATCH + 1), object)}
        seen = refusal(client, signature, many)
        _refused(f"{signature}, too many rows", seen, "INVALID_ARGUMENT")
    return ask(target, bad_input_cases.cases(target)["B9"])


def _example(**features: tf.train.Feature) -> bytes:
    found = tf.train.Features(feature=features)
    return tf.train.Example(features=found).SerializeToString()


def bad_examples(target: Target) -> str:
    """B21: each is refused, in words that every client can decode."""
    client = target.rpc()
    whole = serialize(target.clips(1))[0]
    raw = tf.train.BytesList(value=[target.clips(1).tobytes()[:-4]])
    numbers = tf.train.FloatList(value=[1.0])
    wrong = {
        "empty": b"",
        "garbage": b"\xff\xfe\x80\x81 \xc3\x28",
        "truncated": whole[: len(whole) // 2],
        "no feature": _example(other=tf.train.Feature(bytes_list=raw)),
        "too short": _example(patches=tf.train.Feature(bytes_list=raw)),
        "numbers": _example(patches=tf.train.Feature(float_list=numbers)),
        "two values": _example(
            patches=tf.train.Feature(
                bytes_list=tf.train.BytesList(value=[target.clips(1).tobytes()] * 2)
            )
        ),
    }
    for name, data in wrong.items():
        inputs = {EXAMPLES: np.array([data], object)}
        seen = refusal(client, EXAMPLE_SIGNATURE, inputs)
        _refused(name, seen, "INVALID_ARGUMENT")
        body = {
            "signature_name": EXAMPLE_SIGNATURE,
            "instances": [{"b64": base64.b64encode(data).decode("ascii")}],
        }
        answer = target.predict(body)
        require(answer.status == 400 and answer.error, f"{name}: REST {answer}")
    return f"{len(wrong)} refused over gRPC and REST"


def other_features(target: Target) -> str:
    """B22: features that the model does not know are ignored."""
    clips = target.clips(1)
    plain = serialize(clips)
    example = tf.train.Example.FromString(plain[0])
    example.features.feature["subject"].bytes_list.value.append(b"sub01")
    client = target.rpc()

    def scores(data: bytes) -> np.ndarray:
        return client.outputs(EXAMPLE_SIGNATURE, {EXAMPLES: np.array([data], object)})[
            PROBABILITIES
        ]

    same = scores(example.SerializeToString()) == scores(plain[0])
    require(same.all(), "the answer changed")
    return "ignored"
