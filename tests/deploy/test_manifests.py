"""deploy/ against the schemas of what reads it, and against itself."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from export.serving.settings import BatchingSettings
from export.signature import MAX_BATCH

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = "1.34"
_ZEROS = "0" * 64


def documents(path):
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


RESOURCES = [
    pytest.param(document, id=f"{path.stem}-{document['kind']}")
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in documents(path)
]


@pytest.fixture
def pod():
    (deployment,) = documents(DEPLOY / "kubernetes/deployment.yaml")
    return deployment["spec"]["template"]["spec"]


@pytest.fixture
def compose():
    (found,) = documents(DEPLOY / "compose.yaml")
    return found


@pytest.mark.parametrize("resource", RESOURCES)
def test_kubernetes_knows_every_field(resource):
    kubernetes_validate.validate(resource, KUBERNETES, strict=True)


def test_a_misspelt_field_is_found(pod):
    (deployment,) = documents(DEPLOY / "kubernetes/deployment.yaml")
    deployment["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES, strict=True)


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl not found")
def test_kustomize_renders_them():
    done = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rendered = list(yaml.safe_load_all(done.stdout))
    for resource in rendered:
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    assert len(rendered) == len(RESOURCES) + 2
    images = re.findall(r"image: (\S+)", done.stdout)
    # Nobody starts an image that was not chosen: a digest of zeros is none.
    assert all(image.endswith(f"@sha256:{_ZEROS}") for image in images), images


def test_every_container_is_locked_down(pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["runAsUser"] > 0
        assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
        for mount in container["volumeMounts"]:
            assert mount.get("readOnly") or mount["mountPath"] == "/tmp"


def test_the_probes_see_available(pod):
    serving = pod["containers"][0]
    for probe in ("startupProbe", "readinessProbe"):
        command = serving[probe]["exec"]["command"]
        assert command == ["bash", "/config/available.sh", "fgrmer"]


def arguments(command):
    return dict(part.removeprefix("--").split("=", 1) for part in command)


@pytest.fixture
def models():
    text = (DEPLOY / "config/models.config").read_text(encoding="utf-8")
    return text_format.Parse(text, model_server_config_pb2.ModelServerConfig())


def test_names_ports_and_paths_agree(pod, compose, models):
    (model,) = models.model_config_list.config
    assert (model.name, model.model_platform) == ("fgrmer", "tensorflow")
    serving, proxy = pod["containers"]
    flags = arguments(serving["args"])
    assert flags == arguments(compose["services"]["serving"]["command"])
    ports = {port["name"]: port["containerPort"] for port in serving["ports"]}
    assert ports == {"grpc": int(flags["port"]), "rest": int(flags["rest_api_port"])}
    (mount,) = (m for m in serving["volumeMounts"] if m["name"] == "models")
    assert model.base_path == f"{mount['mountPath']}/{model.name}"
    assert flags["enable_profiler"] == "false"
    assert flags["enable_grpc_healthcheck_service"] == "true"
    for flag in ("model_config_file", "batching_parameters_file"):
        assert (DEPLOY / flags[flag].lstrip("/")).is_file()
    conf = (DEPLOY / "config/nginx.conf").read_text(encoding="utf-8")
    listening = {int(port) for port in re.findall(r"listen (\d+)", conf)}
    assert listening == {port["containerPort"] for port in proxy["ports"]}
    assert set(re.findall(r"//serving:(\d+)", conf)) == {flags["port"], "8501"}


def test_the_service_leads_to_the_proxy_alone(pod):
    service = documents(DEPLOY / "kubernetes/service.yaml")[0]["spec"]
    proxy = {port["name"] for port in pod["containers"][1]["ports"]}
    assert service["type"] == "ClusterIP"
    assert {port["targetPort"] for port in service["ports"]} == proxy
    (policy,) = documents(DEPLOY / "kubernetes/network-policy.yaml")
    clients, metrics = policy["spec"]["ingress"]
    assert {port["port"] for port in clients["ports"]} == proxy
    assert [port["port"] for port in metrics["ports"]] == ["rest"]
    assert policy["spec"]["egress"] == []
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}


_NUMBER = re.compile(r"^(\w+) \{ value: (\w+) \}$", re.MULTILINE)
_SIZE = re.compile(r"^allowed_batch_sizes : (\d+)$", re.MULTILINE)


def test_batching_is_that_of_the_embedded_server():
    # TensorFlow Serving's Python package does not carry the proto of this file.
    text = (DEPLOY / "config/batching.config").read_text(encoding="utf-8")
    found = dict(_NUMBER.findall(text))
    written = [line for line in text.splitlines() if line and line[0] != "#"]
    sizes = tuple(map(int, _SIZE.findall(text)))
    lines = len(found) + len(sizes)
    assert lines == len(written), "a line is no `name { value: N }`, nor a size"
    assert int(found["max_batch_size"]) == MAX_BATCH
    assert found.pop("enable_large_batch_splitting") == "true"
    ours = BatchingSettings()
    assert sizes == ours.batch_sizes
    assert found.keys() <= vars(ours).keys()
    for name in ("max_batch_size", "max_execution_batch_size", "max_enqueued_batches"):
        assert int(found[name]) == getattr(ours, name)


_SERVICE = {
    "type": "object",
    "required": ["image", "user", "read_only", "cap_drop", "security_opt", "mem_limit"],
    "properties": {
        "image": {"type": "string", "pattern": r"^\$\{\w+_IMAGE:\?"},
        "user": {"type": "string", "pattern": r"^[1-9]\d*:[1-9]\d*$"},
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "mem_limit": {"type": "string", "pattern": r"^\d+g$"},
        "cpus": {"type": "number"},
        "pids_limit": {"type": "integer"},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": ":ro$"}},
        "ports": {"type": "array", "items": {"pattern": r"^127\.0\.0\.1:"}},
        "entrypoint": {"type": "array"},
        "command": {"type": "array"},
        "tmpfs": {"const": ["/tmp"]},
        "networks": {"type": "array"},
        "healthcheck": {
            "type": "object",
            "required": ["test", "interval", "timeout", "start_period", "retries"],
            "additionalProperties": False,
            "properties": {
                name: {}
                for name in ("test", "interval", "timeout", "start_period", "retries")
            },
        },
        "depends_on": {"type": "object"},
        "restart": {"enum": ["unless-stopped"]},
    },
    "additionalProperties": False,
}


def test_compose_is_locked_down(compose):
    assert compose.keys() == {"services", "networks"}
    for service in compose["services"].values():
        jsonschema.validate(service, _SERVICE)
    assert "ports" not in compose["services"]["serving"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert compose["services"]["serving"]["networks"] == ["inside"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", "0:0"),
        ("read_only", False),
        ("image", "tensorflow/serving:latest"),
        ("ports", ["8501:8501"]),
        ("privileged", True),
    ],
)
def test_a_compose_service_that_is_not_is_found(compose, field, value):
    service = compose["services"]["serving"] | {field: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(service, _SERVICE)


def test_kserve_reads_the_same_folder(models):
    (service,) = documents(DEPLOY / "kserve/inference-service.yaml")
    assert service["apiVersion"] == "serving.kserve.io/v1beta1"
    (config,) = models.model_config_list.config
    assert service["metadata"]["name"] == config.name
    (claim,) = documents(DEPLOY / "kubernetes/models.yaml")
    model = service["spec"]["predictor"]["model"]
    assert model["storageUri"] == f"pvc://{claim['metadata']['name']}/{config.name}"
    assert model["modelFormat"] == {"name": "tensorflow"}
    # The rest of it is a container, which Kubernetes' own schema knows.
    container = {k: v for k, v in model.items() if k in ("ports", "resources")}
    container |= {"name": "x", "securityContext": model["securityContext"]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {"containers": [container]},
    }
    kubernetes_validate.validate(pod, KUBERNETES, strict=True)
    assert set(model) - set(container) == {"modelFormat", "storageUri"}


_DEPTHS = {
    '{"instances": [[[[[1]]]]]}': False,
    "[" * 16: False,
    "[" * 17: True,
    '{"a":' * 50_000: True,
    '"' + "[" * 50 + '"': False,
    '"\\"' + "[" * 50: False,
    '"\\\\"' + "[" * 50: True,
    "[]" * 50: False,
}


@pytest.mark.skipif(not shutil.which("node"), reason="node not found")
def test_the_guard_counts_nesting(tmp_path):
    guard = shutil.copy(DEPLOY / "config/guard.js", tmp_path / "guard.mjs")
    program = (
        "import { readFileSync } from 'fs';"
        "const guard = (await import(process.argv[1])).default;"
        "console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(guard.tooDeep)));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program, str(guard)],
        input=json.dumps(list(_DEPTHS)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == list(_DEPTHS.values())
