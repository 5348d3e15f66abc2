"""What went wrong, as TensorFlow, REST and gRPC name it: the one mapping."""

import enum
import re

import grpc
import tensorflow as tf
from tensorflow.core.protobuf import error_codes_pb2

_MOST_CHARACTERS = 256
"""Of a message; it may quote the request, which is as long as it likes."""


class Status(enum.Enum):
    """Kinds of failure, with the HTTP status of each.

    Source:
        tensorflow/serving, `http_server.cc`, for the names that TensorFlow has. The
        last two are this server's own, for what a proxy answers in front of
        TensorFlow Serving.
    """

    INVALID_ARGUMENT = "INVALID_ARGUMENT", 400
    FAILED_PRECONDITION = "FAILED_PRECONDITION", 400
    OUT_OF_RANGE = "OUT_OF_RANGE", 400
    UNAUTHENTICATED = "UNAUTHENTICATED", 401
    PERMISSION_DENIED = "PERMISSION_DENIED", 403
    NOT_FOUND = "NOT_FOUND", 404
    ABORTED = "ABORTED", 409
    ALREADY_EXISTS = "ALREADY_EXISTS", 409
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED", 429
    CANCELLED = "CANCELLED", 499
    UNKNOWN = "UNKNOWN", 500
    INTERNAL = "INTERNAL", 500
    DATA_LOSS = "DATA_LOSS", 500
    UNIMPLEMENTED = "UNIMPLEMENTED", 501
    UNAVAILABLE = "UNAVAILABLE", 503
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED", 504
    BODY_TOO_SLOW = "DEADLINE_EXCEEDED", 408
    BODY_TOO_LARGE = "RESOURCE_EXHAUSTED", 413

    def __init__(self, code: str, http: int) -> None:
        self.code = code
        self.http = http

    @property
    def grpc(self) -> grpc.StatusCode:
        """The status in gRPC."""
        return grpc.StatusCode[self.code]


class ServingError(Exception):
    """A request, or the load of a version, that fails for a known reason.

    Args:
        status: What kind of failure it is.
        message: For the client; made printable and cut to 256 characters.
    """

    def __init__(self, status: Status, message: str) -> None:
        printable = re.sub(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]+", " ", message)
        if len(printable) > _MOST_CHARACTERS:
            printable = f"{printable[:_MOST_CHARACTERS]}..."
        super().__init__(printable)
        self.status = status


def of_tensorflow(error: tf.errors.OpError | UnicodeDecodeError) -> ServingError:
    """A failure inside the graph.

    Args:
        error: What a session raised. A message that quotes bytes of the request is no
            UTF-8, and arrives as a failure to decode it; only parsers of the request
            quote bytes.
    """
    if isinstance(error, UnicodeDecodeError):
        text = error.object.decode("utf-8", errors="replace")
        return ServingError(Status.INVALID_ARGUMENT, _without_nodes(text))
    name = error_codes_pb2.Code.Name(error.error_code)
    return ServingError(Status[name], _without_nodes(error.message or ""))


def _without_nodes(message: str) -> str:
    """The message without the places in the graph that TensorFlow adds."""
    return message.partition("\n\t [[")[0]
