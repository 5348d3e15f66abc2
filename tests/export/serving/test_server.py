"""What surrounds the model: access, TLS, health, metrics, start and end."""

import asyncio
import http.client
import json
import socket
import ssl
import threading
import time

import grpc
import numpy as np
import pytest
import trustme
import uvicorn
from grpc_health.v1 import health_pb2, health_pb2_grpc
from uvicorn.server import ServerState

from export.serving import http_server
from export.serving.server import Server
from export.serving.settings import BatchingSettings, Limits, ServerSettings
from fgrmer_tf.cli.main import main
from fgrmer_tf.errors import InputError
from tests.support import toy_servable
from tests.support.serving_client import running

GOOD = {"instances": [[1, 2, 3]]}
TOKEN = "a-secret-of-these-tests"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server") / "toy"
    folder.mkdir()
    toy_servable.write(folder, 1)
    return folder


def test_the_token_is_asked_for_everywhere_but_for_health(base, tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    with running(base, token_file=path) as client:
        right = {"Authorization": f"Bearer {TOKEN}"}
        for headers, status in (
            ({}, 401),
            ({"Authorization": TOKEN}, 401),
            ({"Authorization": f"Bearer {TOKEN}x"}, 401),
            (right, 200),
        ):
            assert client.post(GOOD, headers=headers).status == status
            assert client.http("/v1/models/toy", headers=headers).status == status
            scraped = client.http("/monitoring/prometheus/metrics", headers=headers)
            assert scraped.status == status
        assert client.http("/healthz").status == 200
        assert client.http("/readyz").status == 200
        x = {"x": np.zeros((1, 3), "f4")}
        assert client.refusal(x)[0] == "UNAUTHENTICATED"
        request = client.request(x)
        metadata = (("authorization", f"Bearer {TOKEN}"),)
        assert client.prediction.Predict(request, metadata=metadata).outputs


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """Certificate and key of this machine, and who signed them; made anew each time."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    server = authority.issue_cert("127.0.0.1")
    server.private_key_pem.write_to_path(folder / "key.pem")
    for part in server.cert_chain_pems:
        part.write_to_path(folder / "certificate.pem", append=True)
    return folder


def test_tls_for_both_protocols(base, identity):
    authority = identity / "authority.pem"
    with running(
        base,
        tls_certificate=identity / "certificate.pem",
        tls_key=identity / "key.pem",
    ) as client:
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection(
            "127.0.0.1", client.rest_port, context=context, timeout=30
        )
        connection.request("POST", "/v1/models/toy:predict", json.dumps(GOOD))
        assert connection.getresponse().status == 200
        connection.close()
        credentials = grpc.ssl_channel_credentials(authority.read_bytes())
        address = f"127.0.0.1:{client.grpc_port}"
        with grpc.secure_channel(address, credentials) as channel:
            stub = type(client.prediction)(channel)
            assert stub.Predict(client.request({"x": np.zeros((1, 3), "f4")})).outputs


def test_a_key_that_does_not_fit(base, identity, tmp_path):
    wrong = tmp_path / "key.pem"
    wrong.write_text("no key")
    with (
        pytest.raises(InputError, match="TLS"),
        running(base, tls_certificate=identity / "certificate.pem", tls_key=wrong),
    ):
        pass


def test_ports_that_are_taken(base):
    with running(base) as client:
        for name, port in (
            ("rest_port", client.rest_port),
            ("grpc_port", client.grpc_port),
        ):
            ports = {"rest_port": 0, "grpc_port": 0} | {name: port}
            settings = ServerSettings(folder=base, **ports)
            second = Server(settings, BatchingSettings(), Limits(), lambda line: None)
            with pytest.raises(InputError, match="must have a free port"):
                asyncio.run(second.run())


def test_health_follows_the_versions(tmp_path):
    with running(tmp_path, name="toy") as client:
        health = health_pb2_grpc.HealthStub(client.channel)

        def serving():
            answer = health.Check(health_pb2.HealthCheckRequest())
            return answer.status == answer.SERVING

        assert (client.http("/readyz").status, serving()) == (503, False)
        assert client.http("/healthz").status == 200
        assert client.post(GOOD).status == 404
        toy_servable.write(tmp_path, 1)
        client.patient(lambda: client.http("/readyz").status == 200 and serving())


def test_metrics_count_answers_batches_and_versions(base):
    with running(base) as client:
        client.post(GOOD)
        client.post({})
        client.predict({"x": np.zeros((5, 3), "f4")})
        client.http("/v1/models/toy")
        text = client.http("/monitoring/prometheus/metrics").body.decode()
    counted = 'fgrmer_serving_requests_total{api="%s",method="%s",status="%s"} 1.0'
    for labels in (
        ("rest", "predict", "OK"),
        ("rest", "predict", "INVALID_ARGUMENT"),
        ("rest", "status", "OK"),
        ("grpc", "predict", "OK"),
    ):
        assert counted % labels in text
    assert 'fgrmer_serving_batch_rows_sum{signature="serving_default"} 6.0' in text
    assert 'fgrmer_serving_version_available{version="1"} 1.0' in text
    assert 'fgrmer_serving_loads_total{result="ok"} 1.0' in text


def test_a_page_of_a_stated_origin_may_ask(base):
    with running(base, cors_origins=("https://page.example",)) as client:
        connection = http.client.HTTPConnection("127.0.0.1", client.rest_port)
        for origin, allowed in (
            ("https://page.example", "https://page.example"),
            ("https://other.example", None),
        ):
            connection.request(
                "POST", "/v1/models/toy:predict", json.dumps(GOOD), {"Origin": origin}
            )
            response = connection.getresponse()
            response.read()
            assert response.getheader("Access-Control-Allow-Origin") == allowed
        connection.close()


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_what_is_under_way_is_answered_when_it_stops(base, protocol):
    found = []

    def ask():
        if protocol == "rest":
            reply = client.post({"signature_name": "slow", **GOOD})
            found.append(reply.body["predictions"])
        else:
            x = {"x": np.float32([[1, 2, 3]])}
            found.append(client.predict(x, signature="slow")["y"].tolist())

    with running(base) as client:
        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)
        client.server.stop()
        asking.join(30)
        client.thread.join(30)
        assert found == [[[1.0, 2.0, 3.0]]]


def test_it_ends_while_what_nobody_waits_for_any_more_runs(base):
    with running(base, limits=Limits(request_seconds=0.2)) as client:
        assert client.post({"signature_name": "slow", **GOOD}).status == 504


def test_the_process_says_where_it_is(fgrmer):
    assert fgrmer.line.startswith("serving fgrmer: REST http://127.0.0.1:")


def test_help_says_what_production_uses(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "Production uses TensorFlow Serving itself" in text
    assert "(default: 127.0.0.1)" in text


def test_a_folder_that_is_not_there(tmp_path, capsys):
    with pytest.raises(SystemExit) as error:
        main(["serve", str(tmp_path / "missing")])
    assert error.value.code == 2
    assert "fgrmer push" in capsys.readouterr().err


def test_small_packets_are_sent_at_once(base):
    seen = []

    class Seen(http_server.timed(7)):
        def connection_made(self, transport):
            super().connection_made(transport)
            seen.append(transport.get_extra_info("socket"))
            option = seen[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            seen.append(option)

    async def run():
        config = uvicorn.Config(lambda scope: None, lifespan="off")
        listening = http_server.listen(ServerSettings(folder=base, rest_port=0))
        server = await asyncio.get_running_loop().create_server(
            lambda: Seen(config, ServerState(), {}), sock=listening
        )
        _, writer = await asyncio.open_connection(*listening.getsockname())
        while len(seen) < 2:
            await asyncio.sleep(0.01)
        writer.close()
        server.close()

    asyncio.run(run())
    assert seen[1]
