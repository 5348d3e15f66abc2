"""Weights that a training starts from: what is taken, said, kept and refused."""

import dataclasses
import hashlib

import keras
import numpy as np
import pytest

from fgrmer_tf.cli.transfer_folds import Fitting
from fgrmer_tf.cli.transfer_options import PhotoProtocol
from fgrmer_tf.cli.transfer_start import RANDOM_START, StartOptions
from fgrmer_tf.config import PLAIN_FIT
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.training.run_folder import RunFolder
from fgrmer_tf.transfer_config import (
    AugmentConfig,
    TransferExperiment,
    TransferTrainConfig,
)
from input_pipeline.macro.expressions import APVIT, EXPRESSIONS, class_names
from input_pipeline.macro.store import PhotoTable
from tests.support import transfer_forms

SMALL, STATE, _ = transfer_forms.small_release()
SEVEN = class_names(7)
NETWORK = dataclasses.replace(SMALL, num_classes=7)
_RNG = np.random.default_rng(5)
STATE = {
    **STATE,
    "head.fc.weight": _RNG.normal(size=(7, 12)).astype(np.float32),
    "head.fc.bias": _RNG.normal(size=7).astype(np.float32),
}
FORMS = {
    "transfer": STATE,
    "paddle": transfer_forms.as_paddle(SMALL, STATE),
    "apvit": transfer_forms.as_apvit(STATE),
    "stem": transfer_forms.as_ir50(SMALL, STATE),
    "encoder": transfer_forms.as_vit(STATE),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    for name, state in FORMS.items():
        np.savez(folder / f"{name}.npz", **state)
    return {name: folder / f"{name}.npz" for name in FORMS}


def started(options, network=NETWORK, names=SEVEN):
    """A new network before and after the start, and the start."""
    keras.utils.set_random_seed(3)
    model = build_transfer(network)
    before = [np.array(weight) for weight in model.weights]
    start = options.read(network, names)
    start(model)
    changed = {
        weight.path.split("/")[0]
        for weight, old in zip(model.weights, before, strict=True)
        if not np.array_equal(weight, old)
    }
    return model, start, changed


def test_without_a_file_nothing_changes():
    _, start, changed = started(RANDOM_START)
    assert changed == set()
    assert (start.settings, start.notes) == ({}, [])


def test_stem_and_encoder_come_from_two_files(files):
    options = StartOptions(stem_weights=files["stem"], encoder_weights=files["encoder"])
    model, start, changed = started(options)
    first = STATE["extractor.input_layer.0.weight"].transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(model.get_layer("stem_conv").kernel, first)
    np.testing.assert_array_equal(
        model.get_layer("tokens").positions, STATE["vit.pos_embed"]
    )
    assert {"stage1_unit2", "encoder_2", "final_norm"} <= changed
    assert not changed & {"projection", "logits", "local_attention_1"}
    digest = hashlib.sha256(files["stem"].read_bytes()).hexdigest()
    assert start.settings["start"]["stem_weights"] == {
        "sha256": digest,
        "release": "face.evoLVe IR-50",
        "parts": ["stem"],
    }
    assert start.settings["start"]["random"] == [
        "local attentions",
        "projection",
        "head",
    ]
    said = " ".join(start.notes)
    assert f"`stem.npz` (face.evoLVe IR-50, SHA-256 {digest}): stem." in said
    assert "At random start: local attentions, projection, head." in said


@pytest.mark.parametrize("name", ["transfer", "paddle", "apvit"])
def test_one_part_of_a_whole_file_is_taken(files, name):
    _, start, changed = started(StartOptions(encoder_weights=files[name]))
    assert {"tokens", "encoder_1"} <= changed
    assert not changed & {"stem_conv", "projection", "logits"}
    assert start.settings["start"]["encoder_weights"]["parts"] == ["encoder"]


@pytest.mark.parametrize(
    ("name", "order"), [("apvit", APVIT[:7]), ("paddle", EXPRESSIONS[:7])]
)
@pytest.mark.parametrize("names", [SEVEN, SEVEN[::-1]])
def test_each_class_gets_its_own_row_of_the_head(files, name, order, names):
    model, start, _ = started(StartOptions(weights=files[name]), names=names)
    kernel, bias = model.get_layer("logits").get_weights()
    for place, expression in enumerate(names):
        row = order.index(expression)
        np.testing.assert_array_equal(kernel[:, place], STATE["head.fc.weight"][row])
        assert bias[place] == STATE["head.fc.bias"][row]
    attentions = [] if name == "paddle" else ["local attentions"]
    assert start.settings["start"]["random"] == attentions


def test_the_order_of_a_head_can_be_said(files):
    names = ("neutral", *APVIT[:6])
    options = StartOptions(weights=files["transfer"], weights_classes=names)
    model, start, _ = started(options)
    kernel = model.get_layer("logits").get_weights()[0]
    np.testing.assert_array_equal(
        kernel[:, SEVEN.index("anger")], STATE["head.fc.weight"][1]
    )
    assert start.settings["start"]["weights"]["head_rows"][SEVEN.index("neutral")] == 0


@pytest.mark.parametrize(
    ("name", "names", "said"),
    [
        ("transfer", SEVEN, "its classes are not known: name them by"),
        ("apvit", (*SEVEN, "contempt"), "it does not know contempt"),
    ],
)
def test_a_head_of_other_classes_is_not_taken(files, name, names, said):
    network = dataclasses.replace(NETWORK, num_classes=len(names))
    model, start, _ = started(StartOptions(weights=files[name]), network, names)
    assert not model.get_layer("logits").kernel.numpy().any()
    assert "head" in start.settings["start"]["random"]
    assert f"Its head is not taken: {said}" in start.notes[0]


def test_a_network_without_local_attentions_leaves_them(files):
    network = dataclasses.replace(NETWORK, local_attentions=0)
    _, start, changed = started(StartOptions(weights=files["paddle"]), network)
    assert {"stem_conv", "projection", "encoder_1", "logits"} <= changed
    assert start.settings["start"]["random"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weights": "paddle", "stem_weights": "stem"},
            r"Received with it: --stem-weights\. Give --weights alone",
        ),
        ({"weights_classes": SEVEN}, "no --weights"),
        ({"weights": "stem"}, r"IR-50\. Give it as --stem-weights"),
        ({"stem_weights": "encoder"}, r"ViT of timm\. Give it as --encoder-weights"),
        ({"encoder_weights": "stem"}, r"IR-50\. Give it as --stem-weights"),
        (
            {"weights": "paddle", "weights_classes": SEVEN[:6]},
            "named once; it has 7",
        ),
        (
            {"weights": "paddle", "weights_classes": (*SEVEN[:6], "surprise")},
            "named once; it has 7",
        ),
        (
            {"weights": "paddle", "weights_classes": (*SEVEN[:6], "calm")},
            "every class of the store",
        ),
    ],
)
def test_contradictions_are_refused_with_the_next_step(files, options, message):
    given = {
        name: files[value] if isinstance(value, str) else value
        for name, value in options.items()
    }
    with pytest.raises(InputError, match=message):
        StartOptions(**given).read(NETWORK, SEVEN)


def test_files_that_do_not_fit_are_refused(files, tmp_path):
    wide = dataclasses.replace(NETWORK, embedding_dim=15)
    with pytest.raises(InputError) as caught:
        StartOptions(encoder_weights=files["encoder"]).read(wide, SEVEN)
    message = str(caught.value)
    assert "--encoder-weights must fit the network" in message
    assert "encoder.npz` (ViT of timm)" in message
    assert "wrong shape: pos_embed gives (1, 65, 12), (1, 65, 15) is needed" in message
    with pytest.raises(InputError, match=r"must be a file.*none\.npz"):
        StartOptions(weights=tmp_path / "none.npz").read(NETWORK, SEVEN)
    (tmp_path / "released.pdparams").touch()
    with pytest.raises(InputError, match=r"numpy\.savez\(out, \*\*paddle\.load"):
        StartOptions(weights=tmp_path / "released.pdparams").read(NETWORK, SEVEN)
    np.savez(tmp_path / "other.npz", weight=np.ones(3))
    with pytest.raises(InputError, match=r"other\.npz`: .*known release"):
        StartOptions(weights=tmp_path / "other.npz").read(NETWORK, SEVEN)


def test_every_fold_starts_from_the_weights(files, tmp_path):
    rows = 20
    table = PhotoTable(
        images=_RNG.integers(0, 255, (rows, 32, 32, 3), np.uint8),
        target=np.eye(7, dtype=np.float32)[np.arange(rows) % 7],
        dataset=np.full(rows, "ck-plus"),
        subject=np.array([f"s{row // 4}" for row in range(rows)]),
        clip=np.array([f"c{row}" for row in range(rows)]),
        split=np.full(rows, ""),
        class_names=SEVEN,
        header={"subjects_known": True, "side": 32, "alignment": "none"},
    )
    # So small a step that the weights stay where they began.
    train = TransferTrainConfig(epochs=1, batch_size=16, learning_rate=1e-12)
    plain = AugmentConfig(crop_area=(1, 1), operations=0, erase_rate=0)
    experiment = TransferExperiment(network=NETWORK, train=train, augment=plain)
    start = StartOptions(weights=files["paddle"]).read(NETWORK, SEVEN)
    seen = []

    class Watched(Fitting):
        def model(self, *arguments):
            model, loss = super().model(*arguments)
            seen.append(np.array(model.get_layer("logits").kernel))
            return model, loss

    fitting = Watched(table=table, experiment=experiment, fit=PLAIN_FIT, start=start)
    folds = PhotoProtocol(folds=2).make(table)
    with RunFolder(tmp_path / "run", {}) as run:
        assert len(fitting.results(folds, [0], run)) == 2
    assert len(seen) == 2
    for kernel in seen:
        np.testing.assert_allclose(kernel, STATE["head.fc.weight"].T, atol=1e-6)
