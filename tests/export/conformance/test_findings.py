"""Servers that answer wrongly, and the rows that must find it."""

import base64
import http.server
import json
import threading
import time

import pytest

from export.conformance import check
from export.conformance.rest_client import RestClient
from export.conformance.table import checks
from export.conformance.target import Target


@pytest.fixture
def liar(target):
    """A server between, which changes answers: `liar(change)` is the new target."""
    servers = []

    def make(change):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length) if length else None
                answer = target.rest.send(self.command, self.path, body)
                status, value = change(answer.status, answer.body)
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        rest = RestClient(f"http://127.0.0.1:{server.server_port}")
        return Target(**{**vars(target), "rest": rest})

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def _rows(function):
    """Changes the list of predictions."""

    def change(status, body):
        if "predictions" in body:
            body = {"predictions": function(body["predictions"])}
        return status, body

    return change


def _labels_in_base64(rows):
    return [
        {**row, "label": base64.b64encode(row["label"].encode()).decode()}
        for row in rows
    ]


def _slow(status, body):
    time.sleep(0.2)
    return status, body


def _moved(rows):
    # Larger than rounding, as by dropout or another version.
    shift = 1e-3 * (1 + time.perf_counter() % 1)
    return [{**row, "logits": [v + shift for v in row["logits"]]} for row in rows]


def _no_state(status, body):
    for entry in body.get("model_version_status", ()):
        entry["state"] = "END"
    return status, body


def _column_name(status, body):
    return status, {"predictions" if k == "outputs" else k: v for k, v in body.items()}


@pytest.mark.parametrize(
    ("row", "change"),
    [
        pytest.param("A4", _rows(lambda rows: rows[::-1]), id="rows in another order"),
        pytest.param("A5", lambda s, b: (200, b), id="extra key accepted"),
        pytest.param("A6", _column_name, id="outputs under another name"),
        pytest.param("A7", lambda s, b: (500, b), id="refused as a server error"),
        pytest.param("A8", _rows(lambda rows: [{"value": rows[0]}]), id="not bare"),
        pytest.param("A10", lambda s, b: (400, b), id="base64 refused"),
        pytest.param("A11", _rows(_labels_in_base64), id="labels in base64"),
        pytest.param("A13", lambda s, b: (max(s, 500), b), id="unknown is an error"),
        pytest.param("A14", lambda s, b: (s, {"error": "no"}), id="other words"),
        pytest.param("A22", _rows(_moved), id="other numbers"),
        pytest.param("A27", _no_state, id="no version available"),
        pytest.param("A29", _rows(_moved), id="another answer every time"),
        pytest.param("A32", _rows(_moved), id="REST unlike gRPC"),
        pytest.param("B1", lambda s, b: (s, "bad request"), id="error is no JSON"),
        pytest.param("B6", lambda s, b: (200, b), id="NaN accepted"),
        pytest.param("B17", _slow, id="bomb takes its time"),
        pytest.param("B20", lambda s, b: (s, {"error": "NaN"}), id="row not named"),
    ],
)
def test_a_wrong_answer_is_found(liar, row, change):
    (asked,) = (found for found in checks() if found.row == row)
    (result,) = check.run([asked], liar(change))
    assert result.outcome == "fail", result.seen


def test_metadata_that_is_not_ours_is_found(target):
    (asked,) = (found for found in checks() if found.row == "A2")
    told = json.loads(json.dumps(target.metadata))
    told["patches"]["outputs"]["scores"] = told["patches"]["outputs"].pop("logits")
    (result,) = check.run([asked], Target(**{**vars(target), "metadata": told}))
    assert result.outcome == "fail"
    assert "scores" in result.seen


class _Deaf:
    """gRPC that answers all with the same, whatever it is asked."""

    def __init__(self, client):
        self._client = client

    def predict(self, signature, inputs, **options):
        return self._client.predict("card", {"field": ["model_id"]})

    def outputs(self, signature, inputs, **options):
        return self._client.outputs("card", {"field": ["model_id"]})


@pytest.mark.parametrize("row", ["A3", "A12", "A13", "A18", "A19", "B8", "B9", "B21"])
def test_grpc_that_accepts_everything_is_found(target, row):
    (asked,) = (found for found in checks() if found.row == row)
    deaf = Target(**{**vars(target), "grpc": _Deaf(target.grpc)})
    (result,) = check.run([asked], deaf)
    assert result.outcome == "fail"
    assert "Error" not in result.seen, result.seen
