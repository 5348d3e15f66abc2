"""Runs with known outcomes, made without training."""

import types

import numpy as np

from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.evaluation.study import study
from fgrmer_tf.spec import MEGC2019_CLASSES


def make_columns(clips=97, subjects=11, seed=0, class_names=MEGC2019_CLASSES):
    """Label and provenance of clips of two data sets, in no order."""
    random = np.random.default_rng(seed)
    person = random.integers(0, subjects, clips)
    person[:subjects] = np.arange(subjects)
    return types.SimpleNamespace(
        label=random.integers(0, len(class_names), clips),
        dataset=np.where(person % 3 == 0, "smic", "casme2"),
        subject=np.array([f"s{number:02d}" for number in person]),
        clip=np.array([f"EP{row:02d}" for row in range(clips)]),
        class_names=class_names,
    )


def make_results(
    columns, *, skill=2.0, seeds=(3,), epochs=5, offsets=(), curves=True, noise_seed=0
):
    """Folds whose logits know the label by `skill` deviations of their noise."""
    random = np.random.default_rng(noise_seed)
    classes = len(columns.class_names)

    def logits(rows, strength):
        known = np.eye(classes)[columns.label[rows]] * strength
        return (known + random.normal(size=(len(rows), classes))).astype(np.float32)

    results = []
    for seed in seeds:
        for fold in leave_one_subject_out(columns.dataset, columns.subject):
            curve = np.stack(
                [logits(fold.test, skill * (e + 1) / epochs) for e in range(epochs)]
            )
            results.append(
                FoldResult(
                    seed=seed,
                    fold=fold.name,
                    test=fold.test,
                    logits=curve[-1],
                    loss=tuple(np.exp(-np.arange(epochs) / epochs).tolist()),
                    seconds=2.0,
                    notes=("said of all",),
                    epoch=epochs,
                    test_curve=curve if curves else np.zeros(0, np.float32),
                    probes={
                        f"apex{k:+d}": logits(fold.test, skill / (1 + abs(k)))
                        for k in offsets
                    },
                    cpu_seconds=3.0,
                    peak_memory=101.0,
                )
            )
    return results


def make_study(columns=None, *, linear_skill=1.0, control=(), **options):
    """A scored run; `options` as in `make_results`."""
    columns = columns or make_columns()
    linear = make_results(columns, skill=linear_skill, epochs=1, noise_seed=1)
    return study(
        columns,
        make_results(columns, **options),
        protocol="loso",
        selection="fixed",
        model="fgrmer",
        linear=linear if linear_skill else (),
        control=control,
        fps=np.where(columns.dataset == "smic", 100.0, 200.0),
        moved={k: 7 for k in options.get("offsets", ())},
    )
