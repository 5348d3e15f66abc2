"""`fgrmer explain`: what a trained model looked at, and what its AU nodes said."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.cli.console import say, start_landmarks, start_tensorflow
from fgrmer_tf.cli.explanation_files import PAGE_FILE, Shown, write_explanation
from fgrmer_tf.cli.transfer_explain import explain_photos
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Explain:
    """Draws attention on the face; of FGRMER also AU relevance and the AU graph."""

    model: Path
    """A run of `fgrmer train` or `transfer train`."""
    images: tuple[Path, ...] = ()
    """Of TransFER: pictures, and folders of them, to draw its attention over."""
    onset: Path | None = None
    """Onset frame of one clip; give it with --apex."""
    apex: Path | None = None
    """Apex frame of it."""
    store: Path | None = None
    """Feature store in place of frames: means over its clips, on a schematic face."""
    out: Path
    """Folder for explanation.html, its pictures as PNG, and explanation.json; of
    `images` for attention.png and attention.json."""

    def run(self) -> None:
        names = ("onset", "apex", "store", "images")
        given = [name for name in names if getattr(self, name)]
        if given not in (["onset", "apex"], ["store"], ["images"]):
            raise InputError(
                "Say what to explain: --onset A --apex B, --store STORE, or --images "
                f"FILES. Received: {', '.join(given) or 'none of them'}."
            )
        start_tensorflow()
        if self.images:
            explain_photos(self.model, self.images, self.out)
            return
        from fgrmer_tf.cli.trained import load_trained
        from fgrmer_tf.models.explanation import explain

        model, constants = load_trained(self.model)
        names = constants.class_names
        if self.onset and self.apex:
            shown = _clip_of(self.model, self.onset, self.apex, names)
        elif self.store:
            shown = _clips_of(self.store, names)
        features = _features(shown.table, constants, "motion_map" in model.input)
        found = explain(model, features)
        layers = {layer.name for layer in model.layers}
        adjacency = None
        if "adjacency" in layers:
            adjacency = np.asarray(model.get_layer("adjacency").raw)
        write_explanation(self.out, shown, found, names, adjacency)
        say(f"explanation: {self.out / PAGE_FILE}")


def _clip_of(model: Path, onset: Path, apex: Path, names: tuple[str, ...]) -> Shown:
    """One clip, its features made as those the model was trained on."""
    start_landmarks()
    from fgrmer_tf.cli.trained import load_predictor
    from fgrmer_tf.spec import AU_NOT_ANNOTATED, NUM_AUS
    from input_pipeline.clip_features import ClipExtractor
    from input_pipeline.feature_table import FeatureTable
    from input_pipeline.images import read_image

    frame = read_image(apex)
    extractor = ClipExtractor(load_predictor(model).motion)
    clip = extractor.extract(read_image(onset), frame)
    table = FeatureTable(
        patches=clip.patches[None],
        label=np.zeros(1, np.int64),
        subject=np.array(["?"]),
        dataset=np.array(["?"]),
        clip=np.array([apex.name]),
        class_names=names,
        au=np.full((1, NUM_AUS), AU_NOT_ANNOTATED, np.uint8),
        motion_map=clip.motion_map[None],
    )
    return Shown(
        title=f"{onset.name} to {apex.name}",
        table=table,
        landmarks=clip.apex_landmarks,
        frame=frame,
    )


def _clips_of(store: Path, names: tuple[str, ...]) -> Shown:
    """All clips of a store, on a face that is nobody's."""
    from input_pipeline import feature_store
    from input_pipeline.canonical_face import FACE_AT_REST

    table = feature_store.read(store)
    if table.class_names != names:
        raise InputError(
            f"Model and store must have the same classes. Received: {names} and "
            f"{table.class_names}."
        )
    return Shown(
        title=f"{len(table)} clips of {store.name}", table=table, landmarks=FACE_AT_REST
    )


def _features(table: "FeatureTable", constants: Any, maps: bool) -> dict:
    """All inputs of the model for the clips of `table`."""
    from input_pipeline import tfdata

    batches = tfdata.inference(
        table,
        embeddings=constants.au_embeddings,
        evidence=constants.au_evidence,
        motion_map=maps,
    )
    parts = list(batches.as_numpy_iterator())
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
