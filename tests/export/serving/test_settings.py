import numpy as np
import pytest

from export.serving.settings import BatchingSettings, Limits, ServerSettings
from export.signature import MAX_BATCH, patches_shape
from fgrmer_tf.errors import InputError


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (BatchingSettings, {"max_batch_size": 0}),
        (BatchingSettings, {"max_execution_batch_size": 0}),
        (BatchingSettings, {"max_enqueued_batches": 0}),
        (BatchingSettings, {"num_batch_threads": 0}),
        (BatchingSettings, {"batch_timeout_micros": -1}),
        (BatchingSettings, {"allowed_batch_sizes": (64, 8)}),
        (BatchingSettings, {"allowed_batch_sizes": (8, 32)}),
        (BatchingSettings, {"allowed_batch_sizes": (0, 64)}),
        (Limits, {"max_body_bytes": 0}),
        (Limits, {"max_nesting": 0}),
        (Limits, {"max_json_values": 0}),
        (Limits, {"max_requests": 0}),
        (Limits, {"request_seconds": 0}),
        (Limits, {"idle_seconds": 0}),
        (Limits, {"shutdown_seconds": 0}),
    ],
)
def test_numbers_out_of_range(kind, wrong):
    with pytest.raises(InputError, match=f"`{next(iter(wrong))}` must"):
        kind(**wrong)


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({}, (1, 2, 4, 8, 16, 32, 64)),
        ({"max_execution_batch_size": 1}, (1,)),
        ({"max_execution_batch_size": 7}, (1, 2, 4, 7)),
        ({"allowed_batch_sizes": (3, 64)}, (3, 64)),
    ],
)
def test_sizes_of_batches(settings, sizes):
    assert BatchingSettings(**settings).batch_sizes == sizes


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a/b"},
        {"name": "a:b"},
        {"rest_port": -1},
        {"grpc_port": 65536},
        {"latest": 0},
        {"poll_seconds": 0},
        {"max_num_load_retries": -1},
        {"load_retry_seconds": -1},
        {"labels": {"a/b": 1}},
        {"token_file": "missing"},
        {"tls_certificate": "missing"},
    ],
)
def test_what_a_server_cannot_be(tmp_path, wrong):
    for name in ("token_file", "tls_certificate"):
        if name in wrong:
            wrong = {name: tmp_path / "missing"}
    with pytest.raises(InputError, match="Received"):
        ServerSettings(folder=tmp_path, **wrong)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="fgrmer push"):
        ServerSettings(folder=tmp_path / "missing")


def test_the_largest_batch_of_the_model_fits():
    clip = np.zeros(patches_shape(channels=3), np.float32)
    assert Limits().max_body_bytes > MAX_BATCH * clip.nbytes


@pytest.mark.parametrize("text", ["", "short", "with a space in it all", "é" * 20])
def test_tokens_that_do_not_do(tmp_path, text):
    path = tmp_path / "token"
    path.write_text(text)
    with pytest.raises(InputError, match="16 printable"):
        ServerSettings(folder=tmp_path, token_file=path).token()


def test_the_name_is_that_of_the_folder(tmp_path):
    settings = ServerSettings(folder=tmp_path)
    assert settings.model_name == tmp_path.name
    assert settings.token() is None


@pytest.mark.parametrize(
    ("host", "open_to_others"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("192.0.2.7", True),
        ("example", True),
    ],
)
def test_who_can_reach_it(tmp_path, host, open_to_others):
    settings = ServerSettings(folder=tmp_path, host=host)
    assert settings.open_to_others is open_to_others


def test_the_default_is_this_machine_alone(tmp_path):
    assert not ServerSettings(folder=tmp_path).open_to_others
