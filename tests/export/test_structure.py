import shutil

import onnx
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from export.errors import ExportError
from export.signature import ARTEFACTS, FORMATS
from export.structure import describe


@pytest.fixture
def saved(tmp_path):
    def save(function):
        module = tf.Module()
        module.function = tf.function(
            function, input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")]
        )
        tf.saved_model.save(module, str(tmp_path), signatures=module.function)
        return tmp_path

    return save


def test_a_call_of_python_is_found(saved):
    folder = saved(lambda x: {"y": tf.py_function(abs, [x], tf.float32)})
    with pytest.raises(ExportError, match="EagerPyFunc"):
        describe("savedmodel", folder, opset=17)


def test_another_tag_is_found(saved):
    folder = saved(lambda x: {"y": x})
    path = folder / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    model.meta_graphs[0].meta_info_def.tags.append("gpu")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ExportError, match="the tag `serve` alone"):
        describe("savedmodel", folder, opset=17)


def foreign_operator(model):
    model.graph.node[0].domain = "com.microsoft"


def other_opset(model):
    model.opset_import[0].version = 16


def unknown_operator(model):
    model.graph.node[0].op_type = "Erfc"


def wrong_shape(model):
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 7


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (foreign_operator, "foreign domains .'com.microsoft'"),
        (other_opset, "opset 17"),
        (unknown_operator, "full check.*Erfc"),
        (wrong_shape, "full check.*dimension"),
    ],
)
def test_a_damaged_onnx_file_is_found(exported, tmp_path, damage, message):
    model = onnx.load(exported.out / "model.onnx")
    damage(model)
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(ExportError, match=f"(?s){message}"):
        describe("onnx", tmp_path / "model.onnx", opset=17)


def test_flex_operators_are_found(saved, tmp_path):
    folder = saved(lambda x: {"y": x + 1})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.SELECT_TF_OPS]
    path = tmp_path / "model.tflite"
    path.write_bytes(converter.convert())
    with pytest.raises(ExportError, match="FlexAddV2"):
        describe("litert", path, opset=17)


def test_a_variable_is_found(tmp_path):
    module = tf.Module()
    module.weight = tf.Variable(7.0)
    module.function = tf.function(
        lambda x: {"y": module.weight * x},
        input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")],
    )
    tf.saved_model.save(module, str(tmp_path), signatures=module.function)
    with pytest.raises(ExportError, match=r"nor hold variables: .*'VarHandleOp'"):
        describe("savedmodel", tmp_path, opset=17)


@pytest.mark.parametrize("artefact", FORMATS)
def test_every_artefact_carries_the_card(exported, artefact):
    found = describe(artefact, exported.out / ARTEFACTS[artefact], opset=17)
    assert found.card["class_names"] == '["positive", "negative", "überrascht"]'
    assert found.card["licence"] == "research only"
    assert found.card["model_id"] == exported.record["model_id"]


def test_eight_bit_activations_leave_few_islands(exported):
    counts = {
        name: describe(name, exported.out / ARTEFACTS[name], opset=17).counts
        for name in ("litert", "litert-int8")
    }
    assert counts["litert"]["conversions"] == 0
    assert 0 < counts["litert-int8"]["conversions"] < 20


def test_a_missing_card_is_found(exported, saved, tmp_path):
    shutil.copytree(exported.out / "savedmodel/1", tmp_path / "saved")
    (tmp_path / "saved/assets.extra/model_card.json").unlink()
    with pytest.raises(ExportError, match="has no card"):
        describe("savedmodel", tmp_path / "saved", opset=17)
    (tmp_path / "saved/assets.extra/model_card.json").write_text("{}")
    with pytest.raises(ExportError, match="card inside cannot be read"):
        describe("savedmodel", tmp_path / "saved", opset=17)
    data = (exported.out / "model.tflite").read_bytes()
    path = tmp_path / "model.tflite"
    path.write_bytes(data[: data.index(b"PK\x03\x04")])
    with pytest.raises(ExportError, match="LiteRT file has no card"):
        describe("litert", path, opset=17)
