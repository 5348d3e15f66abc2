import gzip
import json
import tracemalloc

import numpy as np
import pytest

from export.serving import limits
from export.serving.limits import Inflater, check_json
from export.serving.settings import Limits
from export.serving.status import ServingError, Status

LIMITS = Limits(max_nesting=3, max_json_values=7)


def inflated(*pieces, encoding="", most=100):
    inflater = Inflater(encoding, most)
    for piece in pieces:
        inflater.feed(piece)
    return inflater.end()


def test_pieces_are_put_together():
    assert inflated(b"ab", b"", b"c") == b"abc"
    packed = gzip.compress(b"abc")
    assert inflated(packed[:5], packed[5:], encoding="gzip") == b"abc"
    assert inflated(b"a" * 100, encoding="identity") == b"a" * 100


def test_a_bomb_is_not_inflated_further_than_the_limit():
    packed = gzip.compress(b"\0" * 50_000_000)
    inflater = Inflater("gzip", 1_000_000)
    tracemalloc.start()
    with pytest.raises(ServingError) as error:
        inflater.feed(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.value.status is Status.BODY_TOO_LARGE
    assert peak < 3_000_000


def test_what_comes_out_in_many_parts_is_whole():
    data = np.random.default_rng(5).integers(0, 3, 1_000_003, np.uint8).tobytes()
    packed = gzip.compress(data)
    half = len(packed) // 2
    pieces = packed[:half], packed[half:]
    assert inflated(*pieces, encoding="gzip", most=len(data)) == data
    with pytest.raises(ServingError):
        inflated(*pieces, encoding="gzip", most=len(data) - 1)


@pytest.mark.parametrize(
    ("pieces", "encoding", "status"),
    [
        ((b"a" * 101,), "", Status.BODY_TOO_LARGE),
        ((b"a" * 60, b"a" * 60), "", Status.BODY_TOO_LARGE),
        ((b"abc",), "gzip", Status.INVALID_ARGUMENT),
        ((gzip.compress(b"abc")[:-1],), "gzip", Status.INVALID_ARGUMENT),
        ((b"abc",), "deflate", Status.INVALID_ARGUMENT),
    ],
)
def test_bodies_that_are_refused(pieces, encoding, status):
    with pytest.raises(ServingError) as error:
        inflated(*pieces, encoding=encoding)
    assert error.value.status is status


@pytest.mark.parametrize(
    "value",
    [
        [[[1]]],
        {"a": {"b": {}}},
        [1] * 7,
        "[[[[[[,,,,,,,,,",
        '"\\"[[[[',
        "\\",
        "a\\\\",
        {},
    ],
)
def test_json_within_the_limits(value):
    check_json(json.dumps(value).encode(), LIMITS)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[[[[1]]]]", Status.INVALID_ARGUMENT),
        (b'{"a": {"b": {"c": {}}}}', Status.INVALID_ARGUMENT),
        (b'["\\\\", [[[1]]]]', Status.INVALID_ARGUMENT),
        (b'["\\"", [[[1]]]]', Status.INVALID_ARGUMENT),
        (b"[1,2,3,4,5,6,7,8]", Status.BODY_TOO_LARGE),
        (b"[[],[],[],[]]", Status.BODY_TOO_LARGE),
    ],
)
def test_json_beyond_the_limits(body, status):
    with pytest.raises(ServingError) as error:
        check_json(body, LIMITS)
    assert error.value.status is status


def test_the_parity_of_quotes_survives_many_of_them():
    check_json(b"[" + b'"[[[[",' * 5 + b'""]', LIMITS)
    many = Limits(max_nesting=1, max_json_values=1_000)
    check_json(b"[" + b'"[[",' * 300 + b'""]', many)
    with pytest.raises(ServingError):
        check_json(b"[" + b'"",' * 300 + b"[]]", many)


@pytest.mark.parametrize("part", [1, 2, 3, 5, 7])
def test_parts_change_nothing(monkeypatch, part):
    monkeypatch.setattr(limits, "_PART", part)
    check_json(b'["\\\\", "\\"[[[[", "[[\\\\\\"[[", [[1]]]', LIMITS)
    for body in (b'["\\\\", [[[1]]]]', b'["\\"", [[[1]]]]', b"[1,2,3,4,5,6,7,8]"):
        with pytest.raises(ServingError):
            check_json(body, LIMITS)
