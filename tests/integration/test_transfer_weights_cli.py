"""Released weights through `fgrmer transfer`: started from, and made a model of."""

import csv
import dataclasses
import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from fgrmer_tf.cli.main import main
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.models.transfer_releases import parts_of, take
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from input_pipeline.macro.expressions import EXPRESSIONS, class_names
from input_pipeline.macro.store import read_store
from tests.support import photo_folders, transfer_forms

CONFIG, STATE, _ = transfer_forms.small_release()
_RNG = np.random.default_rng(11)
STATE = {
    **STATE,
    "head.fc.weight": _RNG.normal(size=(7, 12)).astype(np.float32),
    "head.fc.bias": _RNG.normal(size=7).astype(np.float32),
}
NETWORK = [
    *("--network.stem-filters", "7", "11", "--network.stem-units", "2", "3"),
    *("--network.local-attentions", "3", "--network.attention-reduction", "2"),
    *("--network.embedding-dim", "12", "--network.num-heads", "3"),
    *("--network.encoder-depth", "2", "--network.feed-forward-units", "17"),
]
STILL = ["--learning-rate", "1e-12", "--weight-decay", "0", "--optimizer", "sgd"]
FIT = ["--experiment", "tiny", "--epochs", "1", "--batch-size", "13", *STILL, *NETWORK]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A store, and the files of four releases."""
    work = tmp_path_factory.mktemp("weights")
    photo_folders.write(work / "data", "raf-db")
    made = ["--out", str(work / "store"), "--side", "32"]
    assert main(["transfer", "prepare", "raf-db", str(work / "data"), *made]) == 0
    np.savez(work / "paddle.npz", **transfer_forms.as_paddle(CONFIG, STATE))
    np.savez(work / "torch.npz", **STATE)
    np.savez(work / "apvit.npz", **transfer_forms.as_apvit(STATE))
    np.savez(work / "stem.npz", **transfer_forms.as_ir50(CONFIG, STATE))
    return work


def transfer(work, command, out, *more):
    where = ["--store", str(work / "store"), "--out", str(work / out)]
    return main(["transfer", command, *where, *FIT, *map(str, more)])


def started_from(work, out):
    return json.loads((work / out / "config.json").read_text())["start"]


def test_train_starts_from_a_stem(work):
    given = ("--stem-weights", work / "stem.npz")
    assert transfer(work, "train", "trained", *given) == 0
    model = keras.saving.load_model(work / "trained/model.keras", compile=False)
    first = STATE["extractor.input_layer.0.weight"].transpose(2, 3, 1, 0)
    kernel = model.get_layer("stem_conv").kernel
    np.testing.assert_allclose(kernel, first, atol=1e-6)
    said = started_from(work, "trained")["stem_weights"]
    content = (work / "stem.npz").read_bytes()
    assert said["sha256"] == hashlib.sha256(content).hexdigest()


def test_an_evaluation_says_what_it_started_from_and_keeps_to_it(work, capsys):
    file = work / "apvit.npz"
    assert transfer(work, "evaluate", "run", "--weights", file) == 0
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    page = (work / "run/report.html").read_text()
    for text in (page, " ".join(capsys.readouterr().err.split())):
        assert f"`apvit.npz` (APViT, SHA-256 {digest}): stem, projection" in text
        assert "At random start: local attentions." in text
    predictions = (work / "run/predictions.csv").read_bytes()
    # The same bytes under another name are the same start.
    (work / "renamed.npz").write_bytes(file.read_bytes())
    assert transfer(work, "evaluate", "run", "--weights", work / "renamed.npz") == 0
    assert (work / "run/predictions.csv").read_bytes() == predictions
    assert transfer(work, "evaluate", "run", "--weights", work / "paddle.npz") == 2
    error = capsys.readouterr().err
    assert f"`start.weights.sha256` is '{digest}' there and" in error
    assert transfer(work, "evaluate", "run") == 2
    assert "A run keeps its settings" in capsys.readouterr().err


def test_an_ablation_starts_every_variant(work):
    rows = ["--variants", "stem-only", "mad"]
    file = work / "paddle.npz"
    assert transfer(work, "ablation", "table", "--weights", file, *rows) == 0
    whole = ["stem", "local attentions", "projection", "encoder", "head"]
    assert started_from(work, "table/mad")["weights"]["parts"] == whole
    without = [part for part in whole if part != "local attentions"]
    assert started_from(work, "table/stem-only")["weights"]["parts"] == without


def test_refused_weights_leave_no_run(work, capsys):
    wide = ("--stem-weights", work / "stem.npz", "--network.stem-filters", 5, 11)
    assert transfer(work, "evaluate", "none", *wide) == 2
    error = capsys.readouterr().err
    assert "wrong shape: input_layer.0.weight" in error
    assert "Traceback" not in error
    assert not (work / "none").exists()


@pytest.mark.parametrize(("given", "said"), [((), True), (("--stem-weights",), False)])
def test_the_published_settings_ask_for_weights(work, capsys, given, said):
    where = ["--store", str(work / "store"), "--out", str(work / "none")]
    file = [str(work / "stem.npz")] if given else []
    # Refused for its protocol: nothing is trained.
    options = ["--experiment", "published", "--protocol", "kfold", *given, *file]
    assert main(["transfer", "evaluate", *where, *options]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "subjects are not known" in error
    assert ("Give --stem-weights and --encoder-weights" in error) is said


def imported(work, out, *more):
    sizes = ("--side", "32", *NETWORK)
    where = ("--out", str(work / out))
    return main(["transfer", "import-torch", *map(str, more), *where, *sizes])


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("paddle", ()),
        ("torch", ("--class-names", *EXPRESSIONS[:7])),
    ],
)
def test_a_release_becomes_a_model_that_predicts(work, name, classes):
    assert imported(work, f"made-{name}", work / f"{name}.npz", *classes) == 0
    run = work / f"made-{name}"
    settings = json.loads((run / "config.json").read_text())
    content = (work / f"{name}.npz").read_bytes()
    assert settings["imported"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert settings["class_names"] == list(class_names(7))
    table = run.with_suffix(".csv")
    pictures = sorted((work / "data").rglob("test_*.jpg"))
    command = ["predict", "--model", run, "--images", *pictures, "--table", table]
    assert main([str(word) for word in command]) == 0
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(pictures) > 3
    found = np.array([[float(row[name]) for name in class_names(7)] for row in rows])
    np.testing.assert_allclose(found, expected(work, rows), atol=1e-5)


def expected(work, rows):
    """Probabilities by the network itself, of the squares in the store."""
    store = read_store(work / "store")
    places = {name: place for place, name in enumerate(store.clip)}
    names = [Path(row["image"]).stem.removesuffix("_aligned") for row in rows]
    squares = store.images[[places[name] for name in names]]
    model = build_transfer(dataclasses.replace(CONFIG, num_classes=7))
    take(model, STATE, parts_of(model))
    inputs = (np.float32(squares) - np.float32(IMAGE_MEAN)) / np.float32(
        IMAGE_DEVIATION
    )
    return keras.ops.softmax(model({"images": inputs})["logits"])


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("torch.npz", (), "--class-names must name the classes"),
        ("torch.npz", ("--class-names", "a", "b"), "named once; it has 7"),
        ("apvit.npz", (), "transfer train --weights"),
        ("stem.npz", (), "transfer train --stem-weights"),
        ("none.npz", (), "none.npz"),
    ],
)
def test_an_import_that_is_refused_leaves_nothing(work, capsys, name, more, message):
    assert imported(work, "none", work / name, *more) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not (work / "none").exists()


def test_an_import_never_overwrites(work, capsys):
    (work / "there").mkdir()
    assert imported(work, "there", work / "paddle.npz") == 2
    assert "exists already" in capsys.readouterr().err
