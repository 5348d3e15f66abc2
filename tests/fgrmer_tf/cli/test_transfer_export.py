import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from export import transfer_exporter
from fgrmer_tf.cli.main import main
from fgrmer_tf.cli.transfer_trained import load_transfer
from fgrmer_tf.errors import InputError
from tests.support.small_transfer import CLASSES, pictures, small_transfer, write_run


@dataclasses.dataclass
class Table:
    """An image store, read."""

    images: np.ndarray
    label: np.ndarray
    dataset: np.ndarray
    class_names: tuple
    header: dict

    def __len__(self):
        return len(self.images)


def table(key="right", names=CLASSES):
    pixels, label = pictures(7)
    dataset = np.array(["a", "b", "a", "a", "b", "a", "a"])
    return Table(pixels, label, dataset, names, {"key": key})


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """`fgrmer export` of a run, and what the exporter is given, without its minutes."""
    run = write_run(tmp_path / "run", small_transfer(), store="right")
    found = SimpleNamespace(run=run, tables={"store": table()})

    def export(model, constants, out, **arguments):
        found.model, found.constants, found.given = model, constants, arguments
        return {
            "verified": {"onnx": {"differences": {"images": {"1": {"logits": 0.0}}}}}
        }

    monkeypatch.setattr(transfer_exporter, "export_transfer", export)
    monkeypatch.setattr(
        "input_pipeline.macro.store.read_store", lambda path: found.tables[path.name]
    )
    found.argv = ["export", str(run), "--out", str(tmp_path / "out")]
    return found


def test_a_run_of_transfer_is_exported_as_such(asked):
    argv = [*asked.argv, "--formats", "onnx", "--licence", "mine"]
    assert main([*argv, "--store", "store"]) == 0
    assert asked.constants.class_names == CLASSES
    assert asked.constants.alignment == "none"
    images, settings = asked.given["images"], asked.given["settings"]
    np.testing.assert_array_equal(images.pixels, table().images)
    np.testing.assert_array_equal(images.label, table().label)
    assert images.origin == "pictures of the training, store right"
    assert settings.formats == ("onnx",)
    assert settings.licence == "mine"
    assert settings.data_statement.startswith("Trained on pictures of a, b, 7 in")
    assert asked.given["evaluation"] is None


def test_without_a_store_random_pixels_are_compared(asked):
    assert main(asked.argv) == 0
    images = asked.given["images"]
    assert images.label is None
    assert images.pixels.std() > 50
    assert asked.given["settings"].data_statement == "Not stated."


def test_other_pictures_may_judge(asked):
    asked.tables["other"] = table("other")
    argv = [*asked.argv, "--store", "store", "--evaluation-store", "other"]
    assert main(argv) == 0
    origin = asked.given["evaluation"].origin
    assert origin == "pictures given for evaluation, store other"


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (table("wrong"), "not the store that"),
        (table(names=("a", "b")), "must have the model's classes"),
    ],
)
def test_another_store_is_refused(asked, capsys, other, message):
    asked.tables["store"] = other
    assert main([*asked.argv, "--store", "store"]) == 2
    assert message in capsys.readouterr().err


def test_a_run_that_is_none_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"system": "transfer"}))
    with pytest.raises(InputError, match=r"holds model\.keras"):
        load_transfer(tmp_path)
