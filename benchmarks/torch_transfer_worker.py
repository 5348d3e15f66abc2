"""Runs TransFER in PyTorch, in its own environment, for `benchmarks/transfer.py`.

Answers each line `BATCH COUNT` with one line of JSON.

    python torch_transfer_worker.py FOLDER TASK LAYOUT THREADS

TASK is `make`, which writes random weights to FOLDER for all programs and ends, or what
is timed: `train`, `infer`. LAYOUT is `contiguous` or `channels-last`.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]

from benchmarks.torch_transfer import Transfer

RATE, MOMENTUM, DECAY = 1e-4, 0.9, 1e-4


def peak_mib():
    """The most memory that this process has held so far [MiB], on Linux.

    `getrusage` would count the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def training_step(net, images, label):
    """A function that trains on one batch."""
    optimizer = torch.optim.SGD(
        net.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY
    )
    net.train()

    def step(batch):
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(images[:batch]), label[:batch])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference(net, images):
    """A function that answers one batch."""
    net.eval()

    @torch.inference_mode()
    def answer(batch):
        return net(images[:batch]).numpy()

    return answer


def main():
    """Answers each line `BATCH COUNT` with one line of JSON."""
    folder, task, layout, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    config = json.loads(Path(folder, "config.json").read_text())
    torch.manual_seed(1)
    net = Transfer(config)
    if task == "make":
        nn.init.normal_(net.vit.cls_token, std=0.02)
        nn.init.normal_(net.vit.pos_embed, std=0.02)
        weights = {name: value.numpy() for name, value in net.state_dict().items()}
        np.savez(Path(folder, "weights.npz"), **weights)
        print("ready", flush=True)
        return
    with np.load(Path(folder, "weights.npz")) as arrays:
        state = {name: torch.from_numpy(array) for name, array in arrays.items()}
    net.load_state_dict(state)
    data = np.load(Path(folder, "data.npz"))
    form = {"contiguous": "contiguous_format", "channels-last": "channels_last"}
    form = getattr(torch, form[layout])
    net = net.to(memory_format=form)
    images = torch.from_numpy(data["images"].transpose(0, 3, 1, 2).copy())
    images = images.contiguous(memory_format=form)
    if task == "train":
        run = training_step(net, images, torch.from_numpy(data["label"]))
    else:
        run = inference(net, images)
    print("ready", flush=True)
    for line in sys.stdin:
        batch, count = map(int, line.split())
        seconds = []
        for _ in range(count):
            start = time.perf_counter()
            answer = run(batch)
            seconds.append(time.perf_counter() - start)
        peak, answer = peak_mib(), np.asarray(answer).tolist()
        measured = {"seconds": seconds, "peak_mib": peak, "answer": answer}
        print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
