"""Guards of size: files, functions, parameters, nesting, examples. A docstring counts for a file, not for its function."""

import ast
from pathlib import Path

from tests.house.tree import PRODUCT_FOLDERS, decorated, functions, modules, nouns, parameters

FILE_LINES = 400
FUNCTION_LINES = 60
KERNEL_LINES = 100
USUAL_LINES = 25
USUAL_SHARE = 0.90
PARAMETERS_BEYOND_NOUNS = 5
NESTING = 3
KERNEL_NESTING = 5
EXAMPLE_LINES = 60
KERNEL_DECORATORS = ("njit", "jit", "vectorize", "guvectorize")
COMMAND_DECORATORS = ("command", "callback")
Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = ast.For | ast.AsyncFor | ast.While | ast.If | ast.Try | ast.Match
_CONTEXTS = ast.With | ast.AsyncWith


def long_files(root: Path) -> list[str]:
    """Find files above the limit of lines, and examples above theirs."""
    complaints = []
    for path, _, lines in modules(root):
        limit = EXAMPLE_LINES if path.parts[0] == "examples" else FILE_LINES
        if len(lines) > limit:
            complaints.append(f"{path}: {len(lines)} lines, at most {limit}")
    return complaints


def code_lines(function: Function) -> int:
    """Count a function's lines from `def` to its end, its docstring left out."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def headings(function: Function, lines: list[str]) -> int:
    """Count the lines of a function's body that are comments: the headings of a kernel's paragraphs."""
    body = lines[function.lineno : function.end_lineno]
    return sum(line.strip().startswith("# ") for line in body)


def long_functions(root: Path) -> list[str]:
    """Find functions above 60 lines; a compiled kernel with headings may have 100."""
    complaints = []
    for path, module, lines in modules(root):
        for function in functions(module):
            headed = decorated(function, *KERNEL_DECORATORS) and headings(function, lines) > 1
            limit = KERNEL_LINES if headed else FUNCTION_LINES
            if code_lines(function) > limit:
                complaints.append(f"{path}:{function.lineno}: {function.name} has {code_lines(function)} lines, at most {limit}")
    return complaints


def too_few_short_functions(root: Path) -> list[str]:
    """Complain where less than 90 % of the product's functions have at most 25 lines, and name the longest."""
    sized = [
        (code_lines(function), f"{path}:{function.name}")
        for path, module, _ in modules(root, PRODUCT_FOLDERS)
        for function in functions(module)
    ]
    short = sum(lines <= USUAL_LINES for lines, _ in sized)
    if not sized or short >= USUAL_SHARE * len(sized):
        return []
    longest = ", ".join(f"{name} ({lines})" for lines, name in sorted(sized, reverse=True)[: len(sized) - short])
    return [f"{short} of {len(sized)} functions have at most {USUAL_LINES} lines, 90 % are wanted; longer: {longest}"]


def many_parameters(root: Path) -> list[str]:
    """Find functions of the product that take more than five things beyond nouns: instances of the product's own classes."""
    known = nouns(root)
    complaints = []
    for path, module, _ in modules(root, PRODUCT_FOLDERS):
        for function in functions(module):
            plain = [argument for argument in _counted(path, function) if not _names_in(argument.annotation) & known]
            if len(plain) > PARAMETERS_BEYOND_NOUNS and not _exempt(path, function):
                names = ", ".join(argument.arg for argument in plain)
                complaints.append(f"{path}:{function.lineno}: {function.name} takes {len(plain)} parameters beyond nouns ({names})")
    return complaints


def _counted(path: Path, function: Function) -> list[ast.arg]:
    """List the parameters that count: of the command's own functions not those by name, which pass its options on."""
    by_name = function.args.kwonlyargs if path.parts[0] == "smp" else []
    return [argument for argument in parameters(function) if argument not in by_name]


def _exempt(path: Path, function: Function) -> bool:
    """Options of a command are its interface; a compiled kernel takes columns, since it cannot take nouns."""
    kernel = decorated(function, *KERNEL_DECORATORS)
    command = path.parts[0] == "smp" and any({"Annotated", "options"} & _names_in(argument.annotation) for argument in parameters(function))
    return kernel or command or decorated(function, *COMMAND_DECORATORS)


def _names_in(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(annotation) if isinstance(node, ast.Attribute)
    }


def deep_nesting(root: Path) -> list[str]:
    """Find functions with blocks more than three deep; kernels and the slow witnesses of tests five."""
    complaints = []
    for path, module, _ in modules(root):
        for function in functions(module):
            limit = KERNEL_NESTING if decorated(function, *KERNEL_DECORATORS) or path.parts[0] == "tests" else NESTING
            depth = _depth(function.body)
            if depth > limit:
                complaints.append(f"{path}:{function.lineno}: {function.name} nests {depth} deep, at most {limit}")
    return complaints


def _depth(body: list[ast.stmt]) -> int:
    """Return how deep loops and questions nest in a body; `elif`, the handlers of one `try` and `with` do not nest."""
    deepest = 0
    for statement in body:
        if isinstance(statement, _CONTEXTS):
            deepest = max(deepest, _depth(statement.body))
        if not isinstance(statement, _BLOCKS):
            continue
        inner = [statement.body] if not isinstance(statement, ast.Match) else [case.body for case in statement.cases]
        inner += [handler.body for handler in getattr(statement, "handlers", [])]
        inner.append(getattr(statement, "finalbody", []))
        otherwise = getattr(statement, "orelse", [])
        chained = len(otherwise) == 1 and isinstance(otherwise[0], ast.If) and isinstance(statement, ast.If)
        deepest = max(deepest, 1 + max(_depth(block) for block in inner), _depth(otherwise) + (0 if chained else bool(otherwise)))
    return deepest
