"""`fgrmer import-torch`: the published PyTorch weights as a Keras model."""

import dataclasses
from pathlib import Path

import tyro

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import say, start_tensorflow
from fgrmer_tf.spec import MEGC2019_CLASSES


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImportTorch:
    """Maps an official state dict, tensor by tensor, onto the Keras model."""

    file: tyro.conf.Positional[Path]
    """State dict: .pth (needs PyTorch) or .npz with one array a name."""
    out: Path
    """Run folder to make: model.keras, one input, patches."""
    class_names: tuple[str, ...] = MEGC2019_CLASSES
    """Classes in label order."""

    def run(self) -> None:
        start_tensorflow()
        from export.serving_graph import ServingConstants
        from fgrmer_tf.cli.trained import save_constants
        from fgrmer_tf.errors import InputError
        from fgrmer_tf.models.import_torch import import_state_dict
        from fgrmer_tf.models.torch_file import read_state_dict
        from fgrmer_tf.training.run_folder import MODEL_FILE

        config, model = import_state_dict(read_state_dict(self.file))
        if config.num_classes != len(self.class_names):
            raise InputError(
                f"--class-names must name {config.num_classes} classes, as the file "
                f"has. Received: {self.class_names}."
            )
        if self.out.exists():
            raise InputError(f"`{self.out}` exists already. Name another folder.")
        constants = ServingConstants(
            class_names=self.class_names,
            au_embeddings=None,
            au_evidence=False,
            preprocessing={"imported_from": self.file.name},
        )
        with atomic.folder(self.out) as folder:
            model.save(folder / MODEL_FILE)
            save_constants(folder, constants)
            settings = {"model": dataclasses.asdict(config), "file": self.file.name}
            atomic.write_json(folder / "config.json", settings)
        say(f"imported model: {self.out}")
