"""Folders of flow images in the published layouts, with made-up content."""

import csv

import cv2
import numpy as np

SIDE = 28
# Subject, clip, label: as the published names are written.
CLIPS = (
    ("sub01", "EP02_01f", "1"),
    ("sub01", "EP19_05f", "0"),
    ("s03", "s03_sur_02", "2"),
    ("006", "006_1_2", "0"),
    ("spNO.1", "a_46", "2"),
)


def flow_image(seed=0, side=SIDE):
    """uint8 `(side, side, 3)`: u rises to the right, v downwards, strain is noise.

    Strain is low almost everywhere, as real strain is.
    """
    ramp = np.linspace(0, 255, side)
    random = np.random.default_rng(seed)
    strain = 255 * random.uniform(size=(side, side)) ** 4
    u, v = np.meshgrid(ramp, ramp)
    return np.dstack([u, v, strain]).round().astype(np.uint8)


def write_image(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    assert done
    path.write_bytes(data.tobytes())


def file_name(subject, clip):
    return f"{subject}_{clip} .png"


def make_loso(root, clips=CLIPS):
    """Every clip in its subject's `u_test` and in every other subject's `u_train`."""
    for held_out in {subject for subject, _, _ in clips}:
        for seed, (subject, clip, label) in enumerate(clips):
            part = "u_test" if subject == held_out else "u_train"
            name = file_name(subject, clip)
            write_image(root / held_out / part / label / name, flow_image(seed))
    return root


def make_flat(root, clips=CLIPS):
    """The folder of images and the CSV of their labels."""
    for seed, (subject, clip, _) in enumerate(clips):
        write_image(root / file_name(subject, clip), flow_image(seed))
    labels = root.parent / "labels.csv"
    with open(labels, "w", newline="") as file:
        writer = csv.writer(file)
        header = ("dataset", "sub", "filename_o", "label", "apex", "imagename")
        writer.writerow((*header, "sub_filename"))
        for subject, clip, label in clips:
            writer.writerow(("any", subject, clip, label, "", "", ""))
    return root, labels
