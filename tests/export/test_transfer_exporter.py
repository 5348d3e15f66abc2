from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from export import manifest, push, transfer_exporter
from export.errors import ExportError
from export.open_export import open_export
from export.settings import ExportSettings
from export.transfer_exporter import export_transfer
from export.transfer_graph import TransferConstants
from export.transfer_images import Images
from export.transfer_signature import IMAGES, signatures
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from tests.support.small_transfer import CLASSES, logits, pictures, trained_transfer

SIZE = 32
FORMATS = ("savedmodel", "onnx", "litert-float16", "litert-int8")


def surest(model, count):
    """Of twice as many pictures those whose best class is furthest above the second."""
    pixels, label = pictures(2 * count)
    first, second = np.sort(logits(model, pixels), axis=1)[:, :-3:-1].T
    rows = np.sort(np.argsort(second - first)[:count])
    return pixels[rows], label[rows]


def constants(**changes):
    fields = {
        "class_names": CLASSES,
        "mean": IMAGE_MEAN,
        "deviation": IMAGE_DEVIATION,
        "alignment": "face",
    }
    return TransferConstants(**(fields | changes))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A small TransFER in the formats whose making differs."""
    model = trained_transfer()
    pixels, label = surest(model, 40)
    out = tmp_path_factory.mktemp("transfer") / "export"
    record = export_transfer(
        model,
        constants(),
        out,
        images=Images(pixels=pixels, label=label, origin="drawn discs"),
        settings=ExportSettings(formats=FORMATS),
    )
    return SimpleNamespace(
        out=out, record=record, model=model, pixels=pixels, label=label
    )


def test_every_format_is_verified(exported):
    record = exported.record
    assert record["validation"] == {"passed": True}
    assert list(record["verified"]) == list(FORMATS)
    for artefact, found in record["verified"].items():
        wanted = signatures(artefact, image_size=SIZE, num_classes=len(CLASSES))
        assert set(found["differences"]) == set(wanted) - {"card"}
    assert record["verified"]["savedmodel"]["warmup_requests"] == 10
    assert record["verified"]["litert-int8"]["structure"]["conversions"] < 12
    assert manifest.read(exported.out)["preprocessing"] == {
        "system": "transfer",
        "image_size": SIZE,
        "channels": "RGB of [0, 255]; normalised in the graph",
        "alignment": "face",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_an_exported_file_answers_as_keras(exported, name):
    export = open_export(exported.out, name)
    assert export.class_names == CLASSES
    given = export.run(exported.pixels[:3].astype(np.float32))["logits"]
    expected = logits(exported.model, exported.pixels[:3])
    largest = np.abs(expected).max()
    share = {"litert-int8": 0.3, "litert-float16": 1e-2}
    assert np.abs(given - expected).max() <= share.get(name, 1e-5) * largest


def test_a_pushed_version_answers_its_warmup(exported, tmp_path):
    base = tmp_path / "transfer"
    assert push.push(exported.out, base) == 1
    stated = manifest.check_version(base / "1")
    assert stated["model_id"] == exported.record["model_id"]
    assert IMAGES in tf.saved_model.load(str(base / "1")).signatures


def test_a_wrong_answer_stops_the_export(exported, tmp_path, monkeypatch):
    reference = transfer_exporter.reference

    def moved(graph, images, evaluation):
        found = reference(graph, images, evaluation)
        found.logits[0, 0] += 0.01
        return found

    monkeypatch.setattr(transfer_exporter, "reference", moved)
    images = Images(pixels=exported.pixels[:7], label=None, origin="drawn discs")
    with pytest.raises(ExportError, match="differs from Keras"):
        export_transfer(
            exported.model,
            constants(),
            tmp_path / "out",
            images=images,
            settings=ExportSettings(formats=("onnx",)),
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "size", "labelled", "formats", "message"),
    [
        ({"class_names": CLASSES[:3]}, SIZE, True, FORMATS[:1], "model's 5 classes"),
        ({}, 31, True, FORMATS[:1], "images of 32 px.*31 px"),
        ({}, SIZE, False, ("litert-int8",), "images with labels"),
    ],
)
def test_what_does_not_go_with_the_model_is_refused(
    exported, tmp_path, changes, size, labelled, formats, message
):
    pixels = np.zeros((5, size, size, 3), np.uint8)
    label = np.arange(5) if labelled else None
    with pytest.raises(InputError, match=message):
        export_transfer(
            exported.model,
            constants(**changes),
            tmp_path / "out",
            images=Images(pixels=pixels, label=label, origin="zeros"),
            settings=ExportSettings(formats=formats),
        )


def test_an_existing_folder_is_not_touched(exported):
    with pytest.raises(InputError, match="must not exist yet"):
        export_transfer(
            exported.model,
            constants(),
            exported.out,
            images=Images(pixels=exported.pixels, label=None, origin="drawn discs"),
            settings=ExportSettings(),
        )
