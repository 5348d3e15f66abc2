"""The direction of imports, as a rule that is checked."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("fgrmer_tf", "input_pipeline", "export")
LEAVES = (
    "fgrmer_tf.__version__",
    "fgrmer_tf.spec",
    "fgrmer_tf.errors",
    "fgrmer_tf.atomic",
    "fgrmer_tf.interrupts",
    "fgrmer_tf.config",
    "fgrmer_tf.transfer_config",
)
# The longest matching prefix wins; a module may always import its own prefix.
MAY_IMPORT = {
    "fgrmer_tf.spec": (),
    "fgrmer_tf.errors": (),
    "fgrmer_tf.atomic": (),
    "fgrmer_tf.interrupts": (),
    "fgrmer_tf.config": ("fgrmer_tf.spec", "fgrmer_tf.errors"),
    "fgrmer_tf.transfer_config": ("fgrmer_tf.config", "fgrmer_tf.errors"),
    "fgrmer_tf.transfer_experiments": LEAVES,
    "fgrmer_tf.experiments": LEAVES,
    "fgrmer_tf.layers": LEAVES,
    "fgrmer_tf.models": ("fgrmer_tf.layers", *LEAVES),
    "fgrmer_tf.evaluation": LEAVES,
    "fgrmer_tf.report": ("fgrmer_tf.evaluation", *LEAVES),
    "fgrmer_tf.training": ("fgrmer_tf.models", "fgrmer_tf.evaluation", *LEAVES),
    "fgrmer_tf.cli": ("fgrmer_tf", "input_pipeline", "export"),
    "input_pipeline": LEAVES,
    # Macro F1 has one home; an 8-bit export is judged by it.
    "export": (
        "fgrmer_tf.models",
        "fgrmer_tf.evaluation.metrics",
        "input_pipeline",
        *LEAVES,
    ),
}


def _within(module, prefix):
    return module == prefix or module.startswith(prefix + ".")


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            # `from a import b` may name the module a.b or an object in a.
            yield from (
                (node.lineno, f"{node.module}.{alias.name}") for alias in node.names
            )


def offenders(root):
    found = []
    for path in sorted(p for pkg in PACKAGES for p in (root / pkg).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        rule = max((r for r in MAY_IMPORT if _within(module, r)), key=len, default=None)
        allowed = (rule, *MAY_IMPORT[rule]) if rule else ()
        for line, target in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            ours = any(_within(target, p) for p in (*PACKAGES, "tests"))
            if ours and not any(_within(target, p) for p in allowed):
                found.append(f"{path.relative_to(root)}:{line}: {module} -> {target}")
    return found


def test_imports_point_one_way():
    assert offenders(ROOT) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("fgrmer_tf/spec.py", "import fgrmer_tf.config"),
        ("fgrmer_tf/layers/a.py", "from fgrmer_tf.models import fgrmer"),
        ("fgrmer_tf/training/a.py", "import input_pipeline.tfdata"),
        ("input_pipeline/a.py", "from fgrmer_tf.models import fgrmer"),
        ("export/a.py", "import fgrmer_tf.cli.main"),
        ("fgrmer_tf/models/a.py", "import tests.support"),
    ],
)
def test_a_planted_breach_is_found(tmp_path, module, line):
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert len(offenders(tmp_path)) == 1


@pytest.mark.parametrize(
    "module", ["fgrmer_tf.config", "fgrmer_tf.experiments", "fgrmer_tf.cli.main"]
)
def test_importing_it_does_not_load_tensorflow(module):
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
