"""TransFER written straightforwardly in PyTorch; nothing of this project is in it.

Tensors have the names of TransFER's released code.
"""

import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]


class Unit(nn.Module):
    """Improved residual unit."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(channels),
            nn.Conv2d(channels, filters, 3, 1, 1, bias=False),
            nn.PReLU(filters),
            nn.Conv2d(filters, filters, 3, stride, 1, bias=False),
            nn.BatchNorm2d(filters),
        )
        if channels == filters:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride, bias=False),
                nn.BatchNorm2d(filters),
            )

    def forward(self, x):
        return self.res_layer(x) + self.shortcut_layer(x)


def units(filters, counts):
    """One list of units a stage."""
    before = (filters[0], *filters[:-1])
    return [
        [Unit(a if n == 0 else b, b, 2 if n == 0 else 1) for n in range(count)]
        for a, b, count in zip(before, filters, counts, strict=True)
    ]


def input_layer(filters, stride=1):
    """What stands before the first unit."""
    return nn.Sequential(
        nn.Conv2d(3, filters, 3, stride, 1, bias=False),
        nn.BatchNorm2d(filters),
        nn.PReLU(filters),
    )


class Stem(nn.Module):
    """Residual units in stages."""

    def __init__(self, filters, counts, stride):
        super().__init__()
        self.input_layer = input_layer(filters[0], stride)
        self.body = nn.Sequential(*(nn.Sequential(*s) for s in units(filters, counts)))

    def forward(self, x):
        return self.body(self.input_layer(x))


class LocalAttention(nn.Module):
    """One attention map."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.LA_conv1 = nn.Conv2d(channels, channels // reduction, 1)
        self.bn1 = nn.BatchNorm2d(channels // reduction)
        self.LA_conv2 = nn.Conv2d(channels // reduction, 1, 1)
        self.bn2 = nn.BatchNorm2d(1)

    def forward(self, x):
        x = functional.relu(self.bn1(self.LA_conv1(x)))
        return torch.sigmoid(self.bn2(self.LA_conv2(x)))


def drop_one(x, rate, axis):
    """Zeroes one slice of `axis` of the samples that are hit."""
    hit = torch.rand(len(x)) < rate
    chosen = torch.where(hit, torch.randint(x.shape[axis], (len(x),)), -1)
    number = torch.arange(x.shape[axis])
    kept = (number[None] != chosen[:, None]).view(
        [len(x), *(s if a == axis else 1 for a, s in enumerate(x.shape) if a)]
    )
    return x * kept


class LocalCnns(nn.Module):
    """Features times the largest of the maps."""

    def __init__(self, maps, channels, reduction, rate):
        super().__init__()
        self.las = nn.ModuleList(
            LocalAttention(channels, reduction) for _ in range(maps)
        )
        self.rate = rate

    def forward(self, x):
        maps = torch.cat([local(x) for local in self.las], dim=1)
        if self.training:
            maps = drop_one(maps, self.rate, 1)
        return x * maps.amax(dim=1, keepdim=True)


class Attention(nn.Module):
    """Self-attention that may lose a head."""

    def __init__(self, width, heads, rate):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)
        self.heads, self.rate, self.scale = heads, rate, None

    def forward(self, x):
        joint = self.qkv(x).view(*x.shape[:2], 3, self.heads, -1)
        q, k, v = joint.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v, scale=self.scale)
        if self.training:
            mixed = drop_one(mixed, self.rate, 1)
        return self.proj(mixed.transpose(1, 2).reshape(x.shape))


class Mlp(nn.Module):
    """Feed-forward part."""

    def __init__(self, width, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    """Pre-norm encoder block."""

    def __init__(self, width, heads, hidden, rate):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.attn = Attention(width, heads, rate)
        self.mlp = Mlp(width, hidden)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Encoder(nn.Module):
    """Class token, positions, blocks, norm."""

    def __init__(self, places, width, depth, heads, hidden, rate):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, places + 1, width))
        self.blocks = nn.ModuleList(
            Block(width, heads, hidden, rate) for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x):
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1)
        x = x + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Named(nn.Module):
    """A layer under the name that the released code gives it."""

    def __init__(self, name, layer):
        super().__init__()
        self.add_module(name, layer)
        self.name = name

    def forward(self, x):
        return getattr(self, self.name)(x)


class Transfer(nn.Module):
    """The whole network, of a `TransferConfig` as a dict."""

    def __init__(self, config):
        super().__init__()
        filters, counts = config["stem_filters"], config["stem_units"]
        width = config["embedding_dim"]
        self.extractor = Stem(filters, counts, config["stem_strides"])
        self.attention = LocalCnns(
            config["local_attentions"],
            filters[-1],
            config["attention_reduction"],
            config["map_drop_rate"],
        )
        self.convert = Named("proj", nn.Conv2d(filters[-1], width, 1))
        side = config["image_size"] // config["stem_strides"] // 2 ** len(filters)
        self.vit = Encoder(
            side**2,
            width,
            config["encoder_depth"],
            config["num_heads"],
            config["feed_forward_units"],
            config["head_drop_rate"],
        )
        self.head = Named("fc", nn.Linear(width, config["num_classes"]))

    def forward(self, x):
        x = self.convert(self.attention(self.extractor(x)))
        return self.head(self.vit(x.flatten(2).transpose(1, 2))[:, 0])
