"""How pages are made: templates beside this file, every text from outside escaped."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

MISSING = "\N{EN DASH}"
"""What a table shows where there is no value."""
_MINUS = "\N{MINUS SIGN}"


def score(value: float | None) -> str:
    """A score in three decimals."""
    return MISSING if value is None or math.isnan(value) else f"{value:.3f}"


def signed(value: float) -> str:
    """A difference of scores, with its sign."""
    return f"{value:+.3f}".replace("-", _MINUS)


def steps(value: int) -> str:
    """A number of frames, with its sign unless it is 0."""
    return f"{value:+d}".replace("-", _MINUS) if value else "0"


def milliseconds(value: float | None) -> str:
    """A shift in time [ms], with its sign unless it is 0."""
    if value is None:
        return "not known"
    return f"{value:+.0f} ms".replace("-", _MINUS) if value else "0 ms"


def p_value(value: float) -> str:
    """A p value, never rounded to nought."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as `a.b.c` and a text."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield name, ", ".join(map(str, value)) if value else MISSING
    else:
        yield name, str(value)


def render(template: str, **values: Any) -> str:
    """Fills `templates/<template>`; a missing value is an error.

    Args:
        template: File name. Pages extend `base.html`, which brings the style.
        values: What the template names.

    Returns:
        An HTML document.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (score, signed, steps, milliseconds, p_value)
    environment.filters |= {one.__name__: one for one in filters}
    return environment.get_template(template).render(**values)
