"""Guards of pages: what they name exists; the glossary knows every noun; every dependency has its line."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import decorated, files, functions, modules

OUR_FOLDERS = {"scalp", "clinic", "smp", "tests", "docs", "examples", "benchmarks", "scripts", ".ci"}
SHARED_OPTIONS = {"--help", "--version", "--install-completion", "--show-completion"}
_TICKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?smp ([a-z][a-z-]*)\b(.*)$")
_DOTTED = re.compile(r"(?:scalp|clinic|smp)(?:\.\w+)+")


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each page of the tree with its path from the root."""
    for path in files(root):
        if path.suffix == ".md":
            yield path.relative_to(root), path.read_text(encoding="utf-8")


def missing_paths(root: Path) -> list[str]:
    """Find paths and links on pages that lead nowhere."""
    complaints = []
    for page, text in pages(root):
        here = root / page.parent
        complaints += [
            f"{page}: {path} does not exist" for path in _paths_on(text) if not (root / path).exists() and not (here / path).exists()
        ]
    return complaints


def _paths_on(text: str) -> Iterator[str]:
    for ticked in _TICKED.findall(text):
        name = re.sub(r":\d+$", "", ticked)
        if "/" in name and name.split("/")[0] in OUR_FOLDERS and not re.search(r"[<>*{ ]", name):
            yield name.rstrip("/")
    for link in _LINK.findall(_TICKED.sub("", text)):
        if "://" not in link and re.search(r"[./]", link):
            yield link


def missing_names(root: Path) -> list[str]:
    """Find dotted names in backticks, such as `scalp.base.value`, that the code does not have."""
    complaints = []
    for page, text in pages(root):
        for ticked in _TICKED.findall(text):
            found = _DOTTED.match(ticked)
            if (
                found
                and "/" not in ticked
                and not re.fullmatch(r".*\.(py|md|toml|csv)", ticked)
                and not _resolves(root, found[0].split("."))
            ):
                complaints.append(f"{page}: {found[0]} does not exist")
    return complaints


def _resolves(root: Path, parts: list[str]) -> bool:
    """Tell whether a dotted name is a room, a module, or a name in one (then a field or method of it)."""
    place = root
    for position, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
            continue
        module = place / f"{part}.py"
        if module.is_file():
            return _has(module, parts[position + 1 :])
        return _has(place / "__init__.py", parts[position:])
    return True


def _has(module: Path, names: list[str]) -> bool:
    if not module.is_file():
        return False
    scope: ast.AST = ast.parse(module.read_text(encoding="utf-8"))
    for name in names:
        found = [node for node in ast.iter_child_nodes(scope) if name in _bound(node)]
        if not found:
            return False
        scope = found[0]
    return True


def _bound(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.ImportFrom | ast.Import):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def subcommands(root: Path) -> set[str]:
    """Return the subcommands of `smp`: what its modules register on an app."""
    found: set[str] = set()
    for _, module, _ in modules(root, ("smp",)):
        found |= {function.name.replace("_", "-") for function in functions(module) if decorated(function, "command")}
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                found |= _registered(node)
    return found


def _registered(call: ast.Call) -> set[str]:
    """Return the names in `app.command("name")`, `app.add_typer(other, name="name")` or `app.command()(function)`."""
    if isinstance(call.func, ast.Call) and isinstance(call.func.func, ast.Attribute) and call.func.func.attr == "command":
        return {argument.id.replace("_", "-") for argument in call.args if isinstance(argument, ast.Name)}
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("command", "add_typer"):
        return set()
    named = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
    return {argument.value for argument in named if isinstance(argument, ast.Constant) and isinstance(argument.value, str)}


def missing_commands(root: Path) -> list[str]:
    """Find `smp` subcommands, their options and `make` targets on pages that do not exist."""
    known, options = subcommands(root), _options(root)
    makefile = root / "Makefile"
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile.read_text(encoding="utf-8"), re.MULTILINE)) if makefile.exists() else set()
    complaints = []
    for page, text in pages(root):
        for command in _commands_on(text):
            found = _COMMAND.match(command)
            if found and found[1] not in known:
                complaints.append(f"{page}: `smp {found[1]}` does not exist")
            if found:
                unknown = set(re.findall(r"(?<!\S)--[a-z][\w-]*", found[2])) - options
                complaints += [f"{page}: `smp {found[1]} {option}` does not exist" for option in sorted(unknown)]
            made = re.match(r"make ([a-z][\w-]*)$", command)
            if made and made[1] not in targets:
                complaints.append(f"{page}: `make {made[1]}` does not exist")
    return complaints


def _commands_on(text: str) -> list[str]:
    fenced = [line for block in re.findall(r"```(?:\w*)\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in [*_TICKED.findall(text), *fenced]]


def _options(root: Path) -> set[str]:
    """Return the options the command's modules name, spelled out or as parameters of a command."""
    found = set(SHARED_OPTIONS)
    for _, module, lines in modules(root, ("smp",)):
        found |= set(re.findall(r"--[a-z][\w-]*", "\n".join(lines)))
        for function in functions(module):
            found |= {"--" + argument.arg.replace("_", "-") for argument in [*function.args.args, *function.args.kwonlyargs]}
        for node in ast.walk(module):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add("--" + node.target.id.replace("_", "-"))
    return found


def unexplained_nouns(root: Path) -> list[str]:
    """Find nouns of scalp.domain that the glossary does not explain, and entries that stand twice."""
    terms = re.findall(r"^\*\*([^*]+)\*\*", (root / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    explained = {term.lower().replace(" ", "") for term in terms}
    complaints = [f"docs/glossary.md: {term} stands twice" for term in sorted({term for term in terms if terms.count(term) > 1})]
    for path, module, _ in modules(root, ("scalp",)):
        named = [node for node in module.body if isinstance(node, ast.ClassDef) and decorated(node, "value")]
        inside = path.parts[:2] == ("scalp", "domain")
        unknown = [node for node in named if inside and node.name.lower() not in explained]
        complaints += [f"{path}:{node.lineno}: {node.name} is not in docs/glossary.md" for node in unknown]
    return complaints


def undocumented_dependencies(root: Path) -> list[str]:
    """Find dependencies without a line in docs/dependencies.md, and lines there for what is no dependency."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"].get("dependencies", [])]
    wanted += [name for group in project["project"].get("optional-dependencies", {}).values() for name in group]
    needed = {_package(requirement) for requirement in wanted}
    page = (root / "docs/dependencies.md").read_text(encoding="utf-8").split("## Fetched")[0]
    written = {_package(name) for name in re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)}
    missing = [f"docs/dependencies.md: {name} has no line" for name in sorted(needed - written)]
    return missing + [f"docs/dependencies.md: {name} is no dependency in pyproject.toml" for name in sorted(written - needed)]


def _package(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
