"""The error for input that a person can mend."""


class InputError(ValueError):
    """Wrong input: the message says the rule, the value received and the next step.

    The command line prints the message alone, without a traceback, and exits with 2.
    Any other exception is a defect of this project and keeps its traceback.
    """
