import dataclasses

import pytest

from export.card import model_id, read_card
from fgrmer_tf.errors import InputError


def test_a_card_survives_being_written(card):
    assert read_card(card.json()) == card
    assert read_card(card.json().encode()) == card


def test_texts_are_one_a_field_and_readable(card):
    texts = card.texts()
    assert list(texts) == [field.name for field in dataclasses.fields(card)]
    assert texts["class_names"] == '["positive", "negative", "überrascht"]'
    assert texts["licence"] == "research only"


@pytest.mark.parametrize("name", ["licence", "data_statement"])
def test_a_blank_statement_is_refused(card, name):
    with pytest.raises(InputError, match=f"`{name}` must say something"):
        dataclasses.replace(card, **{name: " "})


def test_the_name_of_a_model_is_that_of_its_weights_and_labels():
    name = model_id(b"graph", ("a", "b"))
    assert name == model_id(b"graph", ("a", "b"))
    assert (
        len({name, model_id(b"other", ("a", "b")), model_id(b"graph", ("b", "a"))}) == 3
    )
    assert name.startswith("fgrmer-")
