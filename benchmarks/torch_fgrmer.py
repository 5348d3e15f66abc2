"""A straightforward PyTorch FGRMER of the published form, in its own environment.

`benchmarks/loso.py` starts it; nothing of this project is imported here. Six encoder
layers a region all read the same tokens and the last one's output is kept, as in the
published code (`as-published`), or there is only that last one (`trimmed`).

    python torch_fgrmer.py FEATURES.npz as-published|trimmed EPOCHS THREADS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]

BROW, MOUTH, FEATURES, HEADS, KEY, HIDDEN = 10, 20, 49, 8, 16, 128
BROW_AUS, NUM_AUS, EMBEDDING, NODES = 3, 9, 40, 160
BATCH, RATE = 64, 2e-4


class Encoder(nn.Module):
    """Post-norm attention and feed-forward over the landmarks of one region."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (
            nn.Linear(FEATURES, HEADS * KEY, bias=False) for _ in range(3)
        )
        self.out = nn.Linear(HEADS * KEY, FEATURES, bias=False)
        self.widen = nn.Linear(FEATURES, HIDDEN)
        self.narrow = nn.Linear(HIDDEN, FEATURES)
        self.norm1, self.norm2 = (nn.LayerNorm(FEATURES, eps=1e-6) for _ in range(2))
        self.drop, self.attention_drop = nn.Dropout(0.5), nn.Dropout(0.1)

    def _heads(self, x):
        return x.view(*x.shape[:2], HEADS, KEY).transpose(1, 2)

    def forward(self, x):
        q, k, v = (self._heads(f(x)) for f in (self.query, self.key, self.value))
        weights = functional.softmax(q @ k.transpose(2, 3) / KEY**0.5, dim=-1)
        mixed = (self.attention_drop(weights) @ v).transpose(1, 2).flatten(2)
        x = self.norm1(x + self.drop(self.out(mixed)))
        narrow = self.narrow(functional.relu(self.widen(x)))
        return self.norm2(x + self.drop(narrow))


class Fgrmer(nn.Module):
    """Landmark convolution, two encoder stacks, AU graph and fusion."""

    def __init__(self, adjacency, layers, classes=3):
        super().__init__()
        landmarks = BROW + MOUTH
        self.conv = nn.Conv2d(landmarks, landmarks, 3, padding=1, groups=landmarks)
        self.norm = nn.BatchNorm2d(landmarks)
        self.stacks = nn.ModuleList(
            nn.ModuleList(Encoder() for _ in range(layers)) for _ in range(2)
        )
        self.heads = nn.ModuleList(
            nn.Sequential(
                nn.Linear(size * FEATURES, 320),
                nn.ReLU(),
                nn.Dropout(0.5),
                nn.Linear(320, NODES),
                nn.ReLU(),
            )
            for size in (BROW, MOUTH)
        )
        self.embedding = nn.Embedding(NUM_AUS, EMBEDDING)
        nn.init.normal_(self.embedding.weight, 0, 0.01)
        self.graph = nn.ParameterList(
            nn.Parameter(torch.empty(a, b).uniform_(-(b**-0.5), b**-0.5))
            for a, b in ((EMBEDDING, 80), (80, NODES))
        )
        scale = adjacency.sum(1) ** -0.5
        self.register_buffer("adjacency", scale[:, None] * adjacency.T * scale)
        self.au_norm = nn.LayerNorm(NUM_AUS, eps=1e-6)
        self.classes = nn.Linear(NUM_AUS, classes)

    def forward(self, patches):
        tokens = functional.relu(self.norm(self.conv(patches))).flatten(2)
        nodes = self.embedding(torch.arange(NUM_AUS))
        for kernel in self.graph:
            nodes = functional.leaky_relu(self.adjacency @ (nodes @ kernel), 0.2)
        nodes = nodes.T.split((BROW_AUS, NUM_AUS - BROW_AUS), dim=1)
        scores = []
        regions = tokens.split((BROW, MOUTH), dim=1)
        for region, stack, head, aus in zip(
            regions, self.stacks, self.heads, nodes, strict=True
        ):
            for layer in stack:
                encoded = layer(region)  # The same input for each: as published.
            scores.append(head(encoded.flatten(1)) @ aus)
        logits = self.classes(self.au_norm(torch.cat(scores, dim=1)))
        return functional.log_softmax(logits, dim=1)


def train_fold(patches, label, train, test, layers, epochs, seed):
    """One fold from a new model; returns the log-probabilities of its test clips."""
    torch.manual_seed(seed)
    model = Fgrmer(torch.eye(NUM_AUS), layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()
    model.train()
    for _ in range(epochs):
        for rows in train[torch.randperm(len(train))].split(BATCH):
            optimizer.zero_grad()
            loss_of(model(patches[rows]), label[rows]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return model(patches[test])


def peak_mib():
    """The most memory that this process has held so far [MiB], on Linux."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main():
    """Trains every fold and prints seconds and memory as one line of JSON."""
    file, form, epochs, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    data = np.load(file)
    patches = torch.from_numpy(np.ascontiguousarray(data["patches"][..., 0]))
    label = torch.from_numpy(data["label"])
    group = torch.from_numpy(data["group"])
    layers = {"as-published": 6, "trimmed": 1}[form]
    wall, cpu = time.perf_counter(), time.process_time()
    logits = [
        train_fold(
            patches,
            label,
            torch.nonzero(group != fold)[:, 0],
            torch.nonzero(group == fold)[:, 0],
            layers,
            int(epochs),
            seed=0,
        )
        for fold in range(int(group.max()) + 1)
    ]
    finite = all(bool(torch.isfinite(of).all()) for of in logits)
    measured = {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_mib": peak_mib(),
        "clips": sum(len(of) for of in logits),
        "finite": finite,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
