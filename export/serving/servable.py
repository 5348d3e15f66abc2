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

    @property
    def dtypes(self) -> dict[str, str]:
        """Name of the dtype of each input."""
        return {name: spec.dtype.name for name, spec in self.inputs.items()}

    @property
    def joinable(self) -> bool:
        """Whether requests can be put together: every first axis is the batch."""
        specs = (*self.inputs.values(), *self.outputs.values())
        return all(
            spec.shape.rank not in (None, 0) and spec.shape[0] is None for spec in specs
        )

    def require(self, name: str, dtype: str, shape: tuple[int, ...]) -> None:
        """Refuses an input that the signature does not take.

        Raises:
            ServingError: If dtype or shape differ.
        """
        spec = self.inputs[name]
        if spec.dtype.name != dtype or not spec.shape.is_compatible_with(shape):
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
        self._session = tf.compat.v1.Session(graph=graph)
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
            feed=signature.fed.values(), fetch=signature.fetched.values()
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
