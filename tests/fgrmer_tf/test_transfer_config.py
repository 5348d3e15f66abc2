import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.transfer_config import (
    AugmentConfig,
    TransferConfig,
    TransferTrainConfig,
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("num_classes", 1),
        ("image_size", 15),
        ("stem_units", (3, 4)),
        ("stem_filters", (64, 0, 256)),
        ("local_attentions", 1),
        ("num_heads", 7),
        ("map_drop_rate", 1.0),
        ("start_deviation", 0.0),
        ("position_deviation", -0.1),
        ("head_drop_rate", -0.1),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(field, value):
    with pytest.raises(InputError, match=field) as error:
        TransferConfig(**{field: value})
    assert repr(value) in str(error.value)


def test_one_map_that_is_never_dropped_is_allowed():
    assert TransferConfig(local_attentions=1, map_drop_rate=0.0).local_attentions == 1


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (AugmentConfig, "crop_area", (0.0, 1.0)),
        (AugmentConfig, "crop_area", (0.9, 0.8)),
        (AugmentConfig, "erase_area", (0.1, 1.1)),
        (AugmentConfig, "crop_aspect", (0.0, 1.0)),
        (AugmentConfig, "operations", -1),
        (AugmentConfig, "magnitude", 1.1),
        (AugmentConfig, "erase_rate", -0.1),
        (TransferTrainConfig, "epochs", 0),
        (TransferTrainConfig, "batch_size", 0),
        (TransferTrainConfig, "learning_rate", 0.0),
        (TransferTrainConfig, "weight_decay", -0.1),
        (TransferTrainConfig, "milestones", (30, 15)),
        (TransferTrainConfig, "milestones", (0, 15)),
    ],
)
def test_training_settings_outside_their_range_are_refused_by_name(kind, field, value):
    with pytest.raises(InputError, match=field):
        kind(**{field: value})
