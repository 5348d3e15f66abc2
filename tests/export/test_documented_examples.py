import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "export.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
WITHOUT_PROJECT = """
import sys
for name in ("fgrmer_tf", "input_pipeline", "export"):
    sys.modules[name] = None
"""


@pytest.mark.parametrize("artefact", ["savedmodel/1", "model.onnx", "model.tflite"])
def test_an_example_runs_without_this_project(exported, evidence, tmp_path, artefact):
    (code,) = (example for example in EXAMPLES if artefact in example)
    np.save(tmp_path / "patches.npy", evidence.clips[:2])
    (tmp_path / "export").symlink_to(exported.out)
    code = WITHOUT_PROJECT + code.replace("DIR", "export")
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    assert done.returncode == 0, done.stderr
    assert any(name in done.stdout for name in evidence.constants.class_names)
