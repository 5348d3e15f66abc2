"""The server that is looked at, and what it says of its model."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from export.conformance.rest_client import Answer, RestClient
from export.signature import (
    FRAMES_SIGNATURE,
    LABEL,
    LOGITS,
    PATCHES,
    PROBABILITIES,
    TENSOR_SIGNATURE,
    patches_shape,
)
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from export.conformance.grpc_client import GrpcClient

TOLERANCE = 1e-5
"""Numbers of one model on one machine, in batches of any size."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """A server, a model on it, and what may be done.

    Args:
        rest: Its REST side.
        model: Name of the model.
        channels: Channels of a patch.
        num_classes: Number of classes.
        metadata: `signature_def` by name, as the server tells it.
        grpc: Its gRPC side, if known.
        folder: Folder of the model's versions, if it can be seen from here.
        push: Whether versions may be added to `folder` and withdrawn.
        hostile: Whether requests may be sent that can end a weak server.
    """

    rest: RestClient
    model: str
    channels: int
    num_classes: int
    metadata: dict[str, Any]
    grpc: "GrpcClient | None" = None
    folder: Path | None = None
    push: bool = False
    hostile: bool = False

    @property
    def offers(self) -> set[str]:
        """Needs of checks that are met."""
        met = {
            "grpc": self.grpc is not None,
            "folder": self.folder is not None,
            "push": self.push and self.folder is not None,
            "hostile": self.hostile,
            "frames": FRAMES_SIGNATURE in self.metadata,
        }
        return {name for name, holds in met.items() if holds}

    @property
    def path(self) -> str:
        """The model's path: other paths begin with it."""
        return f"/v1/models/{self.model}"

    def rpc(self) -> "GrpcClient":
        """The gRPC side, of which the check has said that it needs it."""
        assert self.grpc is not None
        return self.grpc

    def versions(self) -> Path:
        """The folder of versions, of which the check has said that it needs it."""
        assert self.folder is not None
        return self.folder

    def clips(self, count: int, seed: int = 0) -> np.ndarray:
        """Made-up clips: float32 `(count, landmarks, patch_h, patch_w, channels)`."""
        shape = (count, *patches_shape(self.channels))
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    def predict(self, value: dict[str, Any]) -> Answer:
        """`:predict` with `value` as JSON."""
        return self.rest.post(f"{self.path}:predict", value)

    def rows(self, patches: np.ndarray) -> dict[str, np.ndarray]:
        """What row-form REST says of `patches`: logits, probabilities, label."""
        answer = self.predict(
            {"signature_name": TENSOR_SIGNATURE, "instances": patches.tolist()}
        )
        if answer.status != 200:
            raise ConnectionError(f"HTTP {answer.status}: {answer.body}")
        rows = answer.body["predictions"]
        return {
            name: np.array([row[name] for row in rows])
            for name in (LOGITS, PROBABILITIES, LABEL)
        }


def look_at(
    rest: RestClient,
    model: str,
    *,
    grpc: "GrpcClient | None" = None,
    folder: Path | None = None,
    push: bool = False,
    hostile: bool = False,
) -> Target:
    """Asks the server what it serves under the name `model`.

    Raises:
        InputError: If nothing answers, it does not know the model, the model is not
            one of `fgrmer export`, or `folder` is no folder of versions.
    """
    try:
        answer = rest.get(f"/v1/models/{model}/metadata")
    except OSError as error:
        raise InputError(
            f"A server must listen on {rest.host}:{rest.port}. Received: {error}. "
            "Start it, or give its address."
        ) from error
    try:
        metadata = answer.body["metadata"]["signature_def"]["signature_def"]
        shape = metadata[TENSOR_SIGNATURE]["inputs"][PATCHES]["tensor_shape"]["dim"]
        classes = metadata[TENSOR_SIGNATURE]["outputs"][LOGITS]["tensor_shape"]["dim"]
        channels, num_classes = int(shape[-1]["size"]), int(classes[-1]["size"])
    except (KeyError, TypeError, IndexError) as error:
        raise InputError(
            f"The server must serve a model of `fgrmer export` as `{model}`. Received: "
            f"HTTP {answer.status} {str(answer.body)[:200]}. Give its name."
        ) from error
    if folder is not None and not any(folder.glob("*/saved_model.pb")):
        raise InputError(
            f"A folder of versions must hold NUMBER/saved_model.pb. Received: {folder}."
        )
    return Target(
        rest=rest,
        model=model,
        channels=channels,
        num_classes=num_classes,
        metadata=metadata,
        grpc=grpc,
        folder=folder,
        push=push,
        hostile=hostile,
    )
