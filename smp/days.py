"""The one clock of the command: which day it is where it runs."""

from datetime import date


def today() -> date:
    """Return the day where the command runs, the client's own."""
    return date.today()  # noqa: DTZ011 - a day of the calendar, not a moment
