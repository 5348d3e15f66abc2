import dataclasses
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from export.serving_graph import ServingConstants, ServingGraph, model_inputs
from fgrmer_tf.errors import InputError
from input_pipeline import tfdata
from input_pipeline.au_evidence import au_evidence
from input_pipeline.feature_table import FeatureTable

GOOD: dict[str, Any] = {
    "class_names": ("a", "b"),
    "au_embeddings": np.ones((9, 13), np.float32),
    "au_evidence": True,
    "preprocessing": {},
}


def test_rows_are_weighted_by_the_clips_own_evidence(evidence):
    rows = model_inputs(evidence.constants, tf.constant(evidence.clips))
    weights = au_evidence(tf.constant(evidence.clips)).numpy()
    for clip in range(11):
        for node in range(9):
            np.testing.assert_allclose(
                rows["au_embeddings"][clip, node],
                evidence.constants.au_embeddings[node] * weights[clip, node],
                rtol=1e-6,
            )


def test_rows_without_evidence_are_the_constants(constant):
    rows = model_inputs(constant.constants, tf.constant(constant.clips))
    wanted = constant.constants.au_embeddings[None]
    np.testing.assert_array_equal(rows["au_embeddings"], wanted)


@pytest.mark.parametrize("name", ["evidence", "constant", "learned"])
def test_training_and_serving_feed_the_model_alike(request, name):
    case = request.getfixturevalue(name)
    table = FeatureTable(
        patches=case.clips,
        label=np.zeros(11, np.int64),
        subject=np.full(11, "7"),
        dataset=np.full(11, "casme2"),
        clip=np.arange(11).astype(str),
        class_names=case.constants.class_names,
        au=np.full((11, 9), 255, np.uint8),
    )
    (trained, *_), *rest = tfdata.inference(
        table,
        embeddings=case.constants.au_embeddings,
        evidence=case.constants.au_evidence,
    ).map(lambda *batch: batch)
    assert not rest
    served = model_inputs(case.constants, tf.constant(case.clips))
    assert served.keys() == trained.keys()
    for key, value in trained.items():
        # Embeddings that no clip weights are served once for all.
        rows = np.broadcast_to(served[key], value.shape)
        np.testing.assert_allclose(rows, value, rtol=1e-6)


def test_a_learned_embedding_needs_patches_alone(learned):
    rows = model_inputs(learned.constants, tf.constant(learned.clips))
    assert list(rows) == ["patches"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"class_names": ("a", "a")}, "unique"),
        ({"class_names": ("a", "")}, "unique and not empty"),
        ({"au_embeddings": None}, "weights given embeddings"),
        ({"au_embeddings": np.ones((7, 13), np.float32)}, "float32 of shape"),
        ({"au_embeddings": np.ones((9, 13))}, "float64"),
        ({"au_embeddings": np.full((9, 13), np.nan, np.float32)}, "finite"),
        ({"preprocessing": {"size": np.float32(3)}}, "JSON"),
        ({"preprocessing": {"size": float("nan")}}, "JSON"),
    ],
)
def test_wrong_constants_are_refused(wrong, message):
    ServingConstants(**GOOD)
    with pytest.raises(InputError, match=message):
        ServingConstants(**(GOOD | wrong))


@pytest.mark.parametrize("count", [2, 5])
def test_class_names_must_be_as_many_as_classes(evidence, count):
    constants = dataclasses.replace(
        ServingConstants(**GOOD), class_names=tuple("abcde"[:count])
    )
    with pytest.raises(InputError, match=f"3 classes. Received: {count} names"):
        ServingGraph(evidence.model, constants)


def test_embeddings_must_go_with_the_model(evidence, learned):
    names = evidence.constants.class_names
    for embeddings in (None, np.ones((9, 17), np.float32)):
        constants = ServingConstants(
            class_names=names,
            au_embeddings=embeddings,
            au_evidence=False,
            preprocessing={},
        )
        with pytest.raises(InputError, match="must go with the model's input"):
            ServingGraph(evidence.model, constants)
    with pytest.raises(InputError, match="None: the model learned its own"):
        ServingGraph(learned.model, ServingConstants(**GOOD))
