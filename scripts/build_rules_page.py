"""Write docs/reference/rules.md from the code: every rule, what the questionnaire asks, and every default that planning takes.

    PYTHONPATH=. python scripts/build_rules_page.py

A test compares the page with what this returns: run it after a rule, a limit or a default has changed.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import scalp.designing
import scalp.planning
from scalp.base import Value
from scalp.designing.styles import STYLES
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Span
from scalp.domain.rules import Rule
from scalp.domain.screening import Question
from scalp.io.screenings import read_questionnaire

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "rules.md"
ROOMS = (scalp.designing, scalp.planning)
SPAN_COUNT = 2
SETTINGS_ENDINGS = ("Rules", "Settings", "Use")
"""How the types end whose defaults are shown."""
HEAD = """# Rules and defaults

Made from the code by `scripts/build_rules_page.py`: do not edit it here.

**Severity.** A *refusal* is not done. A *question* is done if client and practitioner still want it after they have read the reason.
A *note* is only told. **Grade.** A measured, B surgeons' or textbooks', C practitioners', D computed of A and C, E common knowledge
without a source. "smp" with a number is a part of the collected facts this project rests on; keys in brackets are in
`docs/references.bib`. Every rule has a test on both sides of its limit.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for room in ROOMS:
        for module in modules_of(room):
            rules = getattr(module, "RULES", ())
            if rules and all(isinstance(rule, Rule) for rule in rules):
                parts.append(f"## Rules of {room.__name__.removeprefix('scalp.')}\n\n{rule_table(rules)}")
    questionnaire = read_questionnaire()
    parts.append(f"## Screening, edition {questionnaire.edition}\n\n{question_table(questionnaire.questions)}")
    parts.append(f"## Hairline styles\n\n{style_table()}")
    classes = [kind for room in ROOMS for module in modules_of(room) for kind in settings_of(module)]
    parts += [f"## {kind.__name__}\n\n{first_line(kind)}\n\n{defaults_table(kind)}" for kind in (*classes, Pigment, Needle)]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def modules_of(room: ModuleType) -> list[ModuleType]:
    """Return the modules of a room, by name."""
    return [importlib.import_module(f"{room.__name__}.{found.name}") for found in sorted(pkgutil.iter_modules(room.__path__))]


def settings_of(module: ModuleType) -> list[type[Value]]:
    """Return the types of settings a module defines: those that can be made without saying anything."""
    own = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__]
    return [kind for kind in own if issubclass(kind, Value) and kind.__name__.endswith(SETTINGS_ENDINGS)]


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table of Markdown."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join("| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def rule_table(rules: tuple[Rule, ...]) -> str:
    """Return rules as a table, as they stand."""
    rows = [(rule.name, rule.severity, rule.asks, rule.reason, rule.grade, rule.source) for rule in rules]
    return table(("Rule", "Severity", "What it asks", "Why", "Grade", "Source"), rows)


def question_table(questions: tuple[Question, ...]) -> str:
    """Return what each answer of the questionnaire means."""
    rows = []
    for question in questions:
        for rule in question.rules:
            unit = "years" if question.kind == "years" else "days"
            answer = rule.answer if rule.answer is not None else f"under {rule.below} {unit}"
            waits = f"{rule.wait_days} days" if rule.wait_days else ("until then" if rule.below and question.kind == "since" else "")
            rows.append((question.asks, answer, rule.verdict, waits, rule.reason, rule.grade, rule.source))
    return table(("Question", "Answer", "Verdict", "Wait", "Why", "Grade", "Source"), rows)


def style_table() -> str:
    """Return the numbers of the hairline styles that a client would ask for."""
    names = ("height_mm", "corner_depth_mm", "temple_end_mm", "macro_waver_mm", "micro_waver_mm", "edge_fraction", "ramp_mm")
    rows = [(style, *(told(getattr(shape, name)) for name in names)) for style, shape in STYLES.items()]
    return table(("Style", *(f"`{name}`" for name in names)), rows)


def defaults_table(kind: type[Value]) -> str:
    """Return the defaults of a type of settings with what is said of each."""
    said, default = said_of_fields(kind), kind()
    shown = [name for name in said if not isinstance(getattr(default, name), Value) or isinstance(getattr(default, name), Span)]
    return table(("Setting", "Default", "What it is"), [(f"`{name}`", told(getattr(default, name)), said[name]) for name in shown])


def said_of_fields(kind: type[Value]) -> dict[str, str]:
    """Return the sentence under each field of a type, by name; empty where there is none."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    said: dict[str, str] = {}
    last = ""
    for node in getattr(body, "body", []):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
            said[last] = ""
        elif last and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            said[last], last = node.value.value, ""
    return said


def first_line(kind: type[Value]) -> str:
    """Return what is said of a type in its first line."""
    return (inspect.getdoc(kind) or "").split("\n", 1)[0]


def told(value_of: object) -> str:
    """Return a default in plain words."""
    if isinstance(value_of, Span):
        return f"{value_of.low:g} to {value_of.high:g}, {value_of.expected:g} expected"
    if isinstance(value_of, float):
        return f"{value_of:g}"
    if isinstance(value_of, tuple):
        span = len(value_of) == SPAN_COUNT and all(isinstance(part, float) for part in value_of)
        return (" to " if span else ", ").join(told(part) for part in value_of)
    return str(value_of)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
