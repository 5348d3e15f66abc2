"""A straightforward PyTorch MagNet of the public form, timed in its own environment.

`benchmarks/magnify.py` starts it; nothing of this project is imported here. It writes
its weights, then answers each line `pair N` or `frame N` with one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]


class Convolution(nn.Module):
    """Reflecting padding, a convolution without bias, and perhaps a ReLU."""

    def __init__(self, inputs, outputs, size, stride=1, relu=True):
        super().__init__()
        self.pad = nn.ReflectionPad2d(size // 2)
        self.conv2d = nn.Conv2d(inputs, outputs, size, stride, bias=False)
        self.relu = relu

    def forward(self, x):
        x = self.conv2d(self.pad(x))
        return torch.relu(x) if self.relu else x


class Block(nn.Module):
    """A residual block."""

    def __init__(self, channels):
        super().__init__()
        self.cba_1 = Convolution(channels, channels, 3)
        self.cba_2 = Convolution(channels, channels, 3, relu=False)

    def forward(self, x):
        return x + self.cba_2(self.cba_1(x))


def blocks(channels, count):
    """Residual blocks in a row."""
    return nn.Sequential(*(Block(channels) for _ in range(count)))


class Encoder(nn.Module):
    """Frames to texture and shape."""

    def __init__(self):
        super().__init__()
        self.cba_1 = Convolution(3, 16, 7)
        self.cba_2 = Convolution(16, 32, 3, stride=2)
        self.resblks = blocks(32, 3)
        self.texture_cba = Convolution(32, 32, 3, stride=2)
        self.texture_resblks = blocks(32, 2)
        self.motion_cba = Convolution(32, 32, 3)
        self.motion_resblks = blocks(32, 2)

    def shape(self, x):
        return self.both(x, textured=False)[1]

    def both(self, x, textured=True):
        x = self.resblks(self.cba_2(self.cba_1(x)))
        texture = self.texture_resblks(self.texture_cba(x)) if textured else None
        return texture, self.motion_resblks(self.motion_cba(x))


class Manipulator(nn.Module):
    """Two shapes and a factor to the magnified shape."""

    def __init__(self):
        super().__init__()
        self.g = Convolution(32, 32, 3)
        self.h_conv = Convolution(32, 32, 3, relu=False)
        self.h_resblk = Block(32)

    def forward(self, a, b, factor):
        return b + self.h_resblk(self.h_conv(factor * self.g(b - a)))


class Decoder(nn.Module):
    """Texture and shape to a frame."""

    def __init__(self):
        super().__init__()
        self.resblks = blocks(64, 9)
        self.cba_1 = Convolution(64, 32, 3)
        self.cba_2 = Convolution(32, 3, 7, relu=False)

    def forward(self, texture, shape):
        x = torch.cat([functional.interpolate(texture, scale_factor=2), shape], 1)
        x = functional.interpolate(self.resblks(x), scale_factor=2)
        return self.cba_2(self.cba_1(x))


class MagNet(nn.Module):
    """The whole network."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.manipulator = Manipulator()
        self.decoder = Decoder()

    def forward(self, a, b, factor):
        _, shape_a = self.encoder.both(a)
        texture_b, shape_b = self.encoder.both(b)
        magnified = self.manipulator(shape_a, shape_b, factor)
        return magnified, self.decoder(texture_b, magnified)


def to_map(magnified):
    """Each channel to [0, 1], then their mean."""
    low = magnified.amin(dim=(2, 3), keepdim=True)
    high = magnified.amax(dim=(2, 3), keepdim=True)
    return ((magnified - low) / (high - low)).mean(dim=1)[0].numpy()


def tensor(face):
    """uint8 `(height, width, 3)` to `(1, 3, height, width)` in [-1, 1]."""
    return torch.from_numpy(face).permute(2, 0, 1)[None].float() / 127.5 - 1


def peak_mib() -> float:
    """The most memory that this process has held so far [MiB], on Linux.

    `getrusage` would count the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@torch.inference_mode()
def main() -> None:
    """Serves rounds: arguments are a folder, `whole` or `shape`, and threads."""
    folder, program, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = MagNet().eval()
    for weight in net.parameters():
        nn.init.normal_(weight, std=weight[0].numel() ** -0.5)
    np.savez(
        folder / f"weights_{program}.npz",
        **{name: value.numpy() for name, value in net.state_dict().items()},
    )
    print("ready", flush=True)
    onset, apex = np.load(folder / "faces.npy")
    factor = float((folder / "factor").read_text())
    known = net.encoder.shape(tensor(onset))

    def whole():
        return to_map(net(tensor(onset), tensor(apex), factor)[0])

    def shape(encoded):
        return to_map(net.manipulator(encoded, net.encoder.shape(tensor(apex)), factor))

    tasks = {
        "whole": {"pair": whole, "frame": whole},
        "shape": {
            "pair": lambda: shape(net.encoder.shape(tensor(onset))),
            "frame": lambda: shape(known),
        },
    }[program]
    for line in sys.stdin:
        task, count = line.split()
        milliseconds = []
        for _ in range(int(count)):
            start = time.perf_counter()
            result = tasks[task]()
            milliseconds.append((time.perf_counter() - start) * 1e3)
        np.save(folder / f"torch_{program}.npy", result)
        peak = peak_mib()
        print(json.dumps({"milliseconds": milliseconds, "peak_mib": peak}), flush=True)


if __name__ == "__main__":
    main()
