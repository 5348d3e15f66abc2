"""Names of the native layouts, without what writes them."""

from typing import Literal

LayoutName = Literal[
    "casme",
    "casme2",
    "casme-sq",
    "casme3a",
    "casme3c",
    "samm",
    "smic",
    "smic-long",
    "smic-vis",
    "smic-nir",
    "mmew",
    "4dme",
]
"""Native layouts; `smic-long` is the long release of `smic`."""

Kind = Literal["raw", "cropped"]
"""Frames as recorded, or cut out round the face."""
