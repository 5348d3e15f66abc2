"""Files of released weights: what they are, and which classes their heads have."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fgrmer_tf.errors import InputError
from input_pipeline.macro.expressions import APVIT, EXPRESSIONS

if TYPE_CHECKING:
    import keras

    from fgrmer_tf.models.torch_file import StateDict
    from fgrmer_tf.models.transfer_releases import Part, Release

UNKNOWN_FIT = (
    "What those weights were fitted to is not known here: where it has the tested "
    "pictures, the scores flatter."
)
"""What a reader of scores must know of weights from elsewhere."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One file that weights are taken from.

    Args:
        option: That named it.
        file: The file.
        sha256: Of its bytes.
        release: What it is.
        state: Its tensors.
        parts: Which parts are taken.
        rows: Row of each class in its head, where that is taken.
        said: Why its head is not taken; empty otherwise.
    """

    option: str
    file: Path
    sha256: str
    release: str
    state: "StateDict"
    parts: "tuple[Part, ...]"
    rows: Sequence[int] | None
    said: str

    def give(self, model: "keras.Model") -> None:
        """Gives a model the weights that are taken."""
        from fgrmer_tf.models.transfer_releases import take

        take(model, self.state, self.parts, self.rows)


def read_release(file: Path) -> tuple["StateDict", "Release"]:
    """Opens a file of weights and says which release it is of.

    Raises:
        InputError: As `read_state_dict` and `release_of` do.
        InputError: If it is a file of Paddle's own.
    """
    from fgrmer_tf.models.torch_file import read_state_dict
    from fgrmer_tf.models.transfer_releases import plain, release_of

    if file.suffix in (".pdparams", ".pdiparams"):
        raise InputError(
            f"Weights are read from `.pth` or `.npz`. Received: `{file}`. Where Paddle "
            "is, `numpy.savez(out, **paddle.load(file, return_numpy=True))` makes one."
        )
    state = plain(read_state_dict(file))
    try:
        return state, release_of(state)
    except InputError as error:
        raise InputError(f"`{file}`: {error}") from error


def head_classes(
    state: "StateDict", release: "Release", given: Sequence[str]
) -> tuple[str, ...]:
    """The classes of a file's head, in its order; empty where they are not known.

    Args:
        state: The file's tensors.
        release: What it is.
        given: What the user says; empty: what the release's code says.

    Raises:
        InputError: If `given` does not name each class of the head once.
    """
    from fgrmer_tf.models import transfer_releases as releases

    count = len(state.get(releases.HEAD_BIAS, ()))
    if given and (len(set(given)) < len(given) or len(given) != count):
        raise InputError(
            f"Each class of the file's head is named once; it has {count}. "
            f"Received: {', '.join(given)}."
        )
    known = {
        # The loader of the released code takes RAF-DB's labels as they are.
        (releases.PADDLE.name, 7): EXPRESSIONS[:7],
        (releases.APVIT.name, 7): APVIT[:7],
        (releases.APVIT.name, 8): APVIT,
    }
    return tuple(given) or known.get((release.name, count), ())


def sha256_of(file: Path) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
