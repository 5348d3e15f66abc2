"""Every loader on a synthetic copy of its data set, traps included."""

import re
from collections import Counter
from typing import get_args

import pytest

from fgrmer_tf.cli.data_sets import DatasetName
from fgrmer_tf.errors import InputError
from input_pipeline.datasets import catalogue
from input_pipeline.label_sets.label_set import label_set
from input_pipeline.synthetic.native.layouts import LAYOUTS
from input_pipeline.synthetic.native.names import LayoutName
from input_pipeline.synthetic.native.writing import read_planted, write_layout

# Choices that a loader makes for every clip or subject; they are no one's mistake.
CHOICES = {
    "apex set to the middle frame",
    "subject respelled",
    "objective class from action units",
}
FORMS = [
    (name, kind)
    for name, layout in LAYOUTS.items()
    for kind in ("raw", "cropped")
    if kind == "raw" or layout.cropped
]
# A frame of each layout, as the releases name it.
FRAMES = {
    ("casme", "raw"): r"sub\d\d/(EP\d\d_\d\df?)/\1-\d{2,3}\.jpg",
    ("casme", "cropped"): r"Cropped/sub\d\d/(EP\d\d_\d\df?)/reg_\1-\d{2,3}\.jpg",
    ("casme2", "raw"): r"CASME2_RAW_selected/sub\d\d/EP\d\d_\d\df?/img[1-9]\d*\.jpg",
    ("casme2", "cropped"): r"Cropped/sub\d\d/EP\d\d_\d\df?/reg_img[1-9]\d*\.jpg",
    ("casme-sq", "raw"): r"rawpic/s(\d\d)/\1_\d{4}[a-z]+/img\d{3}\.jpg",
    ("casme-sq", "cropped"): r"cropped/s(\d\d)/\1_\d{4}[a-z]+/reg_img\d{3}\.jpg",
    ("casme3a", "raw"): r"part_A/spNO\.\d/[a-c]/color/[1-9]\d*\.jpg",
    ("casme3a", "cropped"): r"ME_A_cropped/spNO\.\d/[a-c]/color/[1-9]\d*\.jpg",
    ("casme3c", "raw"): r"part_C/0\d/a/color/[1-9]\d*\.jpg",
    ("casme3c", "cropped"): r"ME_C_cropped/0\d/a/color/[1-9]\d*\.jpg",
    ("samm", "raw"): r"SAMM/(\d{3})/\1_\d_\d+/\1_\d{4,5}\.jpg",
    ("samm", "cropped"): r"SAMM_CROP/(\d{3})/\1_\d_\d+/\1_\d{4,5}\.jpg",
    ("smic", "raw"): r"HS/(s\d+)/micro/[a-z]+/\1_(ne|po|sur)_\d\d/image\d{6}\.jpg",
    ("smic", "cropped"): (
        r"SMIC_all_cropped/HS/(s\d+)/micro/[a-z]+/\1_(ne|po|sur)_\d\d/"
        r"reg_image\d{6}\.bmp"
    ),
    ("smic-long", "raw"): r"SMIC-HS-E/s0\d/s\d_(ne|po|sur)_\d\d/image\d{6}\.jpg",
    ("smic-vis", "raw"): r"VIS/(s\d+)/micro/[a-z]+/\1_(ne|po|sur)_\d\d/image\d{6}\.jpg",
    ("smic-nir", "raw"): r"NIR/(s\d+)/micro/[a-z]+/\1_(ne|po|sur)_\d\d/image\d{6}\.jpg",
    ("mmew", "raw"): r"Micro_Expression/[a-z]+/S0\d-\d\d-\d{3}/[1-9]\d*\.jpg",
    ("4dme", "raw"): r"gray_micro/(S0\d)/\1_1st_\d{3}_\d\d_1/\d{4}\.jpg",
    ("4dme", "cropped"): r"gray_micro_crop/(S0\d)/\1_1st_\d{3}_\d\d_1/\d{4}\.jpg",
}


def labels_of(layout):
    """Part C has no emotions, but action units."""
    return label_set("objective-7" if layout == "casme3c" else "megc2019")


def load(root, layout):
    return catalogue.load(LAYOUTS[layout].dataset, root, labels_of(layout))


def test_every_data_set_has_a_layout_and_every_layout_a_name():
    assert tuple(LAYOUTS) == get_args(LayoutName)
    assert {layout.dataset for layout in LAYOUTS.values()} == set(get_args(DatasetName))


@pytest.mark.parametrize(("layout", "kind"), FORMS)
def test_the_loader_finds_what_was_planted_and_nothing_else(
    tmp_path, rendered_clips, layout, kind
):
    planted = write_layout(tmp_path, LAYOUTS[layout], rendered_clips, kind=kind)
    traps = {trap.name for trap in LAYOUTS[layout].traps}
    assert {one.trap for one in planted} - {"not among the classes"} == traps
    manifest = load(tmp_path, layout)
    found = Counter(
        (finding, one.rule, one.subject, one.clip, one.row)
        for finding, ones in (("skip", manifest.skipped), ("repair", manifest.repairs))
        for one in ones
        if one.rule not in CHOICES
    )
    assert found == Counter(
        (one.finding, one.rule, one.subject, one.clip, one.row)
        for one in planted
        if one.finding != "check"
    )
    assert read_planted(tmp_path) == planted
    # What only a closer look finds costs no clip.
    usable = {(sample.subject, sample.clip) for sample in manifest.samples}
    closer = {(one.subject, one.clip) for one in planted if one.finding == "check"}
    assert closer <= usable


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_traps_every_clip_of_the_classes_is_usable(
    tmp_path, rendered_clips, layout
):
    planted = write_layout(tmp_path, LAYOUTS[layout], rendered_clips, traps=False)
    manifest = load(tmp_path, layout)
    others = sum(clip.plan.emotion == "others" for clip in rendered_clips)
    assert others == 1
    counted = len(rendered_clips) - (0 if layout == "casme3c" else others)
    assert len(manifest.samples) == counted
    assert {one.rule for one in manifest.repairs} <= CHOICES
    assert {one.trap for one in planted} <= {"not among the classes"}
    classes = labels_of(layout).classes
    assert {sample.label for sample in manifest.samples} <= set(classes)


@pytest.mark.parametrize(("layout", "kind"), FRAMES)
def test_frames_are_named_as_in_the_release(tmp_path, rendered_clips, layout, kind):
    root = tmp_path / "set"
    root.mkdir()
    write_layout(root, LAYOUTS[layout], rendered_clips[:5], kind=kind, traps=False)
    names = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.*")
        if path.suffix in (".jpg", ".bmp")
    ]
    assert names
    pattern = re.compile(FRAMES[layout, kind])
    assert [name for name in names if not pattern.fullmatch(name)] == []


def test_the_frame_that_a_sample_names_shows_its_plan_at_the_apex(
    tmp_path, rendered_clips
):
    write_layout(tmp_path, LAYOUTS["casme3a"], rendered_clips, traps=False)
    samples = load(tmp_path, "casme3a").samples
    kept = [clip for clip in rendered_clips if clip.plan.emotion != "others"]
    for sample, clip in zip(samples, kept, strict=True):
        assert sample.apex_path.read_bytes() == clip.file(clip.plan.apex).read_bytes()


def test_too_few_clips_keep_their_classes_and_get_no_traps(tmp_path, rendered_clips):
    few = rendered_clips[:2]
    planted = write_layout(tmp_path, LAYOUTS["samm"], few)
    assert planted == []
    assert len(load(tmp_path, "samm").samples) == 2


def test_cropped_frames_that_a_data_set_does_not_have_are_refused(
    tmp_path, rendered_clips
):
    with pytest.raises(InputError, match="mmew has no cropped frames"):
        write_layout(tmp_path, LAYOUTS["mmew"], rendered_clips, kind="cropped")
