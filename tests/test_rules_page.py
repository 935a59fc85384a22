"""Claims about the page of rules: it says what the code says."""

import importlib.util
from pathlib import Path
from types import ModuleType

from scalp.designing.rules import RULES as DESIGNING
from scalp.planning.rules import RULES as PLANNING

ROOT = Path(__file__).parents[1]


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_rules_page", ROOT / "scripts" / "build_rules_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_rules_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    assert written == _builder().page(), "run: PYTHONPATH=. python scripts/build_rules_page.py"


def test_the_page_holds_every_rule_of_designing_and_planning_with_its_grade_and_source() -> None:
    rows = {row.split(" | ")[0].removeprefix("| "): row for row in _builder().page().splitlines() if row.startswith("| ")}
    for rule in (*DESIGNING, *PLANNING):
        assert rows[rule.name].endswith(f"| {rule.grade} | {rule.source} |"), rule.name


def test_a_setting_without_a_word_below_it_takes_no_other_ones() -> None:
    from scalp.designing.zones import ZoneRules

    said = _builder().said_of_fields(ZoneRules)
    assert said["frontal_depth_mm"].startswith("Depth of the zone")
    assert said["crown_radius_mm"] == ""
