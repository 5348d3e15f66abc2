"""Preparing a feature store: every clip's frames to patches, skips recorded."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from fgrmer_tf import __version__, atomic
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from input_pipeline import feature_store
from input_pipeline.au_annotation import au_row
from input_pipeline.clip_features import ClipExtractor, ClipFeatures
from input_pipeline.clip_reading import digests, read_features
from input_pipeline.feature_table import FeatureTable
from input_pipeline.findings import Skip, count_rules, read_skips, write_findings
from input_pipeline.motion import weights_digest
from input_pipeline.records import Manifest, Sample, write_manifest

Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prepared:
    """What `prepare` did.

    Args:
        header: Header of the store.
        skipped: Clips left out, those of the manifest first.
        notes: `(clip key, note)` of clips that are in, with something to know.
        reused: Whether an equal store was there already and nothing was computed.
    """

    header: feature_store.StoreHeader
    skipped: tuple[Skip, ...]
    notes: tuple[tuple[str, str], ...] = ()
    reused: bool = False


def prepare(
    manifest: Manifest,
    store: str | Path,
    *,
    class_names: Sequence[str],
    config: MotionConfig,
    progress: Progress = lambda done, total: None,
) -> Prepared:
    """Computes every clip's patches and writes the feature store.

    Reads:
        Onset and apex frame of every sample.

    Writes:
        The folder `store`, whole or not at all. An equal store is left as it is.

    Args:
        manifest: Clips to compute.
        store: Target folder.
        class_names: Names of all classes, in label order.
        config: Motion settings.
        progress: Called with the clips done and the clips in all.

    Raises:
        InputError: If the manifest has no sample, every clip is skipped, or `store`
            holds something else.
    """
    store = Path(store)
    if not manifest.samples:
        raise InputError(
            f"The data set is empty: no usable clip, {len(manifest.skipped)} left out"
            f"{_counts(manifest.skipped)}. See `fgrmer check`."
        )
    key = _key(manifest, class_names, config)
    if store.exists():
        header = feature_store.read_header(store)
        if header.key != key:
            raise InputError(
                f"`{store}` holds features of other clips or settings. Name another "
                "store, or remove it."
            )
        progress(header.clips, header.clips)
        return Prepared(header=header, skipped=read_skips(store), reused=True)
    extractor = ClipExtractor(config)
    kept: list[tuple[Sample, ClipFeatures]] = []
    skipped = list(manifest.skipped)
    for done, sample in enumerate(manifest.samples):
        progress(done, len(manifest.samples))
        result = read_features(extractor, sample)
        if isinstance(result, Skip):
            skipped.append(result)
        else:
            kept.append((sample, result))
    progress(len(manifest.samples), len(manifest.samples))
    if not kept:
        raise InputError(f"Every clip was skipped{_counts(skipped)}. Nothing written.")
    table = _table(kept, class_names)
    with atomic.folder(store) as folder:
        header = feature_store.write(
            folder,
            table,
            key=key,
            settings={"motion": dataclasses.asdict(config)},
        )
        write_manifest(folder / "manifest.csv", [sample for sample, _ in kept])
        write_findings(folder, skipped, manifest.repairs)
    notes = tuple(
        ("/".join(sample.key), note) for sample, clip in kept for note in clip.notes
    )
    return Prepared(header=header, skipped=tuple(skipped), notes=notes)


def _key(manifest, class_names, config) -> str:
    rows = [
        [*sample.key, sample.label, sample.au, digests(sample, config)]
        for sample in manifest.samples
    ]
    left_out = [dataclasses.asdict(skip) for skip in manifest.skipped]
    settings = dataclasses.asdict(config) | {"weights": weights_digest(config)}
    return feature_store.hash_of(
        [__version__, feature_store.SCHEMA, list(class_names), settings, rows, left_out]
    )


def _table(kept, class_names: Sequence[str]) -> FeatureTable:
    samples = [sample for sample, _ in kept]
    names = list(class_names)
    return FeatureTable(
        patches=np.stack([clip.patches for _, clip in kept]),
        label=np.array([names.index(s.label) for s in samples], np.int64),
        subject=np.array([s.subject for s in samples]),
        dataset=np.array([s.dataset for s in samples]),
        clip=np.array([s.clip for s in samples]),
        class_names=tuple(names),
        au=np.stack([au_row(s.au) for s in samples]),
    )


def _counts(skipped: Sequence[Skip]) -> str:
    parts = [f"{count} {rule}" for rule, count in count_rules(skipped).items()]
    return f" ({', '.join(parts)})" if parts else ""
