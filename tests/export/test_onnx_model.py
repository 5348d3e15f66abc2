import json

import onnx
import pytest


@pytest.fixture
def model(exported):
    return onnx.load(exported.out / "model.onnx")


def test_labels_and_preprocessing_travel_inside(model, evidence):
    metadata = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert metadata == {
        "class_names": list(evidence.constants.class_names),
        "preprocessing": evidence.constants.preprocessing,
    }


def test_the_batch_alone_is_free_and_has_its_name(model):
    inferred = onnx.shape_inference.infer_shapes(model)
    for value in (*inferred.graph.input, *inferred.graph.output):
        names = [size.dim_param for size in value.type.tensor_type.shape.dim]
        assert names == ["batch"] + [""] * (len(names) - 1)
    assert model.ir_version == 8
