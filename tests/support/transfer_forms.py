"""A small TransFER's weights as each release spells them, without PyTorch."""

import json
from pathlib import Path

import numpy as np

from fgrmer_tf.transfer_config import TransferConfig
from tests.support.transfer_reference import reference_state_dict

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "torch_transfer.npz"
LATER = 3
"""Units of IR-50's last stage, which TransFER does not have."""


def small_release():
    """Sizes, state dict by PyTorch names, and what PyTorch made of it."""
    with np.load(GOLDEN) as arrays:
        stored = {
            name.removeprefix("whole/"): array
            for name, array in arrays.items()
            if name.startswith("whole/")
        }
    fields = json.loads(str(stored["config"]))
    fields |= {name: tuple(v) for name, v in fields.items() if isinstance(v, list)}
    state = reference_state_dict(json.loads(str(stored["rule"])))
    return TransferConfig(**fields), state, stored


def _numbered_through(name, units):
    words = name.split(".")
    place = words.index("body")
    stage, unit = int(words[place + 1]), int(words[place + 2])
    words[place + 1 : place + 3] = [str(sum(units[:stage]) + unit)]
    return ".".join(words)


def as_paddle(config, state):
    """As `paddle.load` reads the released TransFER."""
    found = {}
    for name, array in state.items():
        if ".body." in name:
            name = _numbered_through(name, config.stem_units)
        name = name.replace(".running_mean", "._mean")
        name = name.replace(".running_var", "._variance")
        if name.endswith(("input_layer.2.weight", "res_layer.2.weight")):
            name = name.replace(".weight", "._weight")
        found[name] = array.T if array.ndim == 2 else array
    return found


def as_apvit(state):
    """As `PoolingVitClassifier` names what it shares with TransFER."""
    found = {}
    for name, array in state.items():
        if name == "vit.pos_embed":
            found["vit.cls_pos_embed"] = array[:, :1]
            found["vit.patch_pos_embed"] = array[:, 1:]
        elif not name.startswith("attention."):
            found[name.replace("convert.proj.", "vit.projs.0.")] = array
    return found


def as_ir50(config, state):
    """The stem as face.evoLVe's `IR_50` has it, with a stage and a head after it."""
    found = {
        _numbered_through(name, config.stem_units) if ".body." in name else name: array
        for name, array in state.items()
        if name.startswith("extractor.")
    }
    found = {name.removeprefix("extractor."): array for name, array in found.items()}
    first = sum(config.stem_units)
    found[f"body.{first}.shortcut_layer.0.weight"] = np.ones((13, 11, 1, 1), np.float32)
    for unit in range(first, first + LATER):
        found[f"body.{unit}.res_layer.1.weight"] = np.ones((13, 11, 3, 3), np.float32)
    return {**found, "output_layer.0.weight": np.ones(13, np.float32)}


def as_vit(state):
    """The encoder as timm's first ViT-Small has it, with patches and head."""
    found = {
        name.removeprefix("vit."): array
        for name, array in state.items()
        if name.startswith("vit.")
    }
    return {
        **found,
        "patch_embed.proj.weight": np.ones((12, 3, 16, 16), np.float32),
        "head.weight": np.ones((17, 12), np.float32),
    }
