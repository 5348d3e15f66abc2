import csv

import cv2
import numpy as np
import pytest

from fgrmer_tf.cli.main import main
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES, PATCH_LANDMARKS
from input_pipeline import feature_store
from input_pipeline.flow_folders import flow_features, import_flow
from input_pipeline.landmarks.face_mesh import FaceMesh
from tests.support.faces import portrait
from tests.support.flow_folder import (
    CLIPS,
    SIDE,
    file_name,
    flow_image,
    make_flat,
    make_loso,
    write_image,
)


def imported(root, store, **options):
    done = import_flow(root, store, **options)
    return done, feature_store.read(store)


def centres(table, row):
    """Where on the image, (x, y) in units of its side, each patch has its middle.

    u and v of the images rise evenly to the right and downwards, by 1 from border to
    border.
    """
    ramp = flow_features(flow_image())[SIDE // 2, :, 0]
    flow = table.patches[row, :, 3, 3, :2]
    return ((flow - ramp[0]) / (ramp[-1] - ramp[0]) * (SIDE - 1) + 0.5) / SIDE


def test_a_store_holds_every_clip_with_its_map(tmp_path):
    done, table = imported(make_loso(tmp_path / "flow"), tmp_path / "store")
    assert (done.skipped, done.notes) == ((), ())
    found = zip(table.subject, table.clip, table.label, strict=True)
    names = {(s, c, MEGC2019_CLASSES[label]) for s, c, label in found}
    published = {"0": "negative", "1": "positive", "2": "surprise"}
    assert names == {(s, c, published[label]) for s, c, label in CLIPS}
    assert (table.au == 255).all()
    for seed, (_, clip, _) in enumerate(CLIPS):
        row = table.clip.tolist().index(clip)
        expected = flow_features(flow_image(seed))
        np.testing.assert_array_equal(table.motion_map[row], expected)


def test_maps_have_no_median_and_deviation_one():
    maps = flow_features(flow_image())
    np.testing.assert_allclose(np.median(maps[..., :2], axis=(0, 1)), 0, atol=1e-6)
    np.testing.assert_allclose(maps.std(axis=(0, 1)), 1, rtol=1e-5)
    still = flow_features(np.full((SIDE, SIDE, 3), 7, np.uint8))
    assert (still[..., :2] == 0).all()
    assert np.isfinite(still).all()


def test_patches_lie_where_an_average_face_has_its_landmarks(tmp_path):
    _, table = imported(make_loso(tmp_path / "flow"), tmp_path / "store")
    places = dict(zip(PATCH_LANDMARKS, centres(table, 0), strict=True))
    # What HTNet takes for the corners of the mouth, on 28 px.
    np.testing.assert_allclose(places[48], np.array([10.26, 22.12]) / 28, atol=0.05)
    np.testing.assert_allclose(places[54], np.array([20.58, 22.26]) / 28, atol=0.05)
    eyes = 11 / 28
    for brow in range(17, 27):
        assert 0.05 < eyes - places[brow][1] < 0.2
    assert places[17][0] < places[21][0] < places[22][0] < places[26][0]
    assert places[51][1] < places[62][1] < places[66][1] < places[57][1]


def test_pictures_of_the_faces_say_where_the_landmarks_are(tmp_path):
    root = make_loso(tmp_path / "flow")
    face = cv2.resize(portrait()[30:180, 140:290], (300, 300))
    pictures = tmp_path / "faces"
    # HTNet writes some names of SMIC with and some without the zero.
    for name in ("s03_s3_sur_02.jpg", "sub01_EP02_01f.jpg"):
        write_image(pictures / name, face)
    write_image(pictures / "006_006_1_2.jpg", np.full_like(face, 90))
    done, table = imported(root, tmp_path / "store", faces=pictures)
    landmarks = FaceMesh().find(face).landmarks[list(PATCH_LANDMARKS)]
    expected = (landmarks + 0.5) / 300
    rows = {str(clip): row for row, clip in enumerate(table.clip)}
    for clip in ("s03_sur_02", "EP02_01f"):
        np.testing.assert_allclose(centres(table, rows[clip]), expected, atol=0.01)
    average = centres(table, rows["EP19_05f"])
    assert np.abs(average - expected).max() > 0.03
    np.testing.assert_array_equal(centres(table, rows["006_1_2"]), average)
    said = "\n".join(done.notes)
    assert len(done.notes) == 3
    assert "sub01_EP19_05f .png: no picture" in said
    assert "006_006_1_2 .png: no face in its picture" in said


def test_channels_in_the_other_order(tmp_path):
    usual, turned = tmp_path / "usual", tmp_path / "turned"
    for root, step in ((usual, 1), (turned, -1)):
        for seed, (subject, clip, label) in enumerate(CLIPS):
            path = root / subject / "u_test" / label / file_name(subject, clip)
            write_image(path, flow_image(seed)[..., ::step])
    _, expected = imported(usual, tmp_path / "a")
    done, table = imported(turned, tmp_path / "b", order="svu")
    np.testing.assert_array_equal(table.patches, expected.patches)
    assert done.notes == ()
    wrong, _ = imported(turned, tmp_path / "c")
    assert "looks reversed" in wrong.notes[0]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\x89PNG", "unreadable image"),
        (np.zeros((SIDE, SIDE + 1, 3), np.uint8), "not a flow image"),
        (np.zeros((13, 13, 3), np.uint8), "not a flow image"),
        (np.dstack([np.eye(SIDE, dtype=np.uint8)] * 3), "not a flow image"),
        (flow_image(side=32), "size differs"),
    ],
)
def test_an_image_that_is_none_is_left_out_by_rule(tmp_path, content, rule):
    root, labels = make_flat(tmp_path / "flow")
    path = root / file_name("006", "006_1_2")
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write_image(path, content)
    done, table = imported(root, tmp_path / "store", labels=labels)
    assert len(table) == len(CLIPS) - 1
    assert [(skip.rule, skip.subject) for skip in done.skipped] == [(rule, "006")]
    with open(tmp_path / "store" / "skipped.csv") as file:
        assert [row["rule"] for row in csv.DictReader(file)] == [rule]


def test_a_folder_without_a_usable_image_is_refused(tmp_path):
    root, labels = make_flat(tmp_path / "flow")
    for path in root.iterdir():
        path.write_bytes(b"")
    with pytest.raises(InputError, match="5 unreadable image"):
        import_flow(root, tmp_path / "store", labels=labels)
    assert not (tmp_path / "store").exists()


def test_an_existing_store_and_a_missing_folder_of_faces_are_refused(tmp_path):
    root = make_loso(tmp_path / "flow")
    with pytest.raises(InputError, match="--faces names a folder"):
        import_flow(root, tmp_path / "store", faces=tmp_path / "none")
    (tmp_path / "store").mkdir()
    with pytest.raises(InputError, match="exists already"):
        import_flow(root, tmp_path / "store")


def test_the_command_says_what_it_did(tmp_path, capsys):
    root = make_loso(tmp_path / "flow")
    (root / "006" / "u_test" / "0" / "006_006_1_3 .png").write_bytes(b"")
    store = tmp_path / "store"
    assert main(["features", "import-flow", str(root), "--out", str(store)]) == 0
    said = capsys.readouterr().err
    assert "unreadable image" in said
    assert "(5 clips)" in said
    assert len(feature_store.read(store)) == 5
