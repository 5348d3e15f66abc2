import pytest

from fgrmer_tf.config import (
    LinearConfig,
    ModelConfig,
    MotionConfig,
    TrainConfig,
    VariantConfig,
)
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (MotionConfig, "map_size", 31),
        (ModelConfig, "num_classes", 1),
        (ModelConfig, "channels", 0),
        (ModelConfig, "embedding_dim", 0),
        (ModelConfig, "encoder_depth", 0),
        (ModelConfig, "dropout_rate", 1.0),
        (ModelConfig, "attention_dropout_rate", -0.1),
        (TrainConfig, "epochs", 0),
        (TrainConfig, "batch_size", 0),
        (TrainConfig, "learning_rate", 0.0),
        (TrainConfig, "variant_rate", 1.5),
        (TrainConfig, "linear_strength", 0.0),
        (TrainConfig, "linear_strength", float("nan")),
        (ModelConfig, "map_size", 0),
        (LinearConfig, "strength", 0.0),
        (LinearConfig, "strength", float("inf")),
        (VariantConfig, "factors", (2.0, -1.0)),
        (VariantConfig, "factors", (2.0, 2.0)),
        (VariantConfig, "jitters", -1),
        (VariantConfig, "jitter", 0.0),
        (VariantConfig, "apex_offsets", (0, 1)),
        (VariantConfig, "apex_offsets", (1, 1)),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(kind, field, value):
    with pytest.raises(InputError, match=field) as error:
        kind(**{field: value})
    assert repr(value) in str(error.value)


def test_magnet_needs_an_even_map():
    assert MotionConfig(map_size=33).map_size == 33
    with pytest.raises(InputError, match=r"even.*map_size=33"):
        MotionConfig(method="magnet", map_size=33)
