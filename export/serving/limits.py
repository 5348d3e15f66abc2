"""What is refused before it is parsed: bodies too long, too deep, too many values."""

import zlib

import numpy as np

from export.serving.settings import Limits
from export.serving.status import ServingError, Status

_KEPT = b'[]{},"\\'
_OTHER = bytes(set(range(256)) - set(_KEPT))
_QUOTE, _OPEN, _CLOSE, _COMMA = ord('"'), b"[{", b"]}", ord(",")
_BACKSLASH = ord("\\")
_PART = 2**18
"""Bytes that are looked at, or inflated, at once."""


class Inflater:
    """Puts a body together from its pieces, inflates it, and counts.

    Args:
        encoding: Value of `Content-Encoding`: empty, `identity` or `gzip`.
        most: Bytes that may come out.

    Raises:
        ServingError: At construction, if the encoding is another; in `feed`, if more
            comes out or it is no gzip; in `end`, if the gzip is not whole.
    """

    def __init__(self, encoding: str, most: int) -> None:
        if encoding not in ("", "identity", "gzip"):
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"Content-Encoding must be gzip or identity, not {encoding}",
            )
        self._gzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        self._body = bytearray()
        self._most = most

    def feed(self, piece: bytes) -> None:
        if self._gzip is None:
            self._add(piece)
            return
        inflated, asked = b"", 0
        # In small parts: what a piece inflates to is not known, and is counted.
        while len(inflated) == asked or piece:
            asked = min(_PART, self._room)
            try:
                inflated = self._gzip.decompress(piece, asked)
            except zlib.error as error:
                raise ServingError(
                    Status.INVALID_ARGUMENT, f"The body is no gzip: {error}"
                ) from error
            self._add(inflated)
            piece = self._gzip.unconsumed_tail

    @property
    def _room(self) -> int:
        """Bytes that one byte too many would make full."""
        return self._most - len(self._body) + 1

    def _add(self, piece: bytes) -> None:
        self._body += piece[: self._room]
        if len(self._body) > self._most:
            self._body.clear()
            raise ServingError(
                Status.BODY_TOO_LARGE,
                f"A request may have {self._most} bytes, inflated",
            )

    def end(self) -> bytearray:
        if self._gzip is not None and not self._gzip.eof:
            raise ServingError(Status.INVALID_ARGUMENT, "The gzip is not whole")
        return self._body


def check_json(body: bytes | bytearray, limits: Limits) -> None:
    """Counts values and depth of a JSON body without parsing it.

    A parser makes an object of every value, some thirty times its text, and most
    parsers go down the depth by recursion.

    Raises:
        ServingError: If there are too many values, or they are too deep.
    """
    start, inside, depth, values = 0, 0, 0, 0
    while start < len(body):
        end = start + _PART
        while end < len(body) and body[end - 1] == _BACKSLASH:
            end += 1
        # In this order, an escaped backslash is not taken for the escape of a quote.
        marks = body[start:end].translate(None, _OTHER)
        marks = marks.replace(b"\\\\", b"").replace(b'\\"', b"")
        found = np.frombuffer(marks, np.uint8)
        # Parity of the quotes so far, which survives the wrap at 256.
        quotes = np.cumsum(found == _QUOTE, dtype=np.uint8) + np.uint8(inside)
        outside = found[quotes & 1 == 0]
        opening, closing = (np.isin(outside, list(kind)) for kind in (_OPEN, _CLOSE))
        values += int(np.count_nonzero(opening) + np.count_nonzero(outside == _COMMA))
        if values > limits.max_json_values:
            raise ServingError(
                Status.BODY_TOO_LARGE,
                f"A JSON body may have {limits.max_json_values} values; send more as "
                "tf.Example, or by gRPC",
            )
        depths = depth + np.cumsum(opening.astype(np.int32) - closing)
        if depths.size and int(depths.max()) > limits.max_nesting:
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"JSON may be nested {limits.max_nesting} deep, no deeper",
            )
        depth = int(depths[-1]) if depths.size else depth
        inside = int(quotes[-1]) & 1 if quotes.size else inside
        start = end
