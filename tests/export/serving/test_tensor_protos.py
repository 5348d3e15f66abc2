import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from export.serving import tensor_protos
from export.serving.servable import Signature
from export.serving.status import ServingError, Status

X = np.arange(10, dtype=np.float32).reshape(2, 5)


def signature(dtype=tf.float32):
    definition = meta_graph_pb2.SignatureDef()
    info = definition.inputs["x"]
    info.dtype = dtype.as_datatype_enum
    for size in (-1, 5):
        info.tensor_shape.dim.add(size=size)
    return Signature("s", definition)


def read(proto, dtype=tf.float32):
    return tensor_protos.read("x", proto, signature(dtype), most_rows=3)


def typed(values):
    """Values in the field of their type, and not as packed bytes."""
    proto = tensor_pb2.TensorProto()
    tensor_protos.write(values, proto)
    assert not proto.tensor_content
    return proto


@pytest.mark.parametrize("make", [tf.make_tensor_proto, typed])
def test_values_are_read_wherever_they_stand(make):
    found = read(make(X))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, X)


def test_one_value_stands_for_all():
    proto = tf.make_tensor_proto(np.full((2, 5), 7, np.float32))
    proto.ClearField("tensor_content")
    proto.float_val.append(7)
    np.testing.assert_array_equal(read(proto), np.full((2, 5), 7))


@pytest.mark.parametrize("value", [-1, 256])
def test_small_integers_do_not_wrap(value):
    proto = tensor_pb2.TensorProto(dtype=tf.uint8.as_datatype_enum)
    for size in (2, 5):
        proto.tensor_shape.dim.add(size=size)
    proto.int_val.append(255)
    np.testing.assert_array_equal(read(proto, tf.uint8), np.full((2, 5), 255))
    proto.int_val[0] = value
    with pytest.raises(ServingError, match=r"x holds .* the range of uint8") as error:
        read(proto, tf.uint8)
    assert error.value.status is Status.INVALID_ARGUMENT


def test_strings():
    texts = np.array([[b"a", b"\xff", b"", b"b", b"c"]], object)
    assert read(tf.make_tensor_proto(texts), tf.string).tolist() == texts.tolist()


@pytest.mark.parametrize("size", [1, 36, 39, 41, 44])
def test_bytes_of_another_length(size):
    proto = tf.make_tensor_proto(X)
    proto.tensor_content = (2 * proto.tensor_content)[:size]
    with pytest.raises(ServingError, match="must hold 10 values") as error:
        read(proto)
    assert error.value.status is Status.INVALID_ARGUMENT


def test_what_is_written_tensorflow_reads():
    for values in (X, X.astype(np.int64), X > 3, X.astype(np.float16)):
        proto = tensor_pb2.TensorProto()
        tensor_protos.write(values, proto)
        found = tf.make_ndarray(proto)
        assert found.dtype == values.dtype
        np.testing.assert_array_equal(found, values)
