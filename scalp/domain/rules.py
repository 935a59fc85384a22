"""Rules of the trade as values, and what speaks against a wish: the rule, the number found, the nearest that is acceptable.

Each rule stands in the room that applies it (`designing`, `planning`); `docs/reference/rules.md` is made of them.
"""

from typing import Literal, get_args

from scalp.base import BadInput, Doubt, Value, value

Severity = Literal["note", "question", "refusal"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From a remark, over what the client should answer for, to what is not done."""
Grade = Literal["A", "B", "C", "D", "E"]
GRADES: tuple[Grade, ...] = get_args(Grade)
"""A measured, B surgeons' or textbooks', C practitioners', D computed of A and C, E common knowledge without a source."""


@value
class Rule(Value):
    """One rule: what it asks in a sentence, why, and how well that is founded."""

    name: str
    """In words with hyphens: 'height-for-age'."""
    severity: Severity
    asks: str
    reason: str
    grade: Grade
    source: str
    """A key of docs/references.bib in brackets, or where the number comes from in words."""

    def check(self) -> None:
        """Refuse words that are no severity or grade."""
        if self.severity not in SEVERITIES or self.grade not in GRADES:
            raise BadInput(f"rule {self.name}", f"{self.severity}, grade {self.grade}", f"{SEVERITIES}, {GRADES}", "Correct it.")


@value
class Objection(Value):
    """One rule that a wish breaks: what was found and asked, with numbers and units, and the nearest acceptable value."""

    rule: Rule
    found: str
    """'52 mm at 45 years'."""
    allowed: str
    """'69 mm or more'."""
    nearest: str
    """What to wish instead, one sentence: 'A height of 69 mm.'"""

    def sentence(self) -> str:
        """Say the objection in one line of plain words, with the grade of its source."""
        return f"{self.found[:1].upper()}{self.found[1:]}; {self.allowed}. {self.rule.reason} {self.nearest} (grade {self.rule.grade})"

    def doubt(self) -> Doubt:
        """Return the objection as a doubt, for where doubts are added up and shown."""
        where = self.rule.name.replace("-", " ")
        return Doubt(kind="design", where=where, size=f"{self.found}; {self.allowed}", advice=f"{self.rule.reason} {self.nearest}")
