"""Runs modules in the form of three PyTorch releases, for tests of the importers.

The modules are written here and in `torch_transfer.py`, with the names of face.evoLVe's
`IR_50`, timm's first `vit_small_patch16_224` and the released TransFER, but narrow.
Weights follow the rule of `tests/support/transfer_reference.py`, so that the file,
tests/golden/torch_transfer.npz, holds names, shapes, the `TransferConfig` to build and
outputs alone. It is run again when a module changes:

    PYTHONPATH=. .venv-torch/bin/python -m benchmarks.torch_transfer_reference
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]

from benchmarks.torch_transfer import Block, Transfer, input_layer, units
from tests.support.transfer_reference import reference_state_dict

OUT = Path(__file__).resolve().parents[1] / "tests/golden/torch_transfer.npz"
SEED, SIDE, BATCH = 11, 32, 2
IR_WIDTHS, IR_UNITS = (3, 5, 7, 11), (3, 4, 14, 3)
VIT_WIDTH, VIT_HEADS, VIT_HIDDEN, VIT_DEPTH, VIT_GRID = 24, 8, 72, 8, 4
WHOLE = {
    "num_classes": 5,
    "image_size": SIDE,
    "stem_filters": (7, 11),
    "stem_units": (2, 3),
    "stem_strides": 1,
    "local_attentions": 3,
    "attention_reduction": 2,
    "map_drop_rate": 0.0,
    "embedding_dim": 12,
    "encoder_depth": 2,
    "num_heads": 3,
    "feed_forward_units": 17,
    "head_drop_rate": 0.0,
}


class Ir50(nn.Module):
    """face.evoLVe's `IR_50`: all units in one list, then a head for identities."""

    def __init__(self):
        super().__init__()
        self.input_layer = input_layer(IR_WIDTHS[0])
        stages = units(IR_WIDTHS, IR_UNITS)
        self.body = nn.Sequential(*(unit for stage in stages for unit in stage))
        side = SIDE // 2 ** len(IR_WIDTHS)
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(IR_WIDTHS[-1]),
            nn.Dropout(),
            nn.Flatten(),
            nn.Linear(IR_WIDTHS[-1] * side**2, 13),
            nn.BatchNorm1d(13),
        )


class ViTSmall(nn.Module):
    """timm's first `vit_small_patch16_224`: scores scaled by the width of a token."""

    def __init__(self):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, VIT_WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, VIT_GRID**2 + 1, VIT_WIDTH))
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, VIT_WIDTH, 16, 16)
        self.blocks = nn.ModuleList(
            Block(VIT_WIDTH, VIT_HEADS, VIT_HIDDEN, 0.0) for _ in range(VIT_DEPTH)
        )
        self.norm = nn.LayerNorm(VIT_WIDTH, eps=1e-6)
        self.head = nn.Linear(VIT_WIDTH, 13)
        for block in self.blocks:
            block.attn.scale = VIT_WIDTH**-0.5


def drawn(net):
    """`net` with weights by the rule, and what the rule needs to draw them again."""
    shapes = {
        name: list(value.shape)
        for name, value in net.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    rule = {"state_dict_shapes": json.dumps(shapes), "seed": SEED}
    state = reference_state_dict(rule)
    net.load_state_dict(
        {name: torch.from_numpy(value) for name, value in state.items()}, strict=False
    )
    return net.eval(), rule


def channels_last(value):
    """As this project has grids."""
    return value.permute(0, 2, 3, 1).numpy() if value.ndim == 4 else value.numpy()


def stem_stages(images):
    """Outputs of the input layer and of the stages that TransFER takes."""
    net, rule = drawn(Ir50())
    value = net.input_layer(images)
    stages = {"input_layer": value}
    last = np.cumsum(IR_UNITS) - 1
    for number, unit in enumerate(net.body):
        value = unit(value)
        if number in last[:3]:
            stages[f"stage{list(last).index(number) + 1}"] = value
    config = {
        "image_size": SIDE,
        "stem_filters": IR_WIDTHS[:3],
        "stem_units": IR_UNITS[:3],
    }
    return stages | {"rule": rule, "config": config | {"attention_reduction": 1}}


def encoder_stages(patches):
    """Outputs of the tokens, of every block and of the last normalisation."""
    net, rule = drawn(ViTSmall())
    value = torch.cat([net.cls_token.expand(BATCH, -1, -1), patches.flatten(2).mT], 1)
    value = value + net.pos_embed
    stages = {"tokens": value}
    for number, block in enumerate(net.blocks, start=1):
        value = block(value)
        stages[f"block{number}"] = value
    config = {
        "image_size": SIDE,
        "embedding_dim": VIT_WIDTH,
        "encoder_depth": VIT_DEPTH,
        "num_heads": VIT_HEADS,
        "feed_forward_units": VIT_HIDDEN,
        "attention_scale": VIT_WIDTH**-0.5,
    }
    return stages | {"norm": net.norm(value), "rule": rule, "config": config}


def whole_stages(images):
    """Outputs of every part of TransFER."""
    net, rule = drawn(Transfer(WHOLE))
    stem = net.extractor(images)
    maps = torch.cat([local(stem) for local in net.attention.las], dim=1)
    attended = net.attention(stem)
    projected = net.convert(attended)
    return {
        "stem": stem,
        "maps": maps,
        "attended": attended,
        "projected": projected,
        "logits": net(images),
        "rule": rule,
        "config": WHOLE,
    }


@torch.inference_mode()
def main() -> None:
    """Writes the file."""
    random = np.random.default_rng(SEED)

    def draw(*shape):
        return torch.from_numpy(random.normal(size=shape).astype(np.float32))

    images = draw(BATCH, 3, SIDE, SIDE)
    patches = draw(BATCH, VIT_WIDTH, VIT_GRID, VIT_GRID)
    parts = {
        "stem": {"inputs": images, **stem_stages(images)},
        "encoder": {"inputs": patches, **encoder_stages(patches)},
        "whole": {"inputs": images, **whole_stages(images)},
    }
    arrays: dict[str, Any] = {
        f"{part}/{name}": np.array(json.dumps(value))
        if name in ("rule", "config")
        else channels_last(value)
        for part, stages in parts.items()
        for name, value in stages.items()
    }
    np.savez_compressed(OUT, **arrays)
    print(f"{OUT}: {len(arrays)} arrays, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
