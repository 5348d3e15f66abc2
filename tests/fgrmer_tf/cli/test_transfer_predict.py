import csv
import json

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from fgrmer_tf.cli.main import main
from tests.support.small_transfer import (
    CLASSES,
    logits,
    pictures,
    small_transfer,
    trained_transfer,
    write_run,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs") / "run", trained_transfer())


@pytest.fixture
def folder(tmp_path):
    """Discs, in a folder and one below, with what is no picture."""
    root = tmp_path / "pictures"
    (root / "more").mkdir(parents=True)
    pixels, _ = pictures(5, seed=3)
    for number, image in enumerate(pixels):
        where = root / "more" if number > 2 else root
        cv2.imwrite(str(where / f"{number}.png"), image[..., ::-1])
    (root / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(root / "long.png"), np.zeros((20, 2000, 3), np.uint8))
    cv2.imwrite(str(root / "point.png"), np.zeros((1, 1, 3), np.uint8))
    (root / "notes.txt").write_text("not asked about")
    return root


def rows_of(table):
    with open(table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_becomes_a_table(run, folder, tmp_path):
    table = tmp_path / "table.csv"
    argv = ["predict", "--model", str(run), "--images", str(folder)]
    assert main([*argv, "--table", str(table)]) == 0
    rows = rows_of(table)
    assert list(rows[0]) == ["image", "label", *CLASSES, "note"]
    names = [row["image"].removeprefix(f"{folder}/") for row in rows]
    assert names == [
        *("0.png", "1.png", "2.png", "broken.jpg", "long.png", "point.png"),
        *("more/3.png", "more/4.png"),
    ]
    pixels, label = pictures(5, seed=3)
    expected = logits(trained_transfer(), pixels)
    answered = [row for row in rows if not row["note"]]
    assert [row["label"] for row in answered] == [CLASSES[n] for n in label]
    given = np.array([[float(row[name]) for name in CLASSES] for row in answered])
    shares = np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(given, shares, atol=1e-5)
    notes = {row["image"].split("/")[-1]: row for row in rows if row["note"]}
    assert notes["broken.jpg"]["note"] == "unreadable image"
    assert notes["long.png"]["note"] == "picture too long: 2000 x 20 px"
    assert notes["point.png"]["note"] == "picture too small: 1 x 1 px"
    for row in notes.values():
        assert row["label"] == ""
        assert [row[name] for name in CLASSES] == ["nan"] * len(CLASSES)


def test_more_pictures_than_a_batch(run, tmp_path, monkeypatch):
    monkeypatch.setattr("fgrmer_tf.cli.transfer_predict.BATCH", 2)
    pixels, label = pictures(5, seed=3)
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for path, image in zip(paths, pixels, strict=True):
        cv2.imwrite(str(path), image[..., ::-1])
    table = tmp_path / "table.csv"
    argv = ["predict", "--model", str(run), "--table", str(table), "--images"]
    assert main([*argv, *map(str, paths)]) == 0
    assert [row["label"] for row in rows_of(table)] == [CLASSES[n] for n in label]


def test_a_picture_without_a_face_has_no_numbers(tmp_path, capsys):
    run = write_run(tmp_path / "run", small_transfer(), alignment="face")
    face = np.ascontiguousarray(astronaut()[:300, 24:424])
    cv2.imwrite(str(tmp_path / "face.png"), face[..., ::-1])
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((200, 200, 3), 90, np.uint8))
    argv = ["predict", "--model", str(run), "--json", "--table"]
    files = [str(tmp_path / name) for name in ("face.png", "wall.png")]
    assert main([*argv, str(tmp_path / "table.csv"), "--images", *files]) == 0
    found, missing = json.loads(capsys.readouterr().out)
    assert found["label"] in CLASSES
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert missing == {
        "image": files[1],
        "label": None,
        "probabilities": None,
        "note": "no face",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "A TransFER takes --images"),
        (["--images", "nowhere"], "must be there. Received: `nowhere`"),
        (["--images", "x.png", "--onset", "y.png"], "A TransFER takes --images"),
    ],
)
def test_what_cannot_be_asked_is_refused(run, capsys, options, message):
    assert main(["predict", "--model", str(run), *options]) == 2
    assert message in capsys.readouterr().err


def test_attention_is_drawn(run, folder, tmp_path, capsys):
    out = tmp_path / "out"
    argv = ["explain", "--model", str(run), "--out", str(out), "--images", str(folder)]
    assert main(argv) == 0
    assert "unreadable image" in capsys.readouterr().err
    values = json.loads((out / "attention.json").read_text())
    assert len(values["images"]) == 5
    local, largest = (np.array(values[name]) for name in ("local", "max_out"))
    assert local.shape == (5, 8, 8, 2)
    np.testing.assert_allclose(largest[..., 0], local.max(axis=-1))
    assert np.array(values["class_token"]).shape == (5, 8, 8)
    picture = cv2.imread(str(out / "attention.png"))
    # Five columns of a picture and four maps, five rows.
    assert picture.shape[1] == pytest.approx(5 * 1.5 * 200, abs=2)
    assert picture.shape[0] == pytest.approx((5 * 1.5 + 0.25) * 200, abs=2)


def test_pictures_of_which_none_is_usable_are_not_drawn(run, tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(b"")
    argv = ["explain", "--model", str(run), "--out", str(tmp_path / "out")]
    assert main([*argv, "--images", str(tmp_path / "a.png")]) == 2
    assert "none of 1" in capsys.readouterr().err
