import onnx
import pytest

from export import onnx_model
from export.structure import describe


@pytest.fixture
def model(exported):
    return onnx.load(exported.out / "model.onnx")


def test_the_batch_alone_is_free_and_has_its_name(model):
    inferred = onnx.shape_inference.infer_shapes(model)
    for value in (*inferred.graph.input, *inferred.graph.output):
        names = [size.dim_param for size in value.type.tensor_type.shape.dim]
        assert names == ["batch"] + [""] * (len(names) - 1)
    assert model.ir_version == 8


def test_the_metadata_are_the_texts_of_the_card(module, card, tmp_path):
    onnx_model.write(module, card, tmp_path / "model.onnx", 17)
    written = onnx.load(tmp_path / "model.onnx")
    assert {entry.key: entry.value for entry in written.metadata_props} == card.texts()


@pytest.mark.parametrize("opset", [13, 18])
def test_other_operator_sets_can_be_asked_for(module, card, tmp_path, opset):
    path = tmp_path / "model.onnx"
    onnx_model.write(module, card, path, opset)
    assert "patches" in describe("onnx", path, opset=opset).signatures
