"""Pictures of `magnification_quality.py`."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

_SCORES = (("psnr", "PSNR [dB]"), ("ssim", "SSIM"), ("epe", "endpoint error [px]"))


def plot_sweeps(
    sweeps: dict[str, list[dict]], names: tuple[str, ...], path: Path
) -> None:
    """Three scores over motion without and with noise, and over noise."""
    noises = sorted({row["noise"] for row in sweeps["motion"]})
    columns = [
        (f"noise {noise:g} of 255", "motion", "input motion [px]", rows)
        for noise in noises
        for rows in [[r for r in sweeps["motion"] if r["noise"] == noise]]
    ]
    fixed = sweeps["noise"][0]
    title = f"motion {fixed['motion']:g} px, factor {fixed['factor']:g}"
    columns.append((title, "noise", "shot noise at mid grey [of 255]", sweeps["noise"]))
    figure, axes = plt.subplots(3, len(columns), figsize=(12, 9), squeeze=False)
    for (title, key, label, rows), column in zip(columns, axes.T, strict=True):
        for (score, name), axis in zip(_SCORES, column, strict=True):
            for method in names:
                values = [row["scores"][method][score] for row in rows]
                line, *_ = axis.plot([row[key] for row in rows], values, marker="o")
                line.set_label(method)
            axis.set_ylabel(name)
            axis.grid(alpha=0.3)
            if key == "motion":
                axis.set_xscale("log")
            if score == "epe":
                axis.set_yscale("log")
        column[0].set_title(title)
        column[-1].set_xlabel(label)
    axes[0, 0].legend(fontsize="small")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def plot_pictures(rows: list[dict[str, np.ndarray]], path: Path) -> None:
    """One row of frames a condition, each with its name."""
    figure, axes = plt.subplots(
        len(rows), len(rows[0]), figsize=(2.2 * len(rows[0]), 2.4 * len(rows))
    )
    for row, line in zip(rows, np.atleast_2d(axes), strict=True):
        for (name, frame), axis in zip(row.items(), line, strict=True):
            axis.imshow(frame, interpolation="nearest")
            axis.set_title(name, fontsize="small")
            axis.axis("off")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
