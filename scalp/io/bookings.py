"""`booking.json`: the appointments of a plan as data, versioned, read back exactly, so that one of them can be moved later."""

import dataclasses
import os
from pathlib import Path

from scalp.base import BadInput
from scalp.domain.booking import Appointment, Booking
from scalp.domain.clocks import zone_named
from scalp.io.codec import noun_from_plain
from scalp.io.documents import DocumentKind, demand_unchanged, read_plain, write_document

BOOKING_NAME = "booking.json"
KIND = DocumentKind(
    file_name=BOOKING_NAME,
    schema="smp-booking",
    version=1,
    called="the booking",
    remedy="Give the booking.json that smp calendar wrote; or book anew.",
    notice="Dates by the rules of one clinic's settings; nothing is known of its other clients. The client is not named here.",
)


def write_booking(booking: Booking, folder: str | os.PathLike[str]) -> Path:
    """Write `booking.json` into a folder, for its owner only, and return its place."""
    return write_document(booking, folder, KIND)


def read_booking(path: str | os.PathLike[str]) -> Booking:
    """Return the booking in a `booking.json`, or in a folder that holds one, exactly as it was written.

    Times are written with their offset and come back in the clinic's own zone. Raises `Unreadable` for versions this program
    does not know and `BadTable` or `BadInput` for everything else.
    """
    told = read_plain(path, KIND)
    read = noun_from_plain(Booking, told, KIND.called)
    there = dataclasses.replace(read, appointments=tuple(_in_zone(appointment, read.clinic.time_zone) for appointment in read.appointments))
    return demand_unchanged(there, told, KIND)


def _in_zone(appointment: Appointment, time_zone: str) -> Appointment:
    """Return an appointment with its times in the clinic's zone."""
    zone = zone_named(time_zone)
    if appointment.starts.tzinfo is None:
        raise BadInput(BOOKING_NAME, "holding a time without a zone", "times such as 2027-01-31T10:00:00+01:00", KIND.remedy)
    return dataclasses.replace(appointment, starts=appointment.starts.astimezone(zone), ends=appointment.ends.astimezone(zone))
