"""Who may ask: a bearer token, when one is set."""

import hmac

from export.serving.status import ServingError, Status


class Access:
    """Compares tokens.

    Args:
        token: The secret; none lets everybody in.
    """

    def __init__(self, token: str | None) -> None:
        self._expected = None if token is None else f"Bearer {token}".encode()

    def check(self, authorization: str) -> None:
        """Refuses a request without the token.

        Args:
            authorization: Value of its header `Authorization`, empty if it has none.

        Raises:
            ServingError: If a token is set and this is another.
        """
        if self._expected is None:
            return
        given = authorization.encode("utf-8", errors="replace")
        if not hmac.compare_digest(given, self._expected):
            raise ServingError(
                Status.UNAUTHENTICATED, "The request must carry the bearer token"
            )
