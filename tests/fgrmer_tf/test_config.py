import pytest

from fgrmer_tf.config import ModelConfig, MotionConfig, TrainConfig
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (MotionConfig, "map_size", 31),
        (ModelConfig, "num_classes", 1),
        (ModelConfig, "channels", 2),
        (ModelConfig, "embedding_dim", 0),
        (ModelConfig, "encoder_depth", 0),
        (ModelConfig, "dropout_rate", 1.0),
        (ModelConfig, "attention_dropout_rate", -0.1),
        (TrainConfig, "epochs", 0),
        (TrainConfig, "batch_size", 0),
        (TrainConfig, "learning_rate", 0.0),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(kind, field, value):
    with pytest.raises(InputError, match=field) as error:
        kind(**{field: value})
    assert repr(value) in str(error.value)
