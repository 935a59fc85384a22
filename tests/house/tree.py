"""What every guard reads: the files of a tree, parsed once; and a small tree to plant violations in.

A guard is a function from the root of a tree to a list of complaints, empty where the rule holds. It never imports
the code it looks at, so that it works on a planted tree as on ours.
"""

import ast
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("scalp", "clinic", "smp", "tests", "examples", "benchmarks", "scripts")
PRODUCT_FOLDERS = ("scalp", "clinic", "smp")
MADE_FOLDERS = {".git", ".venv", "out", "build", "dist", "__pycache__", "node_modules"}


def files(root: Path) -> list[Path]:
    """List the files a commit of this tree would hold; in a planted tree, all of them."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, check=True, capture_output=True, text=True
        ).stdout
        return sorted(root / name for name in listed.split("\0") if name and (root / name).is_file())
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in MADE_FOLDERS]
        found += [Path(folder) / name for name in names]
    return sorted(found)


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of the tree that is text, with its path from the root."""
    for path in files(root):
        try:
            yield path.relative_to(root), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules(root: Path, folders: tuple[str, ...] = CODE_FOLDERS) -> Iterator[tuple[Path, ast.Module, list[str]]]:
    """Yield each Python file under the folders: its path from the root, its syntax tree and its lines."""
    for path in files(root):
        short = path.relative_to(root)
        if path.suffix == ".py" and short.parts[0] in folders:
            text = path.read_text(encoding="utf-8")
            yield short, _parsed(text), text.splitlines()


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """List a function's parameters without self and cls."""
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [argument for argument in named if argument.arg not in ("self", "cls")]


def decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, *names: str) -> bool:
    """Tell whether one of the decorators has one of these names, called or not, dotted or not."""
    for decorator in node.decorator_list:
        callee = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
        if name in names:
            return True
    return False


def nouns(root: Path) -> set[str]:
    """Return the names of every class of the product: what a parameter can hold that is one thing."""
    trees = [module for _, module, _ in modules(root, PRODUCT_FOLDERS)]
    return {node.name for module in trees for node in ast.walk(module) if isinstance(node, ast.ClassDef)}


def plant(root: Path, path: str, text: str) -> Path:
    """Write one file into a tree, with the folders it needs."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def pages_seen(root: Path) -> int:
    """Count the pages of a tree."""
    return sum(path.suffix == ".md" for path in files(root))
