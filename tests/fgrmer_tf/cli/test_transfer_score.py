"""`fgrmer transfer score`: what is asked, what is said, what is refused."""

import csv
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from fgrmer_tf.cli.main import main
from fgrmer_tf.cli.transfer_seen import SEEN_FILE, Seen
from input_pipeline.macro.expressions import class_names
from input_pipeline.macro.store import read_store
from tests.support import photo_folders, transfer_forms

SIDE = 32
FIT = ["--experiment", "tiny", "--epochs", "1", "--batch-size", "13"]
STEM = ["--network.stem-filters", "5", "7", "--network.stem-units", "1", "1"]
ENCODER = ["--network.encoder-depth", "1", "--network.feed-forward-units", "11"]
WIDTHS = ["--network.embedding-dim", "12", "--network.num-heads", "3"]
SMALL = [*FIT, *STEM, *ENCODER, *WIDTHS, "--network.attention-reduction", "2"]
PROBABILITIES = [f"prob_{name}" for name in class_names(7)]


def transfer(command, **options):
    given = [word for name in options for word in (f"--{name}", str(options[name]))]
    fit = SMALL if command in ("train", "evaluate") else []
    return main(["transfer", command, *given, *fit])


def altered(store, out, *, rows=slice(None), images=None, photos=None, **header):
    """A copy of a store with some of its rows, other columns or another header."""
    out.mkdir()
    old = json.loads((store / "header.json").read_text())
    with open(store / "photos.csv", newline="") as file:
        names, *lines = csv.reader(file)
    table = pd.DataFrame(lines, columns=names).iloc[rows]
    squares = np.fromfile(store / "images.u8", np.uint8)
    squares = squares.reshape(-1, old["side"], old["side"], 3)[rows]
    if images is not None:
        images(squares)
    table = table if photos is None else photos(table)
    table.to_csv(out / "photos.csv", index=False)
    squares.tofile(out / "images.u8")
    new = {**old, "key": out.name, "photos": len(table), **header}
    (out / "header.json").write_text(json.dumps(new))
    for name in ("skipped.csv", "repairs.csv"):
        shutil.copy(store / name, out / name)
    return out


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Stores of RAF-DB and CK+, a model of the first and one of some people of CK+."""
    work = tmp_path_factory.mktemp("score")
    for layout, name in (("raf-db", "raf"), ("ck-plus", "ck")):
        photo_folders.write(work / f"{name}-data", layout)
        made = [str(work / f"{name}-data"), "--out", str(work / name)]
        made += ["--side", str(SIDE)]
        assert main(["transfer", "prepare", layout, *made]) == 0
    subject = pd.read_csv(work / "ck/photos.csv")["subject"]
    for name, of in (("some", subject < "S003"), ("others", subject >= "S003")):
        altered(work / "ck", work / name, rows=np.flatnonzero(of))
    assert transfer("train", store=work / "raf", out=work / "model") == 0
    assert transfer("train", store=work / "some", out=work / "of-some") == 0
    return work


def scored(work, out, store="raf", model="model"):
    return transfer("score", store=work / store, model=work / model, out=work / out)


def predictions(work, out):
    return pd.read_csv(work / out / "predictions.csv")


def refused(capsys, work, *said, **named):
    assert scored(work, "refused", **named) == 2
    error = " ".join(capsys.readouterr().err.split())
    for text in said:
        assert text in error
    assert "Traceback" not in error
    assert not (work / "refused").exists()


def test_a_kept_model_scores_as_the_evaluation_that_trains_it_anew(work):
    assert transfer("evaluate", store=work / "raf", out=work / "evaluated") == 0
    assert scored(work, "plain") == 0
    found, expected = (predictions(work, out) for out in ("plain", "evaluated"))
    assert set(found.pop("fold")) == {"test"}
    assert set(expected.pop("fold")) == {"official"}
    pd.testing.assert_frame_equal(found, expected, atol=1e-6)
    metrics = json.loads((work / "plain/metrics.json").read_text())
    assert metrics["protocol"] == "score"
    right = (found["true"] == found["predicted"]).mean()
    assert metrics["full"]["accuracy"] == pytest.approx(right)


def test_the_page_says_what_was_scored(work):
    assert scored(work, "page") == 0
    page = (work / "page/report.html").read_text()
    count, whole = (
        len(predictions(work, "page")),
        len(pd.read_csv(work / "raf/photos.csv")),
    )
    assert count < whole
    for text in (
        f"`model` is asked about {count} of {whole} pictures of raf-db (the part test)",
        "nothing was trained",
        "What chose the model is not recorded",
        f"It was trained on {whole - count} pictures of raf-db.",
        "Whether the same people are tested is not known.",
        ">Testing took",
    ):
        assert text in page
    # They compare trainings on the official part for training.
    assert "Published elsewhere" not in page
    assert "epochs was fixed" not in page


def test_the_same_command_again_changes_nothing(work):
    assert scored(work, "twice") == 0
    before = (work / "twice/folds.jsonl").read_bytes()
    assert scored(work, "twice") == 0
    assert (work / "twice/folds.jsonl").read_bytes() == before


def test_classes_go_by_name_whatever_their_order(work):
    names = list(class_names(7))
    order = [*names[3:], *names[:3]]

    def turned(photos):
        return photos[[*photos.columns[:4], *order]]

    altered(work / "raf", work / "turned", photos=turned, class_names=order)
    assert scored(work, "in-order") == scored(work, "out-of-order", store="turned") == 0
    plain, other = (predictions(work, out) for out in ("in-order", "out-of-order"))
    pd.testing.assert_frame_equal(plain, other[plain.columns], atol=1e-6)
    assert list(other.columns[7:]) == [f"prob_{name}" for name in order]


def test_other_classes_are_refused_with_both_lists(work, capsys):
    names = [*class_names(7)[:6], "contempt"]

    def renamed(photos):
        return photos.rename(columns={"neutral": "contempt"})

    altered(work / "raf", work / "contempt", photos=renamed, class_names=names)
    lists = ("anger, neutral; the store has", "anger, contempt.")
    refused(capsys, work, "the same classes", *lists, store="contempt")


def test_squares_that_do_not_fit_are_refused(work, capsys):
    altered(work / "raf", work / "faces", alignment="face")
    needed = f"Prepare it with --side {SIDE} --alignment none."
    refused(capsys, work, "'alignment': 'face'", needed, store="faces")
    data = [str(work / "raf-data"), "--out", str(work / "small"), "--side", "17"]
    assert main(["transfer", "prepare", "raf-db", *data]) == 0
    capsys.readouterr()
    refused(capsys, work, "'side': 17", needed, store="small")


def test_a_store_without_parts_is_scored_whole(work):
    assert scored(work, "whole", store="ck") == 0
    assert len(predictions(work, "whole")) == len(pd.read_csv(work / "ck/photos.csv"))
    page = (work / "whole/report.html").read_text()
    assert "pictures of ck-plus (all, since it has no parts)" in page
    # Nobody knows whether these people were.
    assert "named rightly" in page
    assert "held out" not in page
    assert "Whether the same people are tested is not known." in page


def test_a_store_without_a_part_for_testing_is_refused(work, capsys):
    split = pd.read_csv(work / "raf/photos.csv")["split"]
    altered(work / "raf", work / "no-test", rows=np.flatnonzero(split == "train"))
    refused(capsys, work, "a store with train alone", store="no-test")


def test_other_people_of_the_same_data_set_are_scored(work):
    assert scored(work, "others-scored", store="others", model="of-some") == 0
    page = (work / "others-scored/report.html").read_text()
    assert "None of the people who are tested was trained on." in page


@pytest.mark.parametrize("store", ["some", "ck"])
def test_people_who_were_trained_on_are_refused(work, capsys, store):
    people = "people who are tested were trained on too: ck-plus/S0"
    refused(capsys, work, people, store=store, model="of-some")


def test_pictures_that_were_trained_on_are_refused_under_any_name(work, capsys):
    def renamed(photos):
        return photos.assign(dataset="mine", split="")

    named = {"photos": renamed, "dataset": "mine"}
    altered(work / "raf", work / "mine", **named)
    count = len(pd.read_csv(work / "model" / SEEN_FILE))
    said = f"{count} tested pictures were trained on too, equal to the bit."
    refused(capsys, work, said, store="mine")


def test_a_model_of_all_pictures_is_not_scored_on_a_part(work, capsys):
    shutil.copytree(work / "model", work / "of-all")
    table = read_store(work / "raf")
    Seen.of(table, np.arange(len(table))).keep(work / "of-all")
    count = int((table.split == "test").sum())
    refused(capsys, work, f"{count} tested pictures were trained on", model="of-all")


def test_what_official_parts_share_is_counted(work):
    photos = pd.read_csv(work / "raf/photos.csv")
    trained, tested = (np.flatnonzero(photos["split"] == p) for p in ("train", "test"))

    def shared(images):
        images[tested[0]] = images[trained[0]]

    altered(work / "raf", work / "twins", images=shared)
    assert scored(work, "shared", store="twins") == 0
    page = (work / "shared/report.html").read_text()
    assert "1 tested pictures were trained on too, equal to the bit." in page
    assert "The parts of a data set are taken as they are." in page


def test_a_run_that_does_not_list_its_pictures(work, capsys):
    """As earlier versions left it: known of its own store, and said of others."""
    for name in ("model", "of-some"):
        shutil.copytree(work / name, work / f"{name}-old")
        (work / f"{name}-old" / SEEN_FILE).unlink()
    assert scored(work, "old-own", model="model-old") == 0
    assert "It was trained on" in (work / "old-own/report.html").read_text()
    refused(capsys, work, "were trained on too", store="some", model="of-some-old")
    assert scored(work, "old-other", store="others", model="of-some-old") == 0
    page = (work / "old-other/report.html").read_text()
    assert "does not list the pictures of ck-plus that it was trained on" in page
    # The same command on the same store adds the list, and trains nothing.
    model = (work / "of-some-old/model.keras").read_bytes()
    assert transfer("train", store=work / "some", out=work / "of-some-old") == 0
    lists = [
        (work / name / SEEN_FILE).read_bytes() for name in ("of-some", "of-some-old")
    ]
    assert lists[0] == lists[1]
    assert (work / "of-some-old/model.keras").read_bytes() == model


def test_classes_that_training_did_not_show_are_said(work):
    seen = pd.read_csv(work / "model" / SEEN_FILE, keep_default_na=False)
    shutil.copytree(work / "model", work / "no-fear")
    seen[seen["label"] != "fear"].to_csv(work / "no-fear" / SEEN_FILE, index=False)
    assert scored(work, "without-fear", model="no-fear") == 0
    page = (work / "without-fear/report.html").read_text()
    assert "No training picture shows fear" in page
    assert "shows surprise" not in page


def test_a_training_from_weights_from_elsewhere_is_said(work):
    shutil.copytree(work / "model", work / "begun")
    file = work / "begun/config.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, "start": {"random": []}}))
    assert scored(work, "begun-scored", model="begun") == 0
    page = (work / "begun-scored/report.html").read_text()
    assert "Its training started from released weights." in page
    assert "What those weights were fitted to is not known here" in page
    assert "It was trained on" in page


def test_of_imported_weights_it_says_what_is_not_known(work):
    config, state, _ = transfer_forms.small_release()
    rng = np.random.default_rng(7)
    state["head.fc.weight"] = rng.normal(size=(7, 12)).astype(np.float32)
    state["head.fc.bias"] = rng.normal(size=7).astype(np.float32)
    file, model = work / "release.npz", work / "imported"
    np.savez(file, **transfer_forms.as_paddle(config, state))
    network = [
        *("--network.stem-filters", "7", "11", "--network.stem-units", "2", "3"),
        *("--network.local-attentions", "3", "--network.attention-reduction", "2"),
        *("--network.embedding-dim", "12", "--network.num-heads", "3"),
        *("--network.encoder-depth", "2", "--network.feed-forward-units", "17"),
    ]
    command = ["import-torch", str(file), "--out", str(model), "--side", str(SIDE)]
    assert main(["transfer", *command, *network]) == 0
    assert scored(work, "imported-scored", model="imported") == 0
    page = (work / "imported-scored/report.html").read_text()
    assert "What those weights were fitted to is not known here" in page
    assert "The model is `release.npz` (TransFER" in page
    assert "It was trained on" not in page


def test_a_run_without_a_model_is_refused(work, capsys):
    assert scored(work, "no-model") == 0
    refused(capsys, work, "A trained TransFER holds model.keras", model="no-model")


def test_the_folder_of_the_model_is_left_alone(work, capsys):
    before = (work / "model/config.json").read_bytes()
    assert scored(work, "model") == 2
    assert "A run keeps its settings" in capsys.readouterr().err
    assert (work / "model/config.json").read_bytes() == before
