import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from export.card import ModelCard
from export.clips import Clips
from export.core import fold
from export.exporter import export_model
from export.serving_graph import ServingConstants, ServingGraph, model_inputs
from export.serving_module import ServingModule
from export.settings import ExportSettings
from export.signature import FORMATS
from fgrmer_tf.config import ModelConfig
from fgrmer_tf.models.fgrmer import build_fgrmer
from tests.support.serve_process import write_version

EMBEDDING_DIM = 13


FARNEBACK = {"method": "farneback", "map_size": 128}
MAGNET = {"method": "magnet", "map_size": 64}


def _trained(class_names, *, channels, au_embedding, au_evidence, motion=FARNEBACK):
    """A model whose logits differ between clips, without the training."""
    random = np.random.default_rng(7)
    keras.utils.set_random_seed(7)
    settings = ModelConfig(
        num_classes=len(class_names),
        channels=channels,
        au_embedding=au_embedding,
        embedding_dim=EMBEDDING_DIM,
    )
    model = build_fgrmer(**dataclasses.asdict(settings))
    for weight in model.weights:
        bump = 0.05 * random.normal(size=weight.shape).astype(np.float32)
        if not weight.trainable:
            # Variances and the adjacency are not negative.
            bump = np.abs(bump)
        weight.assign(weight.numpy() + bump)
    embeddings = random.normal(size=(9, EMBEDDING_DIM)).astype(np.float32)
    constants = ServingConstants(
        class_names=class_names,
        au_embeddings=embeddings if au_embedding == "given" else None,
        au_evidence=au_evidence,
        preprocessing={"motion": motion},
    )
    clips = random.normal(size=(11, 30, 7, 7, channels)).astype(np.float32)
    # Centred, or every clip would get the same label.
    logits = model(model_inputs(constants, tf.constant(clips)))["logits"]
    model.get_layer("logits").bias.assign_sub(keras.ops.mean(logits, axis=0))
    logits = model(model_inputs(constants, tf.constant(clips)))["logits"]
    stored = Clips(
        patches=clips, label=logits.numpy().argmax(axis=1), origin="drawn clips"
    )
    return SimpleNamespace(model=model, constants=constants, clips=clips, stored=stored)


@pytest.fixture(scope="session")
def evidence():
    """Embeddings given and weighted by evidence; three channels, three classes."""
    return _trained(
        ("positive", "negative", "überrascht"),
        channels=3,
        au_embedding="given",
        au_evidence=True,
    )


@pytest.fixture(scope="session")
def framed():
    """As `evidence`, of patches that a graph can make out of frames."""
    return _trained(
        ("positive", "negative", "überrascht"),
        channels=3,
        au_embedding="given",
        au_evidence=True,
        motion=MAGNET,
    )


@pytest.fixture(scope="session")
def constant():
    """Embeddings given, the same for every clip; one channel, five classes."""
    return _trained(tuple("abcde"), channels=1, au_embedding="given", au_evidence=False)


@pytest.fixture(scope="session")
def learned():
    """Embeddings inside the model; three channels, two classes."""
    return _trained(
        ("yes", "no"), channels=3, au_embedding="learned", au_evidence=False
    )


@pytest.fixture(scope="session")
def core(evidence):
    """The folded graph of `evidence`."""
    return fold(ServingGraph(evidence.model, evidence.constants))


@pytest.fixture(scope="session")
def card(evidence):
    """What the artefacts of `evidence` say of themselves in single tests."""
    return ModelCard(
        model_id="fgrmer-7",
        class_names=evidence.constants.class_names,
        preprocessing=evidence.constants.preprocessing,
        licence="research only",
        data_statement="drawn clips",
    )


@pytest.fixture(scope="session")
def module(core, card):
    """Everything a SavedModel of `evidence` answers."""
    return ServingModule(core.graph, card)


@pytest.fixture(scope="session")
def framed_version(framed, card, tmp_path_factory):
    """One version of `framed`, as pushed; not to be changed."""
    card = dataclasses.replace(card, preprocessing=framed.constants.preprocessing)
    graph = fold(ServingGraph(framed.model, framed.constants)).graph
    base = tmp_path_factory.mktemp("framed") / "versions"
    return write_version(base, ServingModule(graph, card), card, framed.clips)


@pytest.fixture(scope="session")
def exported_frames(framed, tmp_path_factory):
    """A SavedModel of `framed`, once for all tests; not to be changed."""
    out = tmp_path_factory.mktemp("export") / "out"
    record = export_model(
        framed.model,
        framed.constants,
        out,
        clips=framed.stored,
        settings=ExportSettings(formats=("savedmodel",)),
    )
    return SimpleNamespace(out=out, record=record)


@pytest.fixture(scope="session")
def exported(evidence, tmp_path_factory):
    """Every format of `evidence`, once for all tests; not to be changed."""
    out = tmp_path_factory.mktemp("export") / "out"
    lines = []
    record = export_model(
        evidence.model,
        evidence.constants,
        out,
        clips=evidence.stored,
        settings=ExportSettings(formats=FORMATS, licence="research only"),
        progress=lines.append,
    )
    return SimpleNamespace(out=out, record=record, lines=lines)
