"""The documents of a kept version: made from its stored content alone, so that no later rule or text can change them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from tenuto.clinic.plan.document import Document
from tenuto.clinic.plan.documents.pdf import set_pdf
from tenuto.core.plan.order import Order
from tenuto.core.plan.series import InfusionKind

__all__ = ["calendar_of", "pdf_of"]

NOT_VALIDATED = "Not for care until your clinic has validated it. Not cleared or approved by any regulator."


def pdf_of(
    order: Order,
    document: Document,
    *,
    number: int,
    status: str,
    in_force: bool,
    acts: Iterable[tuple[str, str]],
    digest: str,
    today: str = "",
    on: date,
) -> bytes:
    """The tagged PDF of a version. `acts` is the signature block; `status` crosses the page unless it is in force.

    `today` says why the plan has to be looked at again before anything is given; it then stands first and crosses the page.
    """
    policy = f"{order.policy.id} version {order.policy.version}"
    held = (
        [{"label": "Give nothing", "value": f"{today} A prescriber looks at this plan first."}]
        if today
        else []
    )
    rows = [*acts, ("Content", digest), ("Policy", policy)]
    sheet = {
        **document["sheet"],
        "title": f"Treatment plan, version {number}",
        "stamp": "LOOK AGAIN" if today else "" if in_force else status.upper(),
        "about": [*held, {"label": "Status", "value": status}, *document["sheet"]["about"]],
        "signature": [{"label": label, "value": value} for label, value in rows],
        "footer": f"Version {number}, {status.lower()}. Content {digest[:16]}. Policy {policy}. {NOT_VALIDATED}",
    }
    return set_pdf(sheet, on=on)


def calendar_of(order: Order, *, number: int, as_of: date) -> bytes:
    """The series of a version as an .ics file that names neither the person nor the drug.

    A later version moves the entries of an earlier one. ValueError when nothing is planned.
    """
    from icalendar import Calendar, Event

    series, given = order.series, len(order.request.given)
    if not series:
        raise ValueError("no infusion is planned, so there is no calendar to write")
    calendar = Calendar()
    calendar.add("prodid", "-//Tenuto//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for planned in series:
        event, day = Event(), planned.on
        optional = "" if planned.kind is InfusionKind.INDUCTION else " Only if the review before it says so."
        event.add("uid", f"{_key(order.patient.id, planned.n)}@tenuto")
        event.add("sequence", number)
        event.add("dtstamp", datetime.combine(as_of, time(), UTC))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", f"Session {planned.n} of {len(series) + given}, planned")
        event.add("description", f"A planned date, not booked.{optional} {NOT_VALIDATED}")
        event.add("status", "TENTATIVE")
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _key(patient: str, n: int) -> str:
    """The same for a session of the same patient in every version; tells nobody who."""
    return sha256(f"{patient}|{n}".encode()).hexdigest()[:32]
