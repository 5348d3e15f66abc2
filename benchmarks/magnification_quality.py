"""Claim: the shipped MagNet magnifies, and withstands noise better than older methods.

Scenes are drawn with seeds and photographs that training never sees. Every method gets
the same two frames of 8 bits. What comes out is compared with the frame rendered from
the same scene with the motion magnified: SSIM, PSNR, and the endpoint error of the
motion that DIS optical flow finds between frame A and the result, where there is
structure that motion can be seen by.

    .venv/bin/python -m benchmarks.magnification_quality
"""

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from benchmarks.linear_magnification import linear, linear_bounded
from benchmarks.magnification_scores import BORDER, Truth, score
from benchmarks.phase_magnification import phase_based
from benchmarks.plot_magnification import plot_pictures, plot_sweeps
from fgrmer_tf import atomic
from input_pipeline.magnification.calibration import recovered_magnification, render
from input_pipeline.magnification.training_data import photographs
from input_pipeline.magnification.training_data.camera import Camera
from input_pipeline.magnification.training_data.casting import draw_scene
from input_pipeline.magnification.training_data.scene import Scene
from input_pipeline.magnification.weights import SHIPPED, load_magnet

ROOT = Path(__file__).resolve().parents[1]
SIDE = 128
HELD_OUT_SEED = 7_000_003
MOTIONS = (0.04, 0.1, 0.2, 0.5, 1.0)
NOISES = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0)
LARGEST_FACTOR, LARGEST_MAGNIFIED = 20.0, 5.0
SMOOTHING = 3.0
REFERENCES = ("frame B", "truth")
Method = Callable[[np.ndarray, np.ndarray, float, float], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Condition:
    """A point of a sweep: motion [px], factor, shot noise at mid grey [of 255]."""

    motion: float
    factor: float
    noise: float


def factor_for(motion: float) -> float:
    """20, or what brings `motion` to 5 px: the range that was trained."""
    return min(LARGEST_FACTOR, LARGEST_MAGNIFIED / motion)


MOTION_SWEEP = tuple(
    Condition(m, factor_for(m), n) for n in (0.0, 2.0) for m in MOTIONS
)
NOISE_SWEEP = tuple(Condition(0.2, 20.0, noise) for noise in NOISES)


def draw(number: int, motion: float, magnified: float) -> Scene:
    """Held-out scene `number`."""
    return draw_scene(
        np.random.default_rng([HELD_OUT_SEED, number]),
        side=SIDE,
        images=photographs.load(photographs.HELD_OUT),
        motion=motion,
        magnified=magnified,
    )


def record(scene: Scene, noise: float, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames A and B as a camera stores them, float32 in [0, 1]."""
    rng = np.random.default_rng([HELD_OUT_SEED, number, 1])
    camera = Camera(shot=noise)
    first, second = (
        camera.record(light, rng).astype(np.float32) / 255
        for light in scene.render((0, 1))
    )
    return first, second


class Network:
    """MagNet as a method; a factor says how many times as large the motion becomes."""

    def __init__(self, weights: Path):
        self.magnet = load_magnet(weights)

    def __call__(
        self, frame_a: np.ndarray, frame_b: np.ndarray, factor: float, motion: float
    ) -> np.ndarray:
        return render(self.magnet, frame_a, frame_b, factor)


def methods(weights: Path) -> dict[str, Method]:
    """All methods by the name that tables show."""
    return {
        "MagNet": Network(weights),
        "linear": lambda a, b, factor, motion: linear(a, b, factor),
        "bounded": linear_bounded,
        "phase": lambda a, b, factor, motion: phase_based(a, b, factor),
        "smoothed": lambda a, b, factor, motion: phase_based(a, b, factor, SMOOTHING),
    }


def measure(condition: Condition, entries: dict[str, Method], scenes: int) -> dict:
    """Mean scores of every method, of frame B untouched, and of the truth itself."""
    rows: dict[str, list] = {name: [] for name in (*entries, *REFERENCES)}
    seconds = dict.fromkeys(entries, 0.0)
    for number in range(scenes):
        motion, factor = condition.motion, condition.factor
        scene = draw(number, motion, motion * factor)
        frame_a, frame_b = record(scene, condition.noise, number)
        truth = Truth.of(scene, factor)
        for name, method in entries.items():
            started = time.perf_counter()
            result = method(frame_a, frame_b, factor, motion)
            seconds[name] += time.perf_counter() - started
            rows[name].append(score(result, truth))
        for name, result in zip(REFERENCES, (frame_b, truth.magnified), strict=True):
            rows[name].append(score(result, truth))
    means = {
        name: {key: float(np.nanmean([row[key] for row in one])) for key in one[0]}
        for name, one in rows.items()
    }
    for name, total in seconds.items():
        means[name]["seconds"] = total / scenes
    return {**dataclasses.asdict(condition), "scores": means}


def linearity(method: Method, scenes: int) -> list[dict]:
    """Slope of the magnified motion over the factor, 1 if all is right."""
    factors = np.array([1.2, 2.0, 3.0, 4.0, 5.0])
    rows = []
    for motion in (0.2, 0.5, 1.0):
        found = np.zeros((scenes, len(factors)))
        for number in range(scenes):
            scene = draw(number, motion, motion * factors[-1])
            frames = record(scene, 0.0, number)
            found[number] = [
                recovered_magnification(method(*frames, f, motion), scene, f, BORDER)
                for f in factors
            ]
        mean = found.mean(axis=0)
        slope = float(np.polyfit(factors, mean, 1)[0])
        rows.append({"motion": motion, "slope": slope, "recovered": mean.tolist()})
    return rows


def identity(network: Network, scenes: int) -> dict[str, float]:
    """What factor 1 changes: the shape of B, and the frame against B itself."""
    errors, changes = [], []
    for number in range(scenes):
        frames = record(draw(number, 0.5, 0.5), 0.0, number)
        inputs = {
            "frame_a": frames[0][None] * 2 - 1,
            "frame_b": frames[1][None] * 2 - 1,
            "factor": np.array([network.magnet.identity_factor], np.float32),
        }
        outputs = network.magnet.model(inputs, training=False)
        change = outputs["magnified_shape"] - outputs["shape_b"]
        changes.append(float(np.abs(change).max()))
        errors.append(np.square(network(*frames, 1.0, 0.5) - frames[1]).mean())
    psnr = float(np.mean(-10 * np.log10(errors)))
    return {"largest_change_of_shape": max(changes), "psnr_to_frame_b": psnr}


def tables(title: str, rows: list[dict]) -> list[Table]:
    """A table a score; `*` marks the best method."""
    names = list(rows[0]["scores"])
    methods_only = [name for name in names if name not in REFERENCES]
    made = []
    for key, unit in (("psnr", "PSNR [dB]"), ("ssim", "SSIM"), ("epe", "EPE [px]")):
        table = Table("px", "factor", "noise", *names, title=f"{title}: {unit}")
        for row in rows:
            values = {name: row["scores"][name][key] for name in names}
            best = min if key == "epe" else max
            winner = best(methods_only, key=values.__getitem__)
            table.add_row(
                *(f"{row[k]:g}" for k in ("motion", "factor", "noise")),
                *(f"{'*' if n == winner else ''}{v:.3f}" for n, v in values.items()),
            )
        made.append(table)
    return made


def losses(rows: list[dict], rival: str) -> list[str]:
    """Where `rival` has a higher PSNR or SSIM or a lower endpoint error than MagNet."""
    found = []
    for row in rows:
        ours, theirs = row["scores"]["MagNet"], row["scores"][rival]
        for key in ("psnr", "ssim", "epe"):
            if (theirs[key] < ours[key]) == (key == "epe"):
                where = f"motion {row['motion']:g}, noise {row['noise']:g}"
                found.append(f"{key} at {where}: {ours[key]:.3f} : {theirs[key]:.3f}")
    return found


def main(
    weights: Path = SHIPPED,
    scenes: int = 12,
    out: Path = ROOT / "build/benchmarks/magnification_quality",
) -> int:
    """Measures, prints tables, writes `results.json` and two pictures into `out`.

    Args:
        weights: Of the network, from `fgrmer magnify train`.
        scenes: Held-out scenes a condition.
        out: Folder for results.

    Returns:
        0 if MagNet is better than linear magnification everywhere and the slope is
        within 10 %, else 1.
    """
    entries = methods(weights)
    network = entries["MagNet"]
    assert isinstance(network, Network)
    sweeps = {
        name: [measure(condition, entries, scenes) for condition in sweep]
        for name, sweep in (("motion", MOTION_SWEEP), ("noise", NOISE_SWEEP))
    }
    console = Console(width=100)
    for name, rows in sweeps.items():
        console.print(*tables(f"Sweep over {name}", rows))
    slopes = linearity(network, scenes)
    same = identity(network, scenes)
    print(json.dumps({"linearity": slopes, "identity": same}, indent=2))
    rows = [row for sweep in sweeps.values() for row in sweep]
    beaten = {rival: losses(rows, rival) for rival in entries if rival != "MagNet"}
    for rival, where in beaten.items():
        print(f"{rival} is better than MagNet in {len(where)} of {3 * len(rows)}:")
        print("".join(f"  {line}\n" for line in where), end="")
    atomic.write_json(
        out / "results.json",
        {
            "scenes": scenes,
            **sweeps,
            "linearity": slopes,
            "identity": same,
            "better_than_magnet": beaten,
        },
    )
    plot_sweeps(sweeps, tuple(entries), out / "magnification_quality.png")
    shown = [Condition(0.2, 20.0, 0.0), Condition(0.2, 20.0, 2.0)]
    plot_pictures(_examples(shown, entries), out / "magnification_frames.png")
    straight = all(abs(row["slope"] - 1) <= 0.1 for row in slopes)
    return 0 if straight and not (beaten["linear"]) else 1


def _examples(conditions: list[Condition], entries: dict[str, Method]) -> list[dict]:
    rows = []
    for number, condition in enumerate(conditions):
        motion, factor = condition.motion, condition.factor
        scene = draw(number, motion, motion * factor)
        frames = record(scene, condition.noise, number)
        results = {n: m(*frames, factor, motion) for n, m in entries.items()}
        truth = scene.render((factor,))[0]
        title = f"{motion:g} px x {factor:g}, noise {condition.noise:g}"
        rows.append({title: frames[0], "truth": truth, **results})
    return rows


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
