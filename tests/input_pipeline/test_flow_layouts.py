import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.flow_layouts import list_flow_images
from tests.support.flow_folder import (
    CLIPS,
    flow_image,
    make_flat,
    make_loso,
    write_image,
)

EXPECTED = {
    ("casme2", "sub01", "EP02_01f", "positive"),
    ("casme2", "sub01", "EP19_05f", "negative"),
    ("smic", "s03", "s03_sur_02", "surprise"),
    ("samm", "006", "006_1_2", "negative"),
    ("casme3a", "spNO.1", "a_46", "surprise"),
}


def clips(listing):
    return [(i.dataset, i.subject, i.clip, i.label) for i in listing.images]


def rules(listing):
    return {(skip.subject, skip.clip): skip.rule for skip in listing.skipped}


def copy(root, source, target):
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    (root / target).write_bytes((root / source).read_bytes())


def test_every_clip_is_read_once_from_its_test_folder(tmp_path):
    listing = list_flow_images(make_loso(tmp_path))
    assert len(listing.images) == len(CLIPS)
    assert {*clips(listing)} == EXPECTED
    assert all(image.path.parts[-3] == "u_test" for image in listing.images)
    assert (listing.skipped, listing.notes) == ((), ())


def test_a_flat_folder_takes_labels_from_the_csv(tmp_path):
    root, labels = make_flat(tmp_path / "flat")
    listing = list_flow_images(root, labels=labels)
    assert len(listing.images) == len(CLIPS)
    assert {*clips(listing)} == EXPECTED
    assert listing.skipped == ()


@pytest.mark.parametrize(
    ("source", "target", "clip", "rule"),
    [
        (
            "006/u_test/0/006_006_1_2 .png",
            "006/u_test/0/007_007_1_2 .png",
            ("007", "007_1_2"),
            "subject and file name disagree",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "006/u_test/3/006_006_7_1 .png",
            ("006", "006_7_1"),
            "unknown label",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "006/u_test/1/006_006_1_2 .png",
            ("006", "006_1_2"),
            "duplicate clip",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "s03/u_train/2/006_006_1_2 .png",
            ("006", "006_1_2"),
            "label differs between folds",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "s03/u_train/2/007_007_1_2 .png",
            ("007", "007_1_2"),
            "in training folders alone",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "S13/u_test/2/S13_07 .png",
            ("S13", "07"),
            "unknown subject name",
        ),
        (
            "006/u_test/0/006_006_1_2 .png",
            "006/u_test/0/006_notes.txt",
            ("006", "notes"),
            "not an image",
        ),
    ],
)
def test_what_is_not_as_published_is_left_out_by_rule(
    tmp_path, source, target, clip, rule
):
    copy(make_loso(tmp_path), source, target)
    listing = list_flow_images(tmp_path)
    assert rules(listing) == {clip: rule}
    assert {*clips(listing)} == {c for c in EXPECTED if c[1:3] != clip}


def test_hidden_files_are_nothing(tmp_path):
    root = make_loso(tmp_path)
    copy(root, "006/u_test/0/006_006_1_2 .png", "006/u_test/0/._006_006_1_2 .png")
    copy(root, "006/u_test/0/006_006_1_2 .png", "s03/u_train/0/._x.png")
    assert rules(list_flow_images(root)) == {}


def test_a_split_that_leaks_is_said(tmp_path):
    root = make_loso(tmp_path)
    copy(root, "006/u_test/0/006_006_1_2 .png", "006/u_train/0/006_006_1_2 .png")
    listing = list_flow_images(root)
    assert {*clips(listing)} == EXPECTED
    assert len(listing.notes) == 1
    assert listing.notes[0].startswith("1 images lie in the training folder of their")


def test_the_data_set_can_be_named(tmp_path):
    root = make_loso(tmp_path, (("S13", "07-001", "1"),))
    listing = list_flow_images(root, dataset="mmew")
    assert clips(listing) == [("mmew", "S13", "07-001", "positive")]


def test_labels_and_images_of_a_flat_folder_are_compared(tmp_path):
    root, labels = make_flat(tmp_path / "flat")
    write_image(root / "sub02_EP01 .png", flow_image())
    write_image(root / "sub02_EP02 .png", flow_image())
    with open(labels, "a") as file:
        file.write("casme2,sub02,EP02,7,,,\nsmic,s04,s04_ne_01,0,,,\n")
        file.write("samm,006,006_1_2,2,,,\n")
    listing = list_flow_images(root, labels=labels)
    assert rules(listing) == {
        ("sub02", "EP01"): "no label",
        ("sub02", "EP02"): "unknown label",
        ("s04", "s04_ne_01"): "missing image",
        ("006", "006_1_2"): "unknown label",
    }
    assert "'0 and 2'" in str(listing.skipped)
    assert len(listing.images) == len(CLIPS) - 1


def test_folders_of_neither_layout_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    for root in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="holds neither"):
            list_flow_images(root)


def test_labels_are_asked_for_and_only_where_they_belong(tmp_path):
    flat, labels = make_flat(tmp_path / "flat")
    with pytest.raises(InputError, match="carry no labels"):
        list_flow_images(flat)
    with pytest.raises(InputError, match=r"Drop --labels"):
        list_flow_images(make_loso(tmp_path / "loso"), labels=labels)
    with pytest.raises(InputError, match="cannot be read"):
        list_flow_images(flat, labels=tmp_path / "none.csv")
    labels.write_text("sub,label\n")
    with pytest.raises(InputError, match=r"Missing in .*: filename_o"):
        list_flow_images(flat, labels=labels)
