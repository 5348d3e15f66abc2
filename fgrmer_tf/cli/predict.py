"""`fgrmer predict`: two frames, or a folder of them, to a label and a picture."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import console, say, start_landmarks, start_tensorflow
from fgrmer_tf.cli.transfer_predict import predict_photos
from fgrmer_tf.cli.transfer_trained import is_transfer
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from input_pipeline.clip_features import ClipFeatures


@dataclasses.dataclass(frozen=True, kw_only=True)
class Predict:
    """Says the micro-expression between two frames, or the expression in pictures."""

    model: Path
    """A run of `fgrmer train` or `transfer train`, or a folder of `fgrmer export`."""
    images: tuple[Path, ...] = ()
    """Of TransFER: pictures, and folders of them."""
    table: Path = Path("predictions.csv")
    """Table to write of `images`, a row each; without a face its numbers are NaN."""
    onset: Path | None = None
    """Onset frame; give it with --apex."""
    apex: Path | None = None
    """Apex frame."""
    clip: Path | None = None
    """Folder of numbered frames: the first is taken as onset, the apex is spotted."""
    overlay: Path = Path("overlay.png")
    """Picture to write."""
    json: bool = False
    """Print one JSON object in place of a table."""

    def run(self) -> None:
        start_tensorflow()
        if self._of_photos():
            predict_photos(self.model, self.images, self.table, self.json)
            return
        start_landmarks()
        from fgrmer_tf.cli.trained import load_predictor
        from fgrmer_tf.report.overlay import draw_overlay
        from input_pipeline.clip_features import ClipExtractor
        from input_pipeline.images import read_image

        predictor = load_predictor(self.model)
        onset_path, apex_path, notes = self._frames(predictor.motion)
        onset, apex = read_image(onset_path), read_image(apex_path)
        clip = ClipExtractor(predictor.motion).extract(onset, apex)
        outputs = predictor.predict(clip.patches[None])
        values = np.asarray(outputs["probabilities"])[0].tolist()
        probabilities = dict(zip(predictor.class_names, values, strict=True))
        motion = _motion(clip)
        picture = draw_overlay(
            onset, apex, clip.landmarks, clip.apex_landmarks, motion, probabilities
        )
        atomic.write_bytes(self.overlay, picture)
        self._print(
            {
                "label": max(probabilities, key=lambda name: probabilities[name]),
                "probabilities": probabilities,
                "onset": str(onset_path),
                "apex": str(apex_path),
                "overlay": str(self.overlay),
                "notes": [*notes, *clip.notes],
            }
        )

    def _of_photos(self) -> bool:
        """Whether pictures are asked about, once model and options agree on it."""
        of_transfer = is_transfer(self.model)
        if of_transfer != bool(self.images) or (
            of_transfer and (self.onset or self.apex or self.clip)
        ):
            raise InputError(
                "A TransFER takes --images, and a micro-expression model --onset and "
                f"--apex, or --clip. Received: images={len(self.images)}, onset="
                f"{self.onset}, apex={self.apex}, clip={self.clip} for `{self.model}`, "
                f"which is {'a' if of_transfer else 'no'} TransFER."
            )
        return of_transfer

    def _frames(self, config: MotionConfig) -> tuple[Path, Path, list[str]]:
        from input_pipeline.images import read_image
        from input_pipeline.spotting import spot_apex
        from input_pipeline.video import numbered_frames

        if self.clip is None and self.onset and self.apex:
            return self.onset, self.apex, []
        if self.clip is None or self.onset or self.apex:
            raise InputError(
                "Say which frames: --onset A --apex B, or --clip FOLDER. Received: "
                f"onset={self.onset}, apex={self.apex}, clip={self.clip}."
            )
        frames = numbered_frames(self.clip)
        spotted = spot_apex(map(read_image, frames), config)
        note = (
            f"onset is the first frame; apex spotted at frame {spotted.apex + 1} of "
            f"{len(frames)} by the largest motion"
        )
        return frames[0], frames[spotted.apex], [note]

    def _print(self, result: dict) -> None:
        if self.json:
            print(json.dumps(result))
            return
        for name, value in result["probabilities"].items():
            console.print(f"{name:>12} {value:6.3f} {'█' * round(30 * value)}")
        for note in result["notes"]:
            say(f"note: {note}")
        say(f"onset {result['onset']}, apex {result['apex']}")
        say(f"picture: {result['overlay']}")
        print(result["label"])


def _motion(clip: "ClipFeatures") -> np.ndarray:
    """Motion of each landmark: (u, v) in frame axes, or strength alone."""
    if clip.patches.shape[-1] == 1:
        # A shape has no zero: how far a patch departs from the rest of the face.
        means = clip.patches.mean(axis=(1, 2))
        return np.abs(means - np.median(means, axis=0))
    # Patches hold motion in the axes of the aligned face.
    to_frame = np.linalg.inv(clip.transform[:, :2])
    return clip.patches[..., :2].mean(axis=(1, 2)) @ to_frame.T
