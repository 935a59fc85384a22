"""What it takes to undo a treatment: facts with their grade, told before anything is chosen. Reading them is `scalp.io`'s."""

from scalp.base import BadInput, Value, value
from scalp.domain.plan import Span

GRADES = ("A", "B", "C", "D", "E")


@value
class UndoingFact(Value):
    """One thing to know of undoing: a sentence for the client, the numbers behind it with their unit, grade and source."""

    name: str
    amount: Span
    unit: str
    grade: str
    source: str
    sentence: str

    def check(self) -> None:
        """Refuse facts without grade or words."""
        if self.grade not in GRADES or not self.sentence.strip():
            raise BadInput(f"grade of {self.name}", self.grade, ", ".join(GRADES), "Name the grade, and say the fact in a sentence.")


@value
class Undoing(Value):
    """What cannot be undone, and how what can be is: the facts a client hears before choosing."""

    facts: tuple[UndoingFact, ...]

    def fact(self, name: str) -> UndoingFact:
        """Return one fact."""
        for each in self.facts:
            if each.name == name:
                return each
        raise BadInput("fact", name, ", ".join(each.name for each in self.facts), "Choose one of these.")

    def sentences(self, *, temporary: bool) -> tuple[str, ...]:
        """Return what is to be said before a trial, or before permanent pigment, is chosen, most important first."""
        return tuple(each.sentence for each in self.facts if each.name.startswith("trial") == temporary)
