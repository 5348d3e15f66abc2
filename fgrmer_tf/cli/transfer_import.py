"""`fgrmer transfer import-torch`: a released TransFER as a model to be used."""

import dataclasses
from pathlib import Path

import tyro

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import say, start_tensorflow
from fgrmer_tf.cli.transfer_options import PUBLISHED_NETWORK, TransferOptions
from fgrmer_tf.cli.transfer_weights import head_classes, read_release, sha256_of
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from fgrmer_tf.transfer_config import TransferConfig
from input_pipeline.macro.names import Alignment

_NOT_WHOLE = {
    "APViT": "APViT leaves out places between stem and head, which this network does "
    "not do: with its weights it would answer otherwise. Start a training from it by "
    "`fgrmer transfer train --weights`.",
    "face.evoLVe IR-50": "It is a stem: `fgrmer transfer train --stem-weights`.",
    "ViT of timm": "It is an encoder: `fgrmer transfer train --encoder-weights`.",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransferImportTorch:
    """Maps a released TransFER, tensor by tensor, onto the Keras model."""

    file: tyro.conf.Positional[Path]
    """State dict: .pth (needs PyTorch) or .npz with one array a name."""
    out: Path
    """Run folder to make: model.keras and its settings."""
    class_names: tuple[str, ...] = ()
    """Classes in the order of the file's head; known only of Paddle's seven."""
    side: int = 112
    """Side of the pictures that it was trained on [px]."""
    alignment: Alignment = "none"
    """How a picture becomes a square; `face`: by the landmarks of each face."""
    network: TransferOptions = PUBLISHED_NETWORK

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf.models.transfer import build_transfer
        from fgrmer_tf.models.transfer_releases import parts_of, take
        from fgrmer_tf.training.run_folder import CONFIG_FILE, MODEL_FILE

        state, release = read_release(self.file)
        if release.name in _NOT_WHOLE:
            raise InputError(
                f"A whole TransFER is imported. Received: `{self.file}`, which is "
                f"{release.name}. {_NOT_WHOLE[release.name]}"
            )
        names = head_classes(state, release, self.class_names)
        if not names:
            raise InputError(
                "--class-names must name the classes in the order of the file's head. "
                f"Received: none for `{self.file}`, {release.name}, which does not say."
            )
        if self.out.exists():
            raise InputError(f"`{self.out}` exists already. Name another folder.")
        fields = dataclasses.asdict(self.network)
        fields |= {"num_classes": len(names), "image_size": self.side}
        network = TransferConfig(**fields)
        model = build_transfer(network)
        take(model, state, parts_of(model))
        settings = {
            "system": "transfer",
            "class_names": list(names),
            "image_size": self.side,
            "normalization": {
                "mean": list(IMAGE_MEAN),
                "deviation": list(IMAGE_DEVIATION),
            },
            "alignment": self.alignment,
            "network": dataclasses.asdict(network),
            "store": None,
            "imported": {
                "file": self.file.name,
                "sha256": sha256_of(self.file),
                "release": release.name,
            },
        }
        with atomic.folder(self.out) as folder:
            model.save(folder / MODEL_FILE)
            atomic.write_json(folder / CONFIG_FILE, settings)
        say(f"imported model: {self.out}")
