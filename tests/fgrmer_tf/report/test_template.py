import jinja2
import pytest

from fgrmer_tf.report.template import (
    flat,
    milliseconds,
    p_value,
    render,
    score,
    signed,
    steps,
)

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (score(0.12345), "0.123"),
        (score(None), "\N{EN DASH}"),
        (score(float("nan")), "\N{EN DASH}"),
        (signed(0.0251), "+0.025"),
        (signed(-0.0251), f"{MINUS}0.025"),
        (steps(0), "0"),
        (steps(-3), f"{MINUS}3"),
        (steps(2), "+2"),
        (milliseconds(None), "not known"),
        (milliseconds(0.0), "0 ms"),
        (milliseconds(-33.3), f"{MINUS}33 ms"),
        (p_value(0.0004), "< 0.001"),
        (p_value(0.0316), "0.032"),
    ],
)
def test_numbers_are_shown_for_people(shown, expected):
    assert shown == expected


def test_nested_settings_become_dotted_names():
    nested = {"a": {"b": 1, "c": [2, 3]}, "d": None, "e": [], "f": "text"}
    assert list(flat(nested)) == [
        ("a.b", "1"),
        ("a.c", "2, 3"),
        ("d", "None"),
        ("e", "\N{EN DASH}"),
        ("f", "text"),
    ]


def test_a_value_that_a_page_needs_and_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        render("report.html")
