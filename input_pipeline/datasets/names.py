"""Names of the data sets and of their kinds of frames, without what reads them."""

from typing import Literal

DatasetName = Literal[
    "casme",
    "casme2",
    "casme-sq",
    "casme3a",
    "casme3c",
    "samm",
    "smic",
    "smic-vis",
    "smic-nir",
    "mmew",
    "4dme",
]
"""Data sets with a loader."""

FrameKind = Literal["any", "raw", "cropped"]
"""Which frames are read: `any` prefers raw ones and takes cropped ones without them."""

MissingApex = Literal["leave-out", "middle"]
"""What becomes of a clip whose apex cell is no number: it is left out, or its middle
frame is used and that is recorded."""
