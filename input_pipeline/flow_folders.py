"""Published flow images to a feature store; `flow_layouts.py` says which there are.

An image holds u, v and strain as three channels, each scaled to [0, 255] by its own
extremes: zero and magnitude are lost. As for every flow map the median stands for the
zero of u and v, and each channel is divided by its standard deviation.
"""

import collections
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import (
    AU_NOT_ANNOTATED,
    MEGC2019_CLASSES,
    NUM_AUS,
    PATCH_LANDMARKS,
    PATCH_SIZE,
)
from input_pipeline import feature_store
from input_pipeline.feature_table import FeatureTable
from input_pipeline.findings import Skip, count_rules, write_findings
from input_pipeline.flow_layouts import FlowImage, list_flow_images
from input_pipeline.flow_places import places_on
from input_pipeline.images import decode_image
from input_pipeline.patches import sample_patches

ChannelOrder = Literal["uvs", "svu"]
"""What red, green and blue hold."""

MAP_SIDE = 56
"""Patches are 7 px of the map brought to this side; on 28 px they scored .06 lower."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Imported:
    """What `import_flow` did: the store's header, clips left out, and notes."""

    header: feature_store.StoreHeader
    skipped: tuple[Skip, ...]
    notes: tuple[str, ...]


def import_flow(
    root: str | Path,
    store: str | Path,
    *,
    order: ChannelOrder = "uvs",
    labels: str | Path | None = None,
    faces: str | Path | None = None,
    dataset: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Turns a folder of flow images into a feature store.

    Reads:
        What `flow_layouts.list_flow_images` lists, and pictures in `faces`.

    Writes:
        The folder `store`, whole or not at all.

    Args:
        root: The folder.
        store: Target folder.
        order: What red, green and blue hold. STSTNet's images are taken for `uvs`;
            images written by HTNet's own code (CAS(ME)^3) are `svu`, with the magnitude
            of flow in place of strain.
        labels: As in `list_flow_images`.
        faces: Folder of pictures of the same faces, cut as the flow images are and
            named alike, whose landmarks say where the patches lie. Without it, or for a
            clip without picture or face, they lie where an average face has them.
        dataset: As in `list_flow_images`.
        progress: Called with the images done and the images in all.

    Raises:
        InputError: As `list_flow_images`; if `store` exists, `faces` is not a folder,
            or no image is usable.
    """
    store = Path(store)
    if store.exists():
        raise InputError(f"`{store}` exists already. Name another store.")
    listing = list_flow_images(root, labels=labels, dataset=dataset)
    skipped, notes = list(listing.skipped), list(listing.notes)
    kept: list[tuple[FlowImage, np.ndarray]] = []
    digest = hashlib.sha256()
    for done, image in enumerate(listing.images):
        progress(done, len(listing.images))
        data = image.path.read_bytes()
        digest.update(f"{image.path.name} {image.label} ".encode() + data)
        try:
            pixels = decode_image(data, str(image.path))
        except InputError as error:
            skipped.append(image.skip("unreadable image", str(error)))
            continue
        problem = _not_flow(pixels)
        if problem:
            skipped.append(image.skip("not a flow image", problem))
        else:
            kept.append((image, pixels if order == "uvs" else pixels[..., ::-1]))
    progress(len(listing.images), len(listing.images))
    kept = _of_one_size(kept, skipped)
    if not kept:
        counts = ", ".join(f"{n} {rule}" for rule, n in count_rules(skipped).items())
        raise InputError(f"No image of `{root}` is usable ({counts}). Nothing written.")
    notes += _order_note([pixels for _, pixels in kept])
    points, more = places_on([image for image, _ in kept], faces)
    settings = {
        "imported_from": Path(root).name,
        "sha256": digest.hexdigest(),
        "channel_order": order,
        "landmarks": "of an average face" if faces is None else "of face pictures",
    }
    table = _table(kept, points)
    where = hashlib.sha256(points.tobytes()).hexdigest()
    with atomic.folder(store) as folder:
        header = feature_store.write(
            folder,
            table,
            key=feature_store.hash_of([feature_store.SCHEMA, settings, where]),
            settings=settings,
        )
        write_findings(folder, skipped, ())
    return Imported(header=header, skipped=tuple(skipped), notes=(*notes, *more))


def _not_flow(pixels: np.ndarray) -> str:
    """Why this cannot be u, v and strain of a face; empty if it can."""
    height, width = pixels.shape[:2]
    if height != width or height < 2 * PATCH_SIZE:
        return f"{width}x{height} px, not a square"
    if (pixels == pixels[..., :1]).all():
        return "its three channels are equal"
    return ""


def _of_one_size(kept, skipped: list[Skip]):
    """Those of the most frequent size; the others are added to `skipped`."""
    sides = collections.Counter(len(pixels) for _, pixels in kept)
    usual = sides.most_common(1)[0][0] if sides else 0
    for image, pixels in kept:
        if len(pixels) != usual:
            detail = f"{len(pixels)} px, the others {usual} px"
            skipped.append(image.skip("size differs", detail))
    return [(image, pixels) for image, pixels in kept if len(pixels) == usual]


def _order_note(images: Sequence[np.ndarray]) -> list[str]:
    """A note if the first channel looks like strain and the last one like flow.

    Strain is never negative and small almost everywhere, so that its median, scaled by
    its extremes, is the lowest.
    """
    medians = np.median(np.stack(images), axis=(1, 2)).mean(axis=0)
    if medians[0] >= medians[2]:
        return []
    return [
        f"the channel taken for u has a median of {medians[0]:.0f}, the one taken for "
        f"strain {medians[2]:.0f}: the order of channels looks reversed, see --order"
    ]


def flow_features(pixels: np.ndarray) -> np.ndarray:
    """The map of an image: median of u and v taken out, channels of deviation 1.

    Args:
        pixels: uint8 `(side, side, 3)`: u, v, strain.

    Returns:
        float32 `(side, side, 3)`; 0 in a channel that says nothing.
    """
    maps = pixels.astype(np.float32)
    maps[..., :2] -= np.median(maps[..., :2], axis=(0, 1))
    deviation = maps.std(axis=(0, 1))
    return maps / np.where(deviation > 0, deviation, 1)


def _table(
    kept: Sequence[tuple[FlowImage, np.ndarray]], places: np.ndarray
) -> FeatureTable:
    maps = [flow_features(pixels) for _, pixels in kept]
    large = [cv2.resize(one, (MAP_SIDE, MAP_SIDE)) for one in maps]
    points = places[:, list(PATCH_LANDMARKS)] * MAP_SIDE - 0.5
    images = [image for image, _ in kept]
    return FeatureTable(
        patches=np.stack([*map(sample_patches, large, points)]),
        motion_map=np.stack(maps),
        label=np.array([MEGC2019_CLASSES.index(i.label) for i in images], np.int64),
        subject=np.array([image.subject for image in images]),
        dataset=np.array([image.dataset for image in images]),
        clip=np.array([image.clip for image in images]),
        class_names=MEGC2019_CLASSES,
        au=np.full((len(images), NUM_AUS), AU_NOT_ANNOTATED, np.uint8),
    )
