import onnx
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from export.errors import ExportError
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
        describe("savedmodel", folder)


def test_another_tag_is_found(saved):
    folder = saved(lambda x: {"y": x})
    path = folder / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    model.meta_graphs[0].meta_info_def.tags.append("gpu")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ExportError, match="the tag `serve` alone"):
        describe("savedmodel", folder)


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
        describe("onnx", tmp_path / "model.onnx")


def test_flex_operators_are_found(saved, tmp_path):
    folder = saved(lambda x: {"y": x + 1})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.SELECT_TF_OPS]
    path = tmp_path / "model.tflite"
    path.write_bytes(converter.convert())
    with pytest.raises(ExportError, match="FlexAddV2"):
        describe("litert", path)
