"""One forward pass of `torch_fgrmer.py`'s network, in its own environment.

`benchmarks/runtimes.py` starts it; nothing of this project is imported here.

    python torch_runtime.py PATCHES.npy as-published|trimmed THREADS SECONDS BATCH...
"""

import json
import sys
import time

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch_fgrmer import NUM_AUS, Fgrmer  # pyright: ignore[reportMissingImports]


def main():
    """Prints seconds of every call, by batch size, as one line of JSON."""
    file, form, threads, seconds, *batches = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    patches = np.load(file)[..., 0]
    model = Fgrmer(torch.eye(NUM_AUS), {"as-published": 6, "trimmed": 1}[form]).eval()
    found = {}
    with torch.inference_mode():
        for batch in map(int, batches):
            clips = np.ascontiguousarray(patches[:batch])
            for _ in range(20):
                model(torch.from_numpy(clips)).numpy()
            took = []
            end = time.perf_counter() + float(seconds)
            while (started := time.perf_counter()) < end:
                model(torch.from_numpy(clips)).numpy()
                took.append(time.perf_counter() - started)
            found[batch] = took
    size = 4 * sum(weight.numel() for weight in model.state_dict().values())
    print(json.dumps({"seconds": found, "bytes": size}))


if __name__ == "__main__":
    main()
