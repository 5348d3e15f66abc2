import pytest

from fgrmer_tf.config import TransferConfig
from fgrmer_tf.errors import InputError


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
        ("head_drop_rate", -0.1),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(field, value):
    with pytest.raises(InputError, match=field) as error:
        TransferConfig(**{field: value})
    assert repr(value) in str(error.value)


def test_one_map_that_is_never_dropped_is_allowed():
    assert TransferConfig(local_attentions=1, map_drop_rate=0.0).local_attentions == 1
