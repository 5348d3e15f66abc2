"""Odd pictures and label files with holes, through the commands a user gives."""

import csv
import math

import pandas as pd
import pytest

from fgrmer_tf.cli.main import main
from input_pipeline.macro.store import read_store
from input_pipeline.synthetic.macro.pictures import ODD_FILES, cut, jpeg
from tests.support import photo_folders, small_transfer

LABELS = "basic/EmoLabel/list_patition_label.txt"
NETWORK = [
    *("--network.stem-filters", "5", "7", "--network.stem-units", "1", "1"),
    *("--network.embedding-dim", "12", "--network.num-heads", "3"),
    *("--network.encoder-depth", "1", "--network.feed-forward-units", "11"),
    *("--network.attention-reduction", "2"),
]


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("layout", tuple(photo_folders.WRITERS))
def test_check_and_prepare_list_every_trap_and_keep_the_rest(tmp_path, layout):
    data, store, out = (tmp_path / name for name in ("data", "store", "out"))
    content = photo_folders.write(data, layout, traps=True)
    source = [layout.removesuffix("-npy"), str(data), "--expressions", "8", "--out"]
    assert main(["check", *source, str(out)]) == 0
    assert main(["transfer", "prepare", *source, str(store), "--side", "19"]) == 0
    planted = {(one.clip, one.rule) for one in content.planted if one.rule}
    assert len(planted) >= 5
    found = rows_of(out / "findings.csv")
    assert {(r["clip"], r["rule"]) for r in found if r["kind"] != "warning"} == planted
    assert {(r["clip"], r["rule"]) for r in rows_of(store / "skipped.csv")} == planted
    kept = set(read_store(store).clip)
    odd = {one.rule for one in ODD_FILES}
    for one in content.planted:
        if one.rule in odd:
            assert (one.clip in kept) is (one.rule == ""), one.trap


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x00\xff\xfe\x01" * 64, b"train_00001.jpg\n", "ÿ 1\n".encode()],
    ids=["empty", "blank", "binary", "no label", "another name"],
)
@pytest.mark.parametrize("command", ["check", "prepare"])
def test_a_label_file_with_nothing_in_it_is_one_line(
    tmp_path, capsys, command, content
):
    photo_folders.write(tmp_path / "data", "raf-db", only={"fear"})
    (tmp_path / "data" / LABELS).write_bytes(content)
    out = ["--out", str(tmp_path / "out")]
    family = ["transfer", command] if command == "prepare" else [command]
    assert main([*family, "raf-db", str(tmp_path / "data"), *out]) == 2
    error = capsys.readouterr().err
    assert "fgrmer: " in error
    assert str(tmp_path / "data") in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "run"
    return small_transfer.write_run(folder, small_transfer.small_transfer())


def test_odd_pictures_are_predicted_or_said_why_not(tmp_path, model):
    image = cut(photo_folders.faces()[0].image, 64)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/plain.jpg").write_bytes(jpeg(image))
    for one in ODD_FILES:
        name = one.trap.replace(" ", "_").replace(",", "") + ".jpg"
        (tmp_path / "odd" / name).write_bytes(one.make(image))
    table = tmp_path / "table.csv"
    asked = ["--model", str(model), "--images", str(tmp_path / "odd")]
    assert main(["predict", *asked, "--table", str(table)]) == 0
    rows = {row["image"].split("/")[-1]: row for row in rows_of(table)}
    assert len(rows) == len(ODD_FILES) + 1
    for one in ODD_FILES:
        row = rows[one.trap.replace(" ", "_").replace(",", "") + ".jpg"]
        numbers = [float(row[name]) for name in small_transfer.CLASSES]
        assert row["note"].startswith(one.rule)
        assert bool(row["note"]) == bool(one.rule) == (row["label"] == "")
        assert (
            all(map(math.isnan, numbers))
            if one.rule
            else sum(numbers) == (pytest.approx(1, abs=1e-5))
        )
    plain, alpha = (rows[name] for name in ("plain.jpg", "alpha.jpg"))
    for name in small_transfer.CLASSES:
        assert float(alpha[name]) == pytest.approx(float(plain[name]), abs=0.03)


@pytest.mark.parametrize("balance", ["loss", "sampling", "none"])
def test_a_class_that_is_absent_from_training_does_not_stop_it(tmp_path, balance):
    photo_folders.write(tmp_path / "data", "raf-db")
    labels = tmp_path / "data" / LABELS
    lines = labels.read_text().splitlines()
    kept = [x for x in lines if not (x.startswith("train") and x.endswith(" 2"))]
    assert len(kept) < len(lines)
    labels.write_text("\n".join(kept))
    store = str(tmp_path / "store")
    source = ["raf-db", str(tmp_path / "data"), "--out", store, "--side", "17"]
    assert main(["transfer", "prepare", *source]) == 0
    run = tmp_path / "run"
    where = ["--store", store, "--out", str(run), "--experiment", "tiny"]
    fitted = ["--epochs", "1", "--batch-size", "13", "--balance", balance, *NETWORK]
    assert main(["transfer", "evaluate", *where, *fitted]) == 0
    page = (run / "report.html").read_text()
    assert "No training picture shows fear" in page
    assert "shows surprise" not in page
    predictions = pd.read_csv(run / "predictions.csv")
    assert "fear" in set(predictions["true"])


@pytest.mark.parametrize("command", ["train", "evaluate", "ablation"])
def test_one_class_alone_is_refused_before_anything_is_written(
    tmp_path, capsys, command
):
    photo_folders.write(tmp_path / "data", "raf-db", only={"fear"})
    store = str(tmp_path / "store")
    source = ["raf-db", str(tmp_path / "data"), "--out", store, "--side", "17"]
    assert main(["transfer", "prepare", *source]) == 0
    where = ["--store", store, "--out", str(tmp_path / "run"), "--experiment", "tiny"]
    assert main(["transfer", command, *where, *NETWORK]) == 2
    error = capsys.readouterr().err
    assert "pictures of two classes or more" in error
    assert "Traceback" not in error
    assert not (tmp_path / "run").exists()
