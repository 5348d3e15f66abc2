"""TFRecord files of `tf.train.Example`, byte for byte, without TensorFlow.

Importing TensorFlow takes seconds and 400 MB in every worker; a record is a length, a
message and two checksums.

Source:
    Framing and masked CRC32C: https://www.tensorflow.org/tutorials/load_data/tfrecord.
    Messages: `tensorflow/core/example/feature.proto` and `example.proto`.
"""

import dataclasses
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import google_crc32c
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
)

_LENGTH, _CHECKSUM = struct.Struct("<Q"), struct.Struct("<I")
_FILE = """
name: "fgrmer_tf/example.proto" package: "fgrmer_tf" syntax: "proto3"
message_type {
  name: "BytesList"
  field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_BYTES }
}
message_type {
  name: "Int64List"
  field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_INT64 }
}
message_type {
  name: "Feature"
  field { name: "bytes_list" number: 1 label: LABEL_OPTIONAL type: TYPE_MESSAGE
          type_name: ".fgrmer_tf.BytesList" oneof_index: 0 }
  field { name: "int64_list" number: 3 label: LABEL_OPTIONAL type: TYPE_MESSAGE
          type_name: ".fgrmer_tf.Int64List" oneof_index: 0 }
  oneof_decl { name: "kind" }
}
message_type {
  name: "Features"
  nested_type {
    name: "FeatureEntry" options { map_entry: true }
    field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE
            type_name: ".fgrmer_tf.Feature" }
  }
  field { name: "feature" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE
          type_name: ".fgrmer_tf.Features.FeatureEntry" }
}
message_type {
  name: "Example"
  field { name: "features" number: 1 label: LABEL_OPTIONAL type: TYPE_MESSAGE
          type_name: ".fgrmer_tf.Features" }
}
"""


def _example_class() -> Any:
    # A pool of our own: TensorFlow registers the same messages in the common one.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_FILE, descriptor_pb2.FileDescriptorProto()))
    found = pool.FindMessageTypeByName("fgrmer_tf.Example")
    return message_factory.GetMessageClass(found)


_Example = _example_class()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Damage:
    """A record that cannot be read.

    Args:
        what: What is wrong with it.
        last: Whether nothing after it can be read either.
    """

    what: str
    last: bool


def encode(features: Mapping[str, bytes | int]) -> bytes:
    """A `tf.train.Example`: bytes become a `bytes_list`, integers an `int64_list`."""
    example = _Example()
    for name, value in features.items():
        feature = example.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        else:
            feature.int64_list.value.append(value)
    # Without this, map fields may be written in any order and hashes would differ.
    return example.SerializeToString(deterministic=True)


def decode(record: bytes) -> dict[str, Any]:
    """The features of a record that `encode` made.

    Raises:
        ValueError: If it is no such record.
    """
    try:
        example = _Example.FromString(record)
        return {
            name: getattr(feature, feature.WhichOneof("kind")).value[0]
            for name, feature in example.features.feature.items()
        }
    except Exception as error:
        # Protobuf's own error is a class that its public modules do not export.
        raise ValueError(f"not a record of features ({error})") from error


def frame(record: bytes) -> bytes:
    """`record` as it stands in a TFRecord file."""
    length = _LENGTH.pack(len(record))
    return b"".join((length, _masked_crc(length), record, _masked_crc(record)))


def read(file: BinaryIO) -> Iterator[bytes | Damage]:
    """The records of a TFRecord file; goes on after a damaged one if it can."""
    while head := file.read(_LENGTH.size + _CHECKSUM.size):
        length = head[: _LENGTH.size]
        if head[_LENGTH.size :] != _masked_crc(length):
            cut = len(head) < _LENGTH.size + _CHECKSUM.size
            what = "the file ends inside it" if cut else "its length is damaged"
            yield Damage(what=what, last=True)
            return
        (size,) = _LENGTH.unpack(length)
        record, checksum = file.read(size), file.read(_CHECKSUM.size)
        if len(checksum) < _CHECKSUM.size:
            yield Damage(what="the file ends inside it", last=True)
            return
        if checksum == _masked_crc(record):
            yield record
        else:
            yield Damage(what="its checksum is not that of its bytes", last=False)


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return _CHECKSUM.pack(((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
