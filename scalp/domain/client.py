"""What a client may tell of themselves that says something about their head. All of it may be left out."""

from typing import Literal

from scalp.base import BadInput, Value, value

Sex = Literal["female", "male"]
YOUNGEST_YEARS, OLDEST_YEARS = 18.0, 110.0


@value
class Client(Value):
    """Sex and age where they are told, None where not. Ancestry is never asked, and nothing is assumed of it."""

    sex: Sex | None = None
    age_years: float | None = None

    def check(self) -> None:
        """Refuse ages of nobody who may be treated."""
        age = self.age_years
        if age is not None and not YOUNGEST_YEARS <= age <= OLDEST_YEARS:
            raise BadInput(
                "age", f"{age:g} years", f"{YOUNGEST_YEARS:.0f} to {OLDEST_YEARS:.0f} years", "Heads of children are not known here."
            )
        if self.sex not in (None, "female", "male"):
            raise BadInput("sex", self.sex, "female, male, or nothing", "Leave it out where it does not fit.")
