"""When the sessions of a plan are: hours of the clinic, who is free, and the appointments, in the clinic's own time zone."""

from datetime import UTC, date, datetime, time

from scalp.base import BadInput, Doubt, Value, value
from scalp.domain.clocks import zone_named

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_GAP_DAYS = 7
"""Sooner than this no session follows another, whatever is wished: skin closes in 7 to 10 days. (C, smp 1.7 and 1.8)"""
MOST_GAP_DAYS = 90
"""Later than this a plan is judged anew instead of carried on. (D)"""

LAST_REPORT_DAY = date(2999, 12, 31)
"""Later ones have no days after them in the calendar."""
MOST_MOVES = 1_000_000
"""Calendars count moves in 31 bits."""


def _check_weekdays(name: str, weekdays: tuple[str, ...]) -> None:
    """Refuse no day at all and words that are no day."""
    unknown = [day for day in weekdays if day not in WEEKDAYS]
    if unknown or not weekdays:
        raise BadInput(name, unknown[0] if unknown else "none", ", ".join(WEEKDAYS), "Name one day or more.")


def _check_wall(*times: time | None) -> None:
    """Refuse times of the day that name a zone: hours are what the clock on the clinic's wall shows."""
    if any(told is not None and told.tzinfo is not None for told in times):
        raise BadInput("time of the day", "with a time zone", "what the clock of the clinic shows, such as 09:30", "Leave the zone out.")


def _check_sequence(sequence: int) -> None:
    """Refuse what is no count of moves."""
    if not 0 <= sequence <= MOST_MOVES:
        raise BadInput("sequence", sequence, f"0 to {MOST_MOVES:,}", "Book the plan anew.")


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
        _check_wall(self.opens, self.closes)
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
class Availability(Value):
    """When a client can come: on which days of the week, between which times of the day, and not on which days."""

    weekdays: tuple[str, ...] = WEEKDAYS
    from_time: time | None = None
    until_time: time | None = None
    times_off: tuple[TimeOff, ...] = ()

    def check(self) -> None:
        """Refuse weekdays that are none, no day at all, and times out of order."""
        _check_weekdays("weekdays the client can", self.weekdays)
        _check_wall(self.from_time, self.until_time)
        if self.from_time is not None and self.until_time is not None and not self.from_time < self.until_time:
            told = f"{self.from_time:%H:%M} to {self.until_time:%H:%M}"
            raise BadInput("times the client can", told, "a first time before the last", "Exchange them.")


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
    practitioner_weekdays: tuple[str, ...] = WEEKDAYS
    """The days of the week on which the practitioner works."""
    lunch_starts: time | None = None
    lunch_ends: time | None = None
    """A session that runs into lunch pauses for it and ends so much later."""
    buffer_minutes: int = 0
    """Kept free after each session, before closing, for cleaning and notes."""

    def check(self) -> None:
        """Refuse clinics that never open, lunch out of order and buffers longer than a morning."""
        if not self.name.strip() or not self.hours:
            raise BadInput("clinic", "without a name or hours", "a name and open hours on one weekday or more", "Add them.")
        zone_named(self.time_zone)
        _check_wall(self.lunch_starts, self.lunch_ends)
        _check_weekdays("weekdays of the practitioner", self.practitioner_weekdays)
        if (self.lunch_starts is None) != (self.lunch_ends is None):
            raise BadInput("lunch", "only half said", "a start and an end, or neither", "Add the other.")
        if self.lunch_starts is not None and self.lunch_ends is not None and not self.lunch_starts < self.lunch_ends:
            raise BadInput("lunch", f"{self.lunch_starts:%H:%M} to {self.lunch_ends:%H:%M}", "a start before the end", "Exchange them.")
        if not 0 <= self.buffer_minutes <= 240:
            raise BadInput("buffer_minutes", self.buffer_minutes, "0 to 240", "15 to 30 minutes are usual.")


@value
class BookingSettings(Value):
    """What the dates of a clinic aim at; the hard rules (`planning/rules.py`) hold whatever is set here."""

    least_gap_days: int = 10
    """From one session to the next at least, unless the plan itself says less. (product brief, smp 1.7; C)"""
    most_gap_days: int = 14
    """And at most, for the second session. (product brief, smp 1.7; C)"""
    last_most_gap_days: int = 28
    """At most for the third session and later ones: some clinics leave four weeks. (C, smp 1.7)"""
    usual_length: bool = False
    """Book the expected hours of a session; otherwise the longest, so that nobody is sent home unfinished. (E)"""
    notice_days: int = 0
    """No appointment sooner than so many days from today. (E)"""

    def check(self) -> None:
        """Refuse gaps in which no skin closes."""
        if not LEAST_GAP_DAYS <= self.least_gap_days <= self.most_gap_days <= self.last_most_gap_days <= MOST_GAP_DAYS:
            told = f"{self.least_gap_days} / {self.most_gap_days} / {self.last_most_gap_days}"
            raise BadInput("days between sessions", told, f"{LEAST_GAP_DAYS} to {MOST_GAP_DAYS}, in order", "10, 14 and 28 are usual.")
        if not 0 <= self.notice_days <= 365:
            raise BadInput("notice_days", self.notice_days, "0 to 365", "Correct it.")


@value
class HealingReport(Value):
    """What was seen of the skin on one day after a session: scabs, redness; both no: it is clear."""

    session_number: int
    day: date
    scab: bool = False
    redness: bool = False

    def check(self) -> None:
        """Refuse days that no session has: those after it are counted from this one."""
        if self.day > LAST_REPORT_DAY:
            raise BadInput("day of the report", self.day, f"until {LAST_REPORT_DAY}", "Correct the day.")

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing speaks against the next session."""
        return not (self.scab or self.redness)

    @property
    def words(self) -> str:
        """Say what was seen."""
        return " and ".join(name for name, seen in (("scabs", self.scab), ("redness", self.redness)) if seen) or "clear skin"


@value
class PassedDay(Value):
    """A day that was looked at and not taken, and why."""

    day: date
    reason: str


@value
class Appointment(Value):
    """One booked session. `starts` and `ends` carry their time zone."""

    session_number: int
    starts: datetime
    ends: datetime
    why: str = ""
    """Why this day, in words."""
    passed_over: tuple[PassedDay, ...] = ()
    """The days that were tried before it."""
    sequence: int = 0
    """How often this one was moved: what calendars compare."""

    def check(self) -> None:
        """Refuse times without a zone, and moves that no calendar can count."""
        _check_sequence(self.sequence)
        if self.starts.tzinfo is None or self.ends.tzinfo is None or self.ends.astimezone(UTC) <= self.starts.astimezone(UTC):
            raise BadInput("appointment", "without a time zone or of no length", "aware times, start before end", "Add the time zone.")

    @property
    def day(self) -> date:
        """Return its day in the clinic's own time."""
        return self.starts.date()


@value
class Booking(Value):
    """The appointments of one plan at one clinic, in order. `sequence` counts how often it was changed."""

    plan_digest: str
    clinic: Clinic
    appointments: tuple[Appointment, ...]
    sequence: int = 0
    doubts: tuple[Doubt, ...] = ()
    client: Availability = Availability()
    settings: BookingSettings = BookingSettings()
    reports: tuple[HealingReport, ...] = ()

    def check(self) -> None:
        """Refuse appointments out of order or closer than skin closes."""
        _check_sequence(self.sequence)
        numbers = [appointment.session_number for appointment in self.appointments]
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            raise BadInput("appointments", f"sessions {numbers}", "each session once, in order from 1", "Order them.")
        for earlier, later in zip(self.appointments, self.appointments[1:], strict=False):
            if (later.day - earlier.day).days < LEAST_GAP_DAYS:
                told = f"{(later.day - earlier.day).days} days after the one before"
                raise BadInput(
                    f"session {later.session_number}", told, f"{LEAST_GAP_DAYS} days or more", "Skin closes in 7 to 10 days: move it."
                )
