"""Guard of units: every number of a noun and of a public function says its unit; the list is docs/conventions.md's."""

import ast
import re
from pathlib import Path

from tests.house.tree import PRODUCT_FOLDERS, decorated, modules, parameters

CONVENTIONS = Path("docs/conventions.md")
_NUMBERS = {"float"}
_ARRAYS = {"FloatArray", "Float32Array"}
_NOT_NUMBERS = {"Callable", "dict", "Span"}


def unit_list(root: Path) -> tuple[tuple[str, ...], set[str]]:
    """Read the known suffixes and the words without a unit from the tables of the conventions."""
    text = (root / CONVENTIONS).read_text(encoding="utf-8")
    suffixes = _first_column(text, "## Units are in the names")
    words = _first_column(text, "## Words without a unit")
    return tuple(suffixes), set(words)


def _first_column(text: str, heading: str) -> list[str]:
    section = text.split(heading, 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def unitless_numbers(root: Path) -> list[str]:
    """Find numbers and arrays of numbers in nouns, and numbers that public functions take, that do not say their unit."""
    suffixes, words = unit_list(root)
    complaints = []
    for path, module, _ in modules(root, PRODUCT_FOLDERS):
        numbers = [number for node in ast.walk(module) for number in (*_fields(node), *_arguments(node))]
        bare = [number for number in numbers if number[0] not in words and not ("_" + number[0]).endswith(suffixes)]
        complaints += [f"{path}:{line}: {name}: {ast.unparse(annotation)} says no unit" for name, line, annotation in bare]
    return complaints


Named = tuple[str, int, ast.expr]


def _fields(node: ast.AST) -> list[Named]:
    """List the fields of a noun that hold numbers, or arrays of them."""
    if not isinstance(node, ast.ClassDef) or not decorated(node, "value"):
        return []
    fields = [field for field in node.body if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)]
    kinds = _NUMBERS | _ARRAYS
    return [(ast.unparse(field.target), field.lineno, field.annotation) for field in fields if _holds(field.annotation, kinds)]


def _arguments(node: ast.AST) -> list[Named]:
    """List the parameters of a public function that are numbers."""
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return []
    named = [(argument.arg, argument.lineno, argument.annotation) for argument in parameters(node)]
    return [(name, line, kind) for name, line, kind in named if kind is not None and _holds(kind, _NUMBERS)]


def _holds(annotation: ast.expr, kinds: set[str]) -> bool:
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    return bool(names & kinds) and not names & _NOT_NUMBERS
