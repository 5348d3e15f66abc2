"""Names of the picture data sets and how they are read, without what reads them."""

import dataclasses
from typing import Literal

from input_pipeline.macro.expressions import NumExpressions

PhotoSetName = Literal["raf-db", "ferplus", "affectnet", "ck-plus", "class-folder"]
"""Data sets of pictures with a loader."""

PhotoLayoutName = Literal[
    "raf-db", "ferplus", "affectnet", "affectnet-npy", "ck-plus", "class-folder"
]
"""Native layouts; `affectnet-npy` is the newer release of `affectnet`."""

VoteMode = Literal["majority", "probability"]
"""What becomes of several taggers' votes: one class, or a share of each."""

Alignment = Literal["none", "face"]
"""`face`: turned and cut to the canonical face by its landmarks; `none`: the middle."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoReading:
    """How a data set of pictures is read."""

    expressions: NumExpressions = 7
    """Classes: 7, or 8 with contempt."""
    votes: VoteMode = "majority"
    """Of FERPlus: the class of most votes, or the share of each class."""
    last_frames: int = 3
    """Of CK+: frames at the end of a sequence that show its expression."""


AS_PUBLISHED = PhotoReading()
"""Seven classes, majority, three last frames."""
