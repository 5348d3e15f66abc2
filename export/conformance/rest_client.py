"""Raw requests to the REST side of a server: also those that no client would send."""

import dataclasses
import http.client
import json
import ssl
import time
import urllib.parse
from pathlib import Path
from typing import Any

from fgrmer_tf.errors import InputError

_TIMEOUT = 60.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back.

    Args:
        status: HTTP status.
        body: Value of the JSON body, or the text when it is none.
        seconds: Time from connecting to the last byte.
    """

    status: int
    body: Any
    seconds: float

    @property
    def error(self) -> str:
        """The message of `{"error": message}`; empty when the body is another."""
        text = self.body.get("error") if isinstance(self.body, dict) else None
        return text if isinstance(text, str) else ""


class RestClient:
    """One connection a request, so that a broken one spoils no other.

    Args:
        url: Where the server is, such as `http://localhost:8501`.
        token: Bearer token, or `None`.
        certificate: PEM file of the authority that signed an https server, or `None`
            for those that the system trusts.

    Raises:
        InputError: At construction, if `url` is no http(s) address.
    """

    def __init__(
        self, url: str, token: str | None = None, certificate: Path | None = None
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(
                "The address of a server must look like http://HOST:PORT. "
                f"Received: {url!r}."
            )
        self.host = parts.hostname
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.secure = parts.scheme == "https"
        self._prefix = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._certificate = certificate

    def connection(self) -> http.client.HTTPConnection:
        """A connection that is not yet open."""
        if not self.secure:
            return http.client.HTTPConnection(self.host, self.port, timeout=_TIMEOUT)
        context = ssl.create_default_context(
            cafile=None if self._certificate is None else str(self._certificate)
        )
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=_TIMEOUT, context=context
        )

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Sends `body` as it is to `path`, which begins with a slash."""
        started = time.perf_counter()
        connection = self.connection()
        try:
            connection.request(
                method,
                self._prefix + path,
                body,
                {
                    "Content-Type": "application/json",
                    **self._headers,
                    **(headers or {}),
                },
            )
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        text = data.decode("utf-8", "replace")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        return Answer(
            status=response.status, body=value, seconds=time.perf_counter() - started
        )

    def get(self, path: str) -> Answer:
        """`GET path`."""
        return self.send("GET", path)

    def post(self, path: str, value: Any) -> Answer:
        """`POST path` with `value` as JSON."""
        return self.send("POST", path, json.dumps(value).encode("utf-8"))
