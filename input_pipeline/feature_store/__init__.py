"""The feature store: a folder of TFRecord shards and a JSON header.

    STORE/header.json     columns, settings, classes, shards with SHA-256, key
    STORE/shard-00000.tfrecord ...
    STORE/manifest.csv    the clips, in record order
    STORE/skipped.csv     what was left out, and why
    STORE/repairs.csv     values that a loader changed or chose

The folder appears whole or not at all. `key` is a hash of everything that made it.
Records are `tf.train.Example`; nothing here needs TensorFlow.
"""

from input_pipeline.feature_store.header import SCHEMA as SCHEMA
from input_pipeline.feature_store.header import StoreHeader as StoreHeader
from input_pipeline.feature_store.header import hash_of as hash_of
from input_pipeline.feature_store.header import read_header as read_header
from input_pipeline.feature_store.tables import read as read
from input_pipeline.feature_store.tables import write as write
