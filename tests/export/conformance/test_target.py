import pytest

from export.conformance.rest_client import RestClient
from export.conformance.target import look_at
from fgrmer_tf.errors import InputError


def test_the_server_says_what_it_takes(target, evidence):
    assert target.channels == evidence.clips.shape[-1]
    assert target.num_classes == len(evidence.constants.class_names)
    assert target.clips(5).shape == (5, *evidence.clips.shape[1:])
    assert target.offers == {"grpc", "folder", "push", "hostile", "frames"}


def test_nobody_there_is_the_users_mistake():
    with pytest.raises(InputError, match=r"must listen on localhost:1\."):
        look_at(RestClient("http://localhost:1"), "small")


def test_a_model_that_is_not_served_is_the_users_mistake(target):
    with pytest.raises(InputError, match=r"as `large`\. Received: HTTP 404"):
        look_at(target.rest, "large")


def test_a_folder_without_versions_is_the_users_mistake(target, tmp_path):
    with pytest.raises(InputError, match="folder of versions"):
        look_at(target.rest, "small", folder=tmp_path)


@pytest.mark.parametrize("url", ["localhost:8501", "ftp://localhost", "http://"])
def test_an_address_that_is_none_is_the_users_mistake(url):
    with pytest.raises(InputError, match="http://HOST:PORT"):
        RestClient(url)
