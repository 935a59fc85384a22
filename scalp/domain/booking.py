"""When the sessions of a plan are: hours of the clinic, who is free, and the appointments, in the clinic's own time zone."""

from datetime import date, datetime, time

from scalp.base import BadInput, Doubt, Value, value

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@value
class OpenHours(Value):
    """When a clinic is open on one day of the week, wall-clock time of its zone."""

    weekday: str
    opens: time
    closes: time

    def check(self) -> None:
        """Refuse days that are none and hours that end before they begin."""
        if self.weekday not in WEEKDAYS:
            raise BadInput("weekday", self.weekday, ", ".join(WEEKDAYS), "Choose one of these.")
        if not self.opens < self.closes:
            raise BadInput(
                f"hours on {self.weekday}", f"{self.opens:%H:%M} to {self.closes:%H:%M}", "opening before closing", "Correct it."
            )


@value
class TimeOff(Value):
    """Days on which someone cannot: the client, the practitioner or the clinic; first and last day count."""

    who: str
    first: date
    last: date
    reason: str = ""

    def check(self) -> None:
        """Refuse times that end before they begin."""
        if self.last < self.first:
            raise BadInput("time off", f"{self.first} to {self.last}", "a last day not before the first", "Exchange them.")


@value
class Clinic(Value):
    """A place of work: its name and address, IANA time zone, open hours, country for public holidays."""

    name: str
    time_zone: str
    hours: tuple[OpenHours, ...]
    address: str = ""
    country: str | None = None
    """ISO 3166 letters, with the region after a hyphen where holidays differ: 'US', 'DE-BY'; None: none are known."""
    times_off: tuple[TimeOff, ...] = ()


@value
class Appointment(Value):
    """One booked session. `starts` and `ends` carry their time zone."""

    session_number: int
    starts: datetime
    ends: datetime

    def check(self) -> None:
        """Refuse times without a zone."""
        if self.starts.tzinfo is None or self.ends.tzinfo is None or self.ends <= self.starts:
            raise BadInput("appointment", "without a time zone or of no length", "aware times, start before end", "Add the time zone.")


@value
class Booking(Value):
    """The appointments of one plan at one clinic, in order. `sequence` counts how often it was changed."""

    plan_digest: str
    clinic: Clinic
    appointments: tuple[Appointment, ...]
    sequence: int = 0
    doubts: tuple[Doubt, ...] = ()
