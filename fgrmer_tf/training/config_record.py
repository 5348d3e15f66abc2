"""Settings to a dict of plain values and back, without a silent default."""

import dataclasses
import typing
from typing import Any

from fgrmer_tf.config import ExperimentConfig
from fgrmer_tf.errors import InputError


def config_to_dict(config: ExperimentConfig) -> dict[str, Any]:
    """Every setting of `config`, nested as it is, ready for JSON."""
    return dataclasses.asdict(config)


def config_from_dict(settings: dict[str, Any]) -> ExperimentConfig:
    """The inverse of `config_to_dict`.

    Args:
        settings: As in the `experiment` entry of a run's `config.json`.

    Returns:
        The settings, checked.

    Raises:
        InputError: If a name is missing or unknown.
        InputError: If a value has another type or is not among the choices.
        InputError: If the settings refuse a value.
    """
    return _read(ExperimentConfig, settings, "")


def _read(kind: Any, value: Any, where: str) -> Any:
    if not dataclasses.is_dataclass(kind):
        if not _accepts(kind, value):
            raise InputError(
                f"Setting `{where}` must be {getattr(kind, '__name__', kind)}. "
                f"Received: {value!r}. Was `config.json` edited?"
            )
        return value
    fields = {field.name: field.type for field in dataclasses.fields(kind)}
    names = set(value) if isinstance(value, dict) else set()
    prefix = f"{where}." if where else ""
    for problem, odd in (
        ("missing", fields.keys() - names),
        ("unknown", names - fields.keys()),
    ):
        if odd:
            listed = ", ".join(f"`{prefix}{name}`" for name in sorted(odd))
            raise InputError(
                f"A record must hold every setting of this version and no other. "
                f"Received: {problem} {listed}. Use the version that wrote it, or "
                "train again."
            )
    return typing.cast("type", kind)(
        **{name: _read(fields[name], value[name], prefix + name) for name in fields}
    )


def _accepts(kind: Any, value: Any) -> bool:
    if typing.get_origin(kind) is typing.Literal:
        return value in typing.get_args(kind)
    # JSON has one kind of number: 1.0 may come back as 1. A bool is not a number.
    return type(value) in ((int, float) if kind is float else (kind,))
