"""The conformance table: every row, what it asks, and what must be allowed for it.

Source:
    tensorflow/serving: `json_tensor_test.cc`, `http_rest_api_handler_test.cc`,
    `tensorflow_model_server_test.py`, `predict_util_test.cc` and the documents of its
    REST API, for table A. Table B is what such servers were found to stumble over.
"""

import functools
from collections.abc import Callable

from export.conformance import (
    answers,
    artefact,
    bad_input_cases,
    frame_cases,
    grpc_checks,
    hostile,
    metadata,
    protocol_cases,
    rest_case,
    rollout,
)
from export.conformance.check import Check, Need
from export.conformance.target import Target

_NO_INTEGERS = "no signature takes integers"


def _requests(row: str) -> Callable[[Target], str]:
    """A check that sends the cases of `row`."""

    def run(target: Target) -> str:
        module = protocol_cases if row.startswith("A") else bad_input_cases
        asked = module.cases(target).get(row, ())
        return rest_case.ask(target, (*asked, *frame_cases.cases(target).get(row, ())))

    return run


def _row(
    row: str, title: str, run: Callable[[Target], str], *needs: Need, reason: str = ""
) -> Check:
    return Check(row=row, title=title, run=run, needs=needs, reason=reason)


def _asked(row: str, title: str) -> Check:
    return _row(row, title, _requests(row))


def _void(row: str, title: str, reason: str) -> Check:
    return Check(row=row, title=title, reason=reason)


@functools.cache
def checks() -> tuple[Check, ...]:
    """All rows of tables A and B, in order."""
    return (
        _row("A1", "Tag set", artefact.tags_and_operators, "folder"),
        _row("A2", "Signatures, names, dtypes, ranks", metadata.names_and_shapes),
        _row("A3", "Batch of 0, 1, 7, 64", grpc_checks.batches, "grpc"),
        _row("A4", "Row form, order kept", answers.order),
        _asked("A5", "Rows as objects; extra or missing key"),
        _row("A6", "Column form; missing input, extra key", answers.columns),
        _asked("A7", "Both or neither of instances and inputs"),
        _row("A8", "One output bare, several as objects", answers.single_output),
        _row("A9", "Outputs share their first axis", metadata.first_axes),
        _asked("A10", "Bytes in as b64, text as UTF-8"),
        _row("A11", "Labels out as text; Classify", answers.label_text),
        _row("A12", "Signature name", grpc_checks.unknown_signature, "grpc"),
        _row("A13", "Unknown model, version", grpc_checks.unknown_names, "grpc"),
        _asked("A14", "Path and verb"),
        _asked("A15", "Version that is no int64"),
        _asked("A16", "NaN and Infinity tokens reach the model"),
        _asked("A17", "Bytes after the JSON object"),
        _row("A18", "output_filter", grpc_checks.output_filter, "grpc"),
        _row("A19", "Wrong inputs are named", grpc_checks.wrong_inputs, "grpc"),
        _row("A20", "Input dtypes that REST carries", metadata.input_types),
        _row("A21", "Signatures agree", answers.equal_signatures, "grpc"),
        _row("A22", "Server equals the file", artefact.parity, "folder"),
        _row("A23", "Rows are independent", answers.order),
        _row("A24", "New version, rollback", rollout.push_and_withdraw, "grpc", "push"),
        _row("A25", "Hot push under load", rollout.under_load, "grpc", "push"),
        _row("A26", "Warm-up replays", artefact.warm_up, "folder"),
        _row("A27", "Status and metadata", metadata.available),
        _row("A28", "Loads without this project", artefact.alone, "folder"),
        _row("A29", "Stateless", answers.no_state),
        _row("A30", "Movable, read-only", artefact.movable, "folder"),
        _row("A31", "32 threads", answers.many_threads),
        _row("A32", "gRPC equals REST", answers.same_over_grpc, "grpc"),
        _asked("B1", "Empty body, no JSON, array"),
        _asked("B2", "Instances empty or no list"),
        _asked("B3", "Ragged lists, mixed rows"),
        _asked("B4", "Text, null, bool for a number"),
        _asked("B5", "Number too large for JSON's double"),
        _asked("B6", "NaN, Infinity, 1e308"),
        _asked("B7", "Wrong shape"),
        _row("B8", "Wrong dtype", grpc_checks.wrong_type, "grpc"),
        _row("B9", "Batch of 0, batch over the cap", grpc_checks.batch_limits, "grpc"),
        _void("B10", "Integers out of range", _NO_INTEGERS),
        _asked("B11", "Unknown or missing input name"),
        _row("B12", "Unknown signature", grpc_checks.unknown_signature, "grpc"),
        _row("B13", "Unknown model, version", grpc_checks.unknown_names, "grpc"),
        _asked("B14", "Paths with dots"),
        _asked("B15", "Bad base64"),
        _asked("B16", "Empty, truncated, text, TIFF, SVG image"),
        _asked("B17", "Image bombs, refused in 100 ms"),
        _asked("B18", "Animated images"),
        _row("B19", "Grey, RGBA, 16-bit, turned images", _requests("B19"), "frames"),
        _asked("B20", "One bad row of three is named"),
        _row("B21", "Bad tf.Examples", grpc_checks.bad_examples, "grpc"),
        _row(
            "B22", "Features unknown to the model", grpc_checks.other_features, "grpc"
        ),
        _row("B23", "JSON 50 000 deep", hostile.deep_nesting, "hostile"),
        _row("B24", "Large body, gzip bomb", hostile.large_bodies, "hostile"),
        _row("B25", "Slow clients, huge header", hostile.slow_clients, "hostile"),
        _asked("B26", "Double keys, BOM, surrogates"),
        _row("B27", "64 clients during a reload", rollout.under_load, "grpc", "push"),
        _row("B28", "Corrupt version", rollout.corrupt_version, "grpc", "push"),
        _row("B29", "No motion at all", answers.nothing_moves),
    )
