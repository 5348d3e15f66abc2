import zipfile

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.landmarks import model_files

NAMES = (model_files.DETECTOR, model_files.MESH)
FOLDERS = {
    model_files.DETECTOR: "mediapipe/modules/face_detection",
    model_files.MESH: "mediapipe/modules/face_landmark",
}


@pytest.fixture(scope="module")
def models():
    return {name: model_files.model_path(name).read_bytes() for name in NAMES}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FGRMER_CACHE", str(folder))
    return folder


@pytest.fixture
def make_wheel(tmp_path, monkeypatch):
    def make(contents):
        path = tmp_path / "mediapipe.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in contents.items():
                archive.writestr(f"{FOLDERS[name]}/{name}", data)
        monkeypatch.setenv("FGRMER_MEDIAPIPE_WHEEL", str(path))
        return path

    return make


def test_the_models_come_out_of_the_wheel(cache, make_wheel, models):
    make_wheel(models)
    lines = []
    assert model_files.fetch(lines.append) == cache
    assert lines
    assert {path.name for path in cache.iterdir()} == set(NAMES)
    for name in NAMES:
        assert model_files.model_path(name).read_bytes() == models[name]


def test_a_second_fetch_needs_no_wheel(cache, make_wheel, models):
    wheel = make_wheel(models)
    model_files.fetch()
    wheel.unlink()
    assert model_files.fetch() == cache


def test_a_damaged_model_is_fetched_again(cache, make_wheel, models):
    make_wheel(models)
    model_files.fetch()
    (cache / model_files.MESH).write_bytes(models[model_files.MESH][:-1])
    with pytest.raises(InputError, match=r"damaged.*fgrmer fetch-models"):
        model_files.model_path(model_files.MESH)
    model_files.fetch()
    assert model_files.model_path(model_files.MESH).is_file()


def test_a_missing_model_says_what_to_run(cache):
    with pytest.raises(InputError, match=r"missing.*fgrmer fetch-models"):
        model_files.model_path(model_files.DETECTOR)


def test_a_model_with_another_hash_is_refused_and_nothing_kept(
    cache, make_wheel, models
):
    make_wheel({**models, model_files.MESH: b"other"})
    with pytest.raises(InputError, match=r"face_landmark.*SHA-256.*5 bytes"):
        model_files.fetch()
    assert not cache.exists()


def test_a_wheel_without_the_models_is_refused(cache, make_wheel):
    make_wheel({})
    with pytest.raises(InputError, match="both landmark models"):
        model_files.fetch()


@pytest.mark.parametrize("content", [None, b"not a zip"])
def test_an_unreadable_wheel_is_named(cache, tmp_path, monkeypatch, content):
    path = tmp_path / "broken.whl"
    if content:
        path.write_bytes(content)
    monkeypatch.setenv("FGRMER_MEDIAPIPE_WHEEL", str(path))
    with pytest.raises(InputError, match=r"readable zip.*broken\.whl"):
        model_files.fetch()


def test_a_failing_pip_is_quoted_with_the_offline_way(cache, monkeypatch):
    monkeypatch.delenv("FGRMER_MEDIAPIPE_WHEEL", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(
        InputError, match=r"No matching distribution.*FGRMER_MEDIAPIPE_WHEEL"
    ):
        model_files.fetch()
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_named(make_wheel, models, cache):
    make_wheel(models)
    cache.write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"writable.*FGRMER_CACHE"):
        model_files.fetch()


def test_the_cache_is_in_the_environment_by_default(monkeypatch):
    monkeypatch.delenv("FGRMER_CACHE", raising=False)
    monkeypatch.setattr("sys.prefix", "/opt/env")
    assert model_files.cache_folder().as_posix() == "/opt/env/share/fgrmer_tf"
