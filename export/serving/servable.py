"""One loaded version of a model: a graph and a session, as in TensorFlow Serving."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from export.serving.status import ServingError, Status, of_tensorflow

_TAG = "serve"
DEFAULT_SIGNATURE = "serving_default"
Arrays = dict[str, np.ndarray]
# Each call runs in the thread that makes it: calls run beside each other, and to hand
# the small operators of one clip to other threads takes longer than they do.
_SESSION = config_pb2.ConfigProto(
    intra_op_parallelism_threads=1, use_per_session_threads=True
)
_CALL = config_pb2.RunOptions(inter_op_thread_pool=-1)


class Signature:
    """Names, dtypes and shapes that one signature takes and gives.

    Args:
        name: Its name.
        definition: What the SavedModel says of it.
    """

    def __init__(self, name: str, definition: meta_graph_pb2.SignatureDef) -> None:
        self.name = name
        self.inputs = {key: _spec(info) for key, info in definition.inputs.items()}
        self.outputs = {key: _spec(info) for key, info in definition.outputs.items()}
        self.fetched = {key: info.name for key, info in definition.outputs.items()}
        self.fed = {key: info.name for key, info in definition.inputs.items()}
        # Once, and not as TensorShape: every request asks.
        self.dtypes = {key: spec.dtype.name for key, spec in self.inputs.items()}
        """Name of the dtype of each input."""
        self._shapes = {key: _sizes(spec) for key, spec in self.inputs.items()}
        specs = (*self.inputs.values(), *self.outputs.values())
        sizes = [_sizes(spec) for spec in specs]
        self.joinable = all(of and of[0] is None for of in sizes)
        """Whether requests can be put together: every first axis is the batch."""

    def require(self, name: str, dtype: str, shape: tuple[int, ...]) -> None:
        """Refuses an input that the signature does not take.

        Raises:
            ServingError: If dtype or shape differ.
        """
        sizes = self._shapes[name]
        fits = sizes is None or (
            len(sizes) == len(shape)
            and all(
                size in (None, given) for size, given in zip(sizes, shape, strict=True)
            )
        )
        if self.dtypes[name] != dtype or not fits:
            spec = self.inputs[name]
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"Expecting input {name} to be {spec.dtype.name} of shape {spec.shape} "
                f"but got: {dtype} of shape {shape}",
            )

    def require_names(self, given: set[str]) -> None:
        """Refuses a request whose inputs are others than the signature's.

        Raises:
            ServingError: If one is missing or too many.
        """
        wanted = set(self.inputs)
        if given != wanted:
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"input size does not match signature: {len(given)}!={len(wanted)}. "
                f"Sent extra: {{{','.join(sorted(given - wanted))}}}. Missing but "
                f"required: {{{','.join(sorted(wanted - given))}}}.",
            )


def _spec(info: meta_graph_pb2.TensorInfo) -> tf.TensorSpec:
    shape = info.tensor_shape
    sizes = [None if dim.size < 0 else dim.size for dim in shape.dim]
    rank: Any = None if shape.unknown_rank else sizes
    return tf.TensorSpec(rank, tf.as_dtype(info.dtype))


def _sizes(spec: tf.TensorSpec) -> tuple[int | None, ...] | None:
    """Size of each axis, none where it is free; none at all for any shape."""
    return None if spec.shape.rank is None else tuple(spec.shape.as_list())


class Servable:
    """One version, ready to run; safe across threads.

    A graph of its own, which goes away as a whole when the version is closed.

    Args:
        folder: A SavedModel with the tag `serve`.
        version: Its number.

    Raises:
        ServingError: At construction, if TensorFlow cannot load it.
    """

    def __init__(self, folder: Path, version: int) -> None:
        self.version = version
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph, config=_SESSION)
        try:
            with graph.as_default():
                loaded: Any = tf.compat.v1.saved_model.load(
                    self._session, [_TAG], str(folder)
                )
        except (tf.errors.OpError, OSError, RuntimeError, ValueError) as error:
            self._session.close()
            raise ServingError(Status.INTERNAL, f"Loading fails: {error}") from error
        self.definitions = loaded.signature_def
        self._calls = {}
        self.signatures: dict[str, Signature] = {}
        for name, definition in self.definitions.items():
            # The initialisation of a SavedModel stands among its signatures.
            if definition.inputs and definition.outputs:
                self.signatures[name] = Signature(name, definition)
                self._calls[name] = self._callable(self.signatures[name])
        self._users = 0
        self._idle = threading.Condition()

    def _callable(self, signature: Signature) -> Any:
        options = config_pb2.CallableOptions(
            feed=signature.fed.values(),
            fetch=signature.fetched.values(),
            run_options=_CALL,
        )
        return self._session._make_callable_from_options(options)

    def run(self, signature: str, inputs: Mapping[str, np.ndarray]) -> Arrays:
        """Runs a signature.

        Args:
            signature: Its name; it must be in `signatures`.
            inputs: An array for each input; strings as objects.

        Returns:
            An array for each output.

        Raises:
            ServingError: If the graph refuses the inputs.
        """
        known = self.signatures[signature]
        try:
            values = self._calls[signature](*(inputs[name] for name in known.fed))
        except (tf.errors.OpError, UnicodeDecodeError) as error:
            raise of_tensorflow(error) from error
        return dict(zip(known.fetched, map(np.asarray, values), strict=True))

    @contextlib.contextmanager
    def used(self) -> Iterator["Servable"]:
        """Keeps the version from being closed."""
        with self._idle:
            self._users += 1
        try:
            yield self
        finally:
            with self._idle:
                self._users -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Waits until nobody uses the version, and frees it."""
        with self._idle:
            self._idle.wait_for(lambda: self._users == 0)
        self._calls.clear()
        self._session.close()
