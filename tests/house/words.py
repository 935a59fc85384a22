"""Guards of words: refused names, words that do not belong in the tree, paths of one machine, chance and clocks.

Words that must not stand anywhere stand here turned by thirteen letters, so that this file keeps its own rule.
"""

import ast
import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import functions, modules, parameters, texts

REFUSED_PREFIXES = ("get_", "compute_", "process_", "handle_", "do_")
REFUSED_NAMES = {"data", "info"}
REFUSED_WORDS = {"dot", "dots", "microdot", "microdots", "patient", "patients"}
CALLED_BY_PYTHON = {"do_GET", "do_POST", "handle_error"}
"""Names under which `http.server` looks for what a server answers."""
REFUSED_MODULES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def _turned(words: str) -> tuple[str, ...]:
    return tuple(codecs.decode(words, "rot13").split())


BANNED_WORDS = _turned(
    "pynhqr naguebcvp bcranv pungtcg tcg pbcvybg yynzn qrrcfrrx trzvav yyz yyzf pbqrk pb-nhguberq-ol gbqb svkzr ghevat-grfg pungobg"
)
BANNED_EXACTLY = _turned("NV KKK UNPX")
BANNED_PHRASES = tuple(
    codecs.decode(phrase, "rot13")
    for phrase in (
        "ynathntr zbqry",
        "negvsvpvny vagryyvtrapr",
        "pbqvat nffvfgnag",
        "nv nffvfgnag",
        "trarengrq jvgu pynhqr",
        "nf na nffvfgnag",
    )
)
MACHINE_FOLDERS = _turned("jbex ebbg ubzr gzc bcg zag Hfref")
REGISTRY_HOSTS = _turned("clcv.bet clgubaubfgrq.bet ertvfgel.aczwf.bet qro.qrovna.bet cebkl.tbynat.bet pengrf.vb")
_MACHINE_PATH = re.compile(r"(?<![\w./~*-])/(?:" + "|".join(MACHINE_FOLDERS) + r")(?:/|\b(?![\w.-]))|\b[A-Z]:\\\\?[A-Z]")
_BANNED = re.compile(r"(?<![A-Za-z])(?:" + "|".join(BANNED_WORDS) + r")(?![A-Za-z])", re.IGNORECASE)
_BANNED_EXACT = re.compile(r"(?<![A-Za-z])(?:" + "|".join(BANNED_EXACTLY) + r")(?![A-Za-z])")


def banned_words(root: Path) -> list[str]:
    """Find words about how or by whom the tree was written, and marks of unfinished work, in every text file."""
    complaints = []
    for path, text in texts(root):
        for number, line in enumerate(text.splitlines(), start=1):
            if path.name == "constraints.txt" and "--hash" in line:
                continue
            low = line.lower()
            found = _BANNED.findall(line) + _BANNED_EXACT.findall(line) + [phrase for phrase in BANNED_PHRASES if phrase in low]
            complaints += [f"{path}:{number}: the word {word!r}" for word in found]
    return complaints


def machine_paths(root: Path) -> list[str]:
    """Find paths of one machine and hosts of package registries in every text file."""
    complaints = []
    for path, text in texts(root):
        for number, line in enumerate(text.splitlines(), start=1):
            body = line.removeprefix("#!")
            if _MACHINE_PATH.search(body):
                complaints.append(f"{path}:{number}: a path of one machine: {line.strip()[:80]}")
            complaints += [f"{path}:{number}: the registry host {host}" for host in REGISTRY_HOSTS if host in line]
    return complaints


def refused_names(root: Path) -> list[str]:
    """Find modules, functions, classes, parameters, fields and variables whose name says nothing or is another field's word."""
    complaints = []
    for path, module, _ in modules(root):
        if REFUSED_MODULES & {path.stem, *path.parent.parts}:
            complaints.append(f"{path}: a module named for nothing")
        for name, line in _defined(module):
            if name in CALLED_BY_PYTHON:
                continue
            if name.lstrip("_").startswith(REFUSED_PREFIXES) or name in REFUSED_NAMES or REFUSED_WORDS & set(_words(name)):
                complaints.append(f"{path}:{line}: the name {name!r}")
    return complaints


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def _defined(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name this module defines, with its line; not what it calls of others."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
    for function in functions(module):
        for argument in parameters(function):
            yield argument.arg, argument.lineno


_CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("time", "time")}
_SEEDED = {"Generator", "PCG64", "PCG64DXSM", "Philox", "SeedSequence", "BitGenerator", "SFC64"}


def hidden_chance(root: Path) -> list[str]:
    """Find chance without a seed, in the product and its tests, and clocks in the engine."""
    complaints = []
    for path, module, _ in modules(root):
        for node in ast.walk(module):
            complaints += [f"{path}:{getattr(node, 'lineno', 0)}: {fault}" for fault in _chance_in(node, engine=path.parts[0] == "scalp")]
    return complaints


def _chance_in(node: ast.AST, *, engine: bool) -> list[str]:
    if isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names):
        return ["imports random: chance is an argument"]
    if not isinstance(node, ast.Attribute):
        seedless = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng") and not (node.args or node.keywords)
        return ["default_rng without a seed"] if seedless else []
    owner = ast.unparse(node.value)
    if owner in ("np.random", "numpy.random") and node.attr not in {*_SEEDED, "default_rng"}:
        return [f"np.random.{node.attr} is a hidden global"]
    if engine and (owner.split(".")[-1], node.attr) in _CLOCKS:
        return [f"{owner}.{node.attr} is a hidden clock"]
    return []


_OUTSIDE = {"os.environ", "os.getenv", "tempfile", "subprocess"}
_WRITING = {"write_text", "write_bytes", "unlink", "mkdir", "savez", "savez_compressed", "savetxt"}


def hidden_doors(root: Path) -> list[str]:
    """Find writing of files, processes and the environment in the engine's rooms other than `scalp/io`."""
    complaints = []
    for path, module, _ in modules(root, ("scalp",)):
        if path.parts[:2] != ("scalp", "io"):
            found = [(node.lineno, ast.unparse(node)) for node in ast.walk(module) if isinstance(node, ast.Attribute)]
            faults = [
                (line, name)
                for line, name in found
                if name in _OUTSIDE or name.split(".")[0] in _OUTSIDE or name.split(".")[-1] in _WRITING
            ]
            complaints += [f"{path}:{line}: {name} belongs into scalp/io" for line, name in faults]
    return complaints


def noisy_engine(root: Path) -> list[str]:
    """Find `print`, `warnings.warn` and logging in the engine, which reports by doubts, errors and progress only."""
    complaints = []
    for path, module, _ in modules(root, ("scalp",)):
        for node in ast.walk(module):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("print", "warnings.warn") or called.startswith(("logging.", "sys.stdout.", "sys.stderr.")):
                complaints.append(f"{path}:{node.lineno}: {called}")
    return complaints


def unreasoned_exceptions(root: Path) -> list[str]:
    """Find lint exceptions on a line that do not say why."""
    mark = re.compile(r"#\s*noqa(?P<codes>:\s*[A-Z0-9, ]+)?(?P<reason>.*)")
    complaints = []
    for path, _, lines in modules(root, ("scalp", "clinic", "smp")):
        for number, line in enumerate(lines, start=1):
            found = mark.search(line)
            if found and (not found["codes"] or len(found["reason"].strip(" -:")) < len("a reason")):
                complaints.append(f"{path}:{number}: an exception without its code and reason")
    return complaints
