"""The probe against servers that speak HTTP but may have no version."""

import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

PROBE = Path(__file__).resolve().parents[2] / "deploy/config/available.sh"
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="bash not found")


@pytest.fixture
def port(request):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            versions = [{"version": "1", "state": state} for state in request.param]
            body = json.dumps({"model_version_status": versions}).encode()
            assert self.path == "/v1/models/fgrmer"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("port", "status"),
    [
        (("AVAILABLE",), 0),
        (("END", "AVAILABLE"), 0),
        (("END",), 1),
        (("LOADING",), 1),
        ((), 1),
    ],
    indirect=["port"],
)
def test_it_reads_the_state(port, status):
    done = subprocess.run(["bash", str(PROBE), "fgrmer", str(port)])
    assert done.returncode == status


def test_nobody_there_is_not_ready():
    done = subprocess.run(["bash", str(PROBE), "fgrmer", "1"], capture_output=True)
    assert done.returncode == 1
