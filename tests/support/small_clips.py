"""A few frames under many clip names: enough to prepare a store from."""

import cv2

from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.records import Manifest, Sample
from tests.support.faces import bulge, portrait

SUBJECTS = 3


def small_manifest(folder, clips, faceless=()):
    """`clips` samples of frames written into `folder`; `faceless` ones show no face."""
    folder.mkdir(exist_ok=True)
    face = portrait()[:300, 80:380]
    apexes = [bulge(face, (118, 87), (0, 1 + n), radius=12) for n in range(SUBJECTS)]
    for n, apex in enumerate(apexes):
        _write(folder / f"apex{n}.png", apex)
    _write(folder / "onset.png", face)
    _write(folder / "blank.png", 0 * face)
    samples = []
    for number in range(clips):
        subject = number % SUBJECTS
        onset = "blank.png" if number in faceless else "onset.png"
        samples.append(
            Sample(
                dataset="made",
                subject=f"s{subject}",
                clip=f"c{number:03d}",
                label=MEGC2019_CLASSES[number % len(MEGC2019_CLASSES)],
                onset_path=folder / onset,
                apex_path=folder / f"apex{subject}.png",
                au=(4,),
            )
        )
    return Manifest(samples=tuple(samples))


def bytes_of(store):
    """Every file of a store, by name."""
    return {path.name: path.read_bytes() for path in store.iterdir()}


def _write(path, image):
    cv2.imwrite(str(path), image[..., ::-1])
