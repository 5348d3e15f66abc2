"""The error for input that a person can mend."""

from typing import Any


class InputError(ValueError):
    """Wrong input: the message says the rule, the value received and the next step.

    The command line prints the message alone, without a traceback, and exits with 2.
    Any other exception is a defect of this project and keeps its traceback.
    """


def require(holds: bool, rule: str, **received: Any) -> None:
    """Raises unless `holds`.

    Args:
        holds: Whether the rule holds.
        rule: The rule, a sentence.
        received: The values that broke it, by name.

    Raises:
        InputError: If it does not hold.
    """
    if not holds:
        values = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise InputError(f"{rule} Received: {values}.")
