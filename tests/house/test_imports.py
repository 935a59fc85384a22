"""The import contracts of pyproject.toml: kept by our tree, and broken by each kind of wrong import planted in a copy."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.tree import ROOT, plant

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
ROOMS = (
    "capture",
    "designing",
    "planning",
    "placement",
    "ageing",
    "rendering",
    "io",
    "demo",
    "skin",
    "geometry",
    "colour",
    "domain",
    "tables",
)


def lint(root):
    """Check the contracts of a tree; return whether they hold, and what was said."""
    surroundings = {**os.environ, "PYTHONPATH": str(root)}
    ran = subprocess.run([sys.executable, "-c", LINT], cwd=root, env=surroundings, capture_output=True, text=True, check=False)
    return ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """Return a tree with every room of the engine, empty, and our contracts."""
    root = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", root)
    for folder in ("scalp", "smp", *(f"scalp/{room}" for room in ROOMS)):
        plant(root, f"{folder}/__init__.py", "")
    plant(root, "scalp/base.py", "")
    return root


def test_our_imports_fall_one_way():
    kept, said = lint(ROOT)
    assert kept, said


def test_empty_rooms_keep_the_contracts(rooms):
    kept, said = lint(rooms)
    assert kept, said


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("scalp/placement/field.py", "import scalp.rendering"),
        ("scalp/domain/field.py", "import scalp.skin"),
        ("scalp/geometry/field.py", "from scalp import colour"),
        ("scalp/demo/field.py", "import scalp.capture"),
        ("scalp/planning/field.py", "import smp"),
        ("scalp/attic/__init__.py", "number = 1"),
        ("scalp/skin/field.py", "import pydantic"),
        ("scalp/io/field.py", "from django.db import models"),
        ("scalp/rendering/field.py", "import logging"),
    ],
    ids=["strangers", "upwards", "neighbours", "demo", "command", "a room nobody planned", "pydantic", "django", "logging"],
)
def test_a_wrong_import_is_caught(rooms, path, text):
    target = plant(rooms, path, text + "\n")
    kept, said = lint(rooms)
    target.unlink()
    if target.name == "__init__.py":
        shutil.rmtree(target.parent)
    assert not kept, said
