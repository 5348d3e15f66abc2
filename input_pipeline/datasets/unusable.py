"""The exception by which a part of a loader leaves one clip out."""


class UnusableError(Exception):
    """A clip cannot be used. Loaders turn it into a `Skip`; it never leaves them.

    Args:
        rule: As in `Skip`.
        detail: As in `Skip`.
    """

    def __init__(self, rule: str, detail: str):
        super().__init__(f"{rule} ({detail})")
        self.rule = rule
        self.detail = detail
