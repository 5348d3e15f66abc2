"""The clients of deploy/clients, each as a user runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from export import runners

CLIENTS = Path(__file__).resolve().parents[3] / "deploy/clients"


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} not found")


@pytest.fixture
def clips(target, tmp_path):
    patches = target.clips(3, seed=5)
    np.save(tmp_path / "clips.npy", patches)
    return patches


@pytest.fixture
def wanted(base, clips):
    return runners.load(base / "1")(clips)


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )


def compare(lines, wanted):
    for line, label, scores in zip(
        lines, wanted["label"], wanted["probabilities"], strict=True
    ):
        name, numbers = line.split(" ", 1)
        assert name == label
        np.testing.assert_allclose(json.loads(numbers), scores, atol=1e-5)


def test_python_over_rest(addresses, clips, wanted, tmp_path):
    program = CLIENTS / "rest_client.py"
    done = run(sys.executable, program, addresses[0], "small", tmp_path / "clips.npy")
    compare(done.stdout.splitlines(), wanted)


def test_python_over_grpc(addresses, clips, wanted, tmp_path):
    program = CLIENTS / "grpc_client.py"
    done = run(sys.executable, program, addresses[1], "small", tmp_path / "clips.npy")
    compare(done.stdout.splitlines(), wanted)


@needs("curl")
def test_curl(addresses, clips, wanted, tmp_path):
    request = tmp_path / "request.json"
    rows = {"signature_name": "patches", "instances": clips.tolist()}
    request.write_text(json.dumps(rows))
    done = run(CLIENTS / "rest.sh", addresses[0], "small", request)
    found = json.loads(done.stdout)["predictions"]
    assert [row["label"] for row in found] == wanted["label"].tolist()


_NODE = """
import { readFileSync } from 'fs';
const { predict } = await import(process.argv[1]);
const clips = JSON.parse(readFileSync(0)).map((clip) => new Float32Array(clip));
try {
  for (const found of await predict(process.argv[2], process.argv[3], clips, 3))
    console.log(found.label, JSON.stringify(found.probabilities));
} catch (error) { console.log(error.message); }
"""


def node(addresses, model, clips):
    program = ["node", "--input-type=module", "-e", _NODE]
    flat = json.dumps(clips.reshape(len(clips), -1).tolist())
    return run(*program, CLIENTS / "browser.mjs", addresses[0], model, input=flat)


@needs("node")
def test_browser(addresses, clips, wanted):
    compare(node(addresses, "small", clips).stdout.splitlines(), wanted)


@needs("node")
def test_browser_tells_the_servers_words(addresses, clips):
    assert node(addresses, "large", clips).stdout.startswith("HTTP 404: ")


def test_python_tells_the_servers_words(addresses, clips, tmp_path):
    for program, address in zip(
        ("rest_client.py", "grpc_client.py"), addresses, strict=True
    ):
        clip_file = tmp_path / "clips.npy"
        done = run(sys.executable, CLIENTS / program, address, "large", clip_file)
        assert done.returncode == 1
        assert "large" in done.stderr.splitlines()[-1]
