"""Guards of tests: names are claims, every test can fail, nothing of ours is replaced by a stand-in, no time is asserted."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import functions, modules

FEWEST_WORDS = 3
_STAND_INS = {"unittest.mock", "mock", "pytest_mock"}
_STOPWATCHES = {"perf_counter", "perf_counter_ns", "monotonic", "process_time", "time_ns"}


def _tests(root: Path) -> Iterator[tuple[Path, ast.Module, ast.FunctionDef]]:
    for path, module, _ in modules(root, ("tests",)):
        for function in functions(module):
            if path.name.startswith("test_") and function.name.startswith("test_") and isinstance(function, ast.FunctionDef):
                yield path, module, function


def vague_claims(root: Path) -> list[str]:
    """Find tests whose name is too short to be a claim."""
    return [
        f"{path}:{function.lineno}: {function.name} is no claim"
        for path, _, function in _tests(root)
        if len(function.name.removeprefix("test_").split("_")) < FEWEST_WORDS
    ]


def toothless_tests(root: Path) -> list[str]:
    """Find tests that assert nothing, neither themselves nor through a function of their own file."""
    complaints = []
    for path, module, function in _tests(root):
        biting = {other.name for other in functions(module) if other is not function and _bites(other)}
        called = {node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        if not _bites(function) and not called & biting:
            complaints.append(f"{path}:{function.lineno}: {function.name} cannot fail")
    return complaints


def _bites(function: ast.AST) -> bool:
    """Tell whether a function asserts, expects an error, or calls one of numpy's assertions."""
    for node in ast.walk(function):
        named = node.attr if isinstance(node, ast.Attribute) else ""
        always = isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
        if (isinstance(node, ast.Assert) and not always) or named in ("raises", "warns", "fail") or named.startswith("assert_"):
            return True
    return False


def stand_ins(root: Path) -> list[str]:
    """Find mocks, and stopwatches in tests."""
    complaints = []
    for path, module, _ in modules(root, ("tests",)):
        for node in ast.walk(module):
            imported = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            imported |= (
                {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
            )
            complaints += [f"{path}:{getattr(node, 'lineno', 0)}: a stand-in ({name})" for name in sorted(imported & _STAND_INS)]
            if isinstance(node, ast.Attribute) and node.attr in _STOPWATCHES:
                complaints.append(f"{path}:{node.lineno}: a test of time ({node.attr})")
    return complaints
