"""How long `fgrmer check` takes on a folder of 100,000 frames.

Makes a tree in the layout of CASME II (tiny images that all have one size, so that a
check cannot tell duplicates by size) and runs the command on it, cold process included.

    .venv/bin/python benchmarks/check.py

Prints a table, writes build/benchmarks/check.json, and exits with 1 when the default
check takes 120 s or longer, or misses one of the damaged images planted in the tree.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

_LIMIT_S = 120.0
_LAYOUT = "CASME2_RAW_selected"
_COLUMNS = (
    "Subject",
    "Filename",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "Action Units",
    "Estimated Emotion",
)
_EMOTIONS = ("happiness", "disgust", "surprise", "repression")
_PLANTED = 3


def make_tree(root: Path, frames: int, clip_frames: int) -> int:
    """Writes the sheet and the frames, with a few unreadable apexes; returns clips."""
    clips = frames // clip_frames
    rng = np.random.default_rng(5)
    rows = []
    for number in range(clips):
        subject, clip = number % 26 + 1, f"EP{number // 26 + 1:02d}_{number % 26:02d}"
        folder = root / _LAYOUT / f"sub{subject:02d}" / clip
        folder.mkdir(parents=True)
        for frame in range(1, clip_frames + 1):
            pixels = rng.integers(0, 255, (7, 5, 3), dtype=np.uint8)
            data = cv2.imencode(".bmp", pixels)[1].tobytes()
            if number < _PLANTED and frame == clip_frames // 2:
                data = data[:50]
            (folder / f"img{frame}.bmp").write_bytes(data)
        emotion = _EMOTIONS[number % len(_EMOTIONS)]
        apex = clip_frames // 2
        rows.append((subject, clip, 1, apex, clip_frames, "12", emotion))
    table = pd.DataFrame(rows, columns=pd.Index(_COLUMNS))
    table.to_excel(root / "CASME2-coding-20140508.xlsx", index=False)
    return clips


def run_check(root: Path, out: Path, *options: str) -> float:
    """Seconds of one `fgrmer check`, a fresh process."""
    command = [
        sys.executable,
        "-c",
        "import sys; from fgrmer_tf.cli.main import main; sys.exit(main(sys.argv[1:]))",
        "check",
        "casme2",
        str(root),
        "--out",
        str(out),
        *options,
    ]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"fgrmer check failed:\n{done.stderr[-2000:]}")
    return seconds


def main() -> int:
    """Makes the tree, times the check, prints and stores the numbers."""
    parser = argparse.ArgumentParser(description="Times fgrmer check.")
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--clip-frames", type=int, default=100)
    parser.add_argument("--deep", action="store_true", help="also time --deep")
    parser.add_argument(
        "--json", type=Path, default=Path("build/benchmarks/check.json")
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fgrmer-check-") as folder:
        root = Path(folder) / "CASME2"
        root.mkdir()
        clips = make_tree(root, options.frames, options.clip_frames)
        runs = {"default": (), "deep": ("--deep",)}
        if not options.deep:
            del runs["deep"]
        result = {"frames": options.frames, "clips": clips, "limit_s": _LIMIT_S}
        for name, flags in runs.items():
            out = Path(folder) / name
            result[f"{name}_s"] = round(run_check(root, out, *flags), 2)
            with open(out / "findings.csv", encoding="utf-8", newline="") as file:
                rules = [row["rule"] for row in csv.DictReader(file)]
            result[f"{name}_unreadable"] = rules.count("unreadable image")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    result["peak_mib"] = round(children.ru_maxrss / 1024)
    print("| run | frames | clips | seconds | unreadable images found |")
    print("|---|---|---|---|---|")
    for name in runs:
        print(
            f"| {name} | {options.frames:,} | {clips:,} | {result[f'{name}_s']} "
            f"| {result[f'{name}_unreadable']} of {_PLANTED} planted |"
        )
    print(f"peak memory {result['peak_mib']} MiB; limit {_LIMIT_S:.0f} s")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=2) + "\n")
    holds = result["default_s"] < _LIMIT_S and all(
        result[f"{name}_unreadable"] == _PLANTED for name in runs
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
