"""Names and sizes that every stage agrees on: landmarks, patches, AUs, classes.

Source:
    Landmarks: dlib's 68-point scheme, 0-based; brows 17-26, mouth 48-67.
    AU nodes and their split into three brow and six mouth nodes: Lei et al., CVPRW
    2021; the official file states only the split, the names come from a public
    reproduction (`docs/reproduction.md`).
"""

BROW_LANDMARKS = tuple(range(17, 27))
MOUTH_LANDMARKS = tuple(range(48, 68))
PATCH_LANDMARKS = BROW_LANDMARKS + MOUTH_LANDMARKS
"""Rows of the patch tensor, as indices into the 68-point scheme."""

NUM_BROW = len(BROW_LANDMARKS)
NUM_MOUTH = len(MOUTH_LANDMARKS)
NUM_PATCHES = len(PATCH_LANDMARKS)
NUM_LANDMARKS = 68
PATCH_SIZE = 7
"""Side of a patch [px of the motion map]."""

BROW_AUS = (1, 2, 4)
MOUTH_AUS = (10, 12, 14, 15, 17, 25)
AU_NODES = BROW_AUS + MOUTH_AUS
"""Rows of the AU graph, as FACS action-unit numbers."""

NUM_AUS = len(AU_NODES)
AU_NOT_ANNOTATED = 255
"""Value of an AU cell where the data set carries no AU annotation."""

MEGC2019_CLASSES = ("positive", "negative", "surprise")
"""Class order of the published three-class model: label 0, 1, 2."""

IMAGE_MEAN = (123.675, 116.28, 103.53)
IMAGE_DEVIATION = (58.395, 57.12, 57.375)
"""What TransFER takes off RGB of [0, 255] and divides it by: ImageNet's statistics."""
