"""Requests after they were read, the same for REST and gRPC."""

from collections.abc import Sequence

import numpy as np

from export.serving.batching import Batcher
from export.serving.model_versions import ModelVersions
from export.serving.servable import DEFAULT_SIGNATURE, Arrays, Servable, Signature
from export.serving.settings import BatchingSettings, Limits
from export.serving.status import ServingError, Status
from export.serving.tensor_protos import require_rows
from export.signature import CLASSES, CLASSIFY_SIGNATURE, INPUTS, SCORES


class Prediction:
    """Finds the version, checks the inputs, runs the signature.

    Args:
        versions: What can be asked.
        batcher: What runs it.
        batching: Rows that a request may have.
        limits: Time that an answer may take.
        name: Name of the model.
    """

    def __init__(
        self,
        versions: ModelVersions,
        batcher: Batcher,
        batching: BatchingSettings,
        limits: Limits,
        name: str,
    ) -> None:
        self.versions = versions
        self.name = name
        self.most_rows = batching.max_batch_size
        self._batcher = batcher
        self._seconds = limits.request_seconds

    def servable(self, name: str, version: int | None, label: str) -> Servable:
        """The version that a request asks for.

        Raises:
            ServingError: If there is no such model, version or label.
        """
        if name != self.name:
            wanted = "Latest" if version is None else "Specific"
            number = "" if version is None else f", {version}"
            raise ServingError(
                Status.NOT_FOUND,
                f"Servable not found for request: {wanted}({name}{number})",
            )
        return self.versions.find(version, label)

    def signature(self, servable: Servable, name: str, missing: Status) -> Signature:
        """A signature of a version; the default if `name` is empty.

        Raises:
            ServingError: Of kind `missing`, if there is none.
        """
        found = servable.signatures.get(name or DEFAULT_SIGNATURE)
        if found is None:
            raise ServingError(
                missing,
                f'Serving signature key "{name or DEFAULT_SIGNATURE}" not found.',
            )
        return found

    async def predict(
        self, servable: Servable, signature: Signature, inputs: Arrays
    ) -> Arrays:
        """Runs a signature on inputs of its names.

        Raises:
            ServingError: If shapes or dtypes are not taken, there are too many rows,
                the graph refuses, or it takes too long.
        """
        for name, array in inputs.items():
            dtype = "string" if array.dtype == object else array.dtype.name
            signature.require(name, dtype, array.shape)
            require_rows(array.shape[0] if array.ndim else 1, self.most_rows)
        if signature.joinable and len({len(array) for array in inputs.values()}) > 1:
            raise ServingError(
                Status.INVALID_ARGUMENT, "Batching input tensors must have one 0th size"
            )
        with servable.used():
            return await self._batcher.run(
                servable, signature.name, inputs, self._seconds
            )

    async def classify(
        self, servable: Servable, name: str, examples: Sequence[bytes]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Runs a signature of Examples that gives classes and scores.

        Args:
            servable: The version.
            name: Signature; `classify`, or the default where there is none, if empty.
            examples: Serialized Examples.

        Returns:
            `classes`, bytes `(batch, num_classes)`, and `scores`, float32 of that
            shape.

        Raises:
            ServingError: If the signature is no such one, or `predict` fails.
        """
        if not name and CLASSIFY_SIGNATURE in servable.signatures:
            name = CLASSIFY_SIGNATURE
        signature = self.signature(servable, name, Status.INVALID_ARGUMENT)
        if signature.inputs.keys() != {INPUTS} or signature.outputs.keys() != {
            CLASSES,
            SCORES,
        }:
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"Signature {signature.name} does not classify: it must take "
                f"`{INPUTS}` and give `{CLASSES}` and `{SCORES}`",
            )
        array = np.empty(len(examples), object)
        array[:] = examples
        outputs = await self.predict(servable, signature, {INPUTS: array})
        return outputs[CLASSES], outputs[SCORES]
