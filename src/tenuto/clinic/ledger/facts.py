"""What all clinical rows share: recorded by whom, when, and after what; and, for some, signed by whom.

The order of facts is that of the events that sealed them, never that of the clock: a clock is set back, a fact may be
entered late, and two may be entered in one moment. `newest` and `in_order` are the two ways to ask for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.head import held_head

__all__ = [
    "IN_ORDER",
    "NEWEST_FIRST",
    "Fact",
    "SecondFactor",
    "SignedFact",
    "Signer",
    "in_order",
    "newest",
    "recorded",
    "signed",
]

IN_ORDER = ("event_number", "id")
NEWEST_FIRST = ("-event_number", "-id")

AFact = TypeVar("AFact", bound="Fact")


class Fact(AppendOnly):
    """Something that was recorded: by whom, at which instant, in which zone, and sealed by which event.

    `recorded_at` is what the clock said when it was entered; what happened may have happened earlier and says so in a
    field of its own. `event_number` is the event that seals the row. Rows of one event have the same; between them there
    is no before and after, only the fixed order of their keys.
    """

    recorded_by_name = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_zone = models.CharField(max_length=64)
    event_number = models.BigIntegerField(editable=False)

    class Meta:
        abstract = True

    @property
    def recorded_on(self) -> date:
        """The day on which it was recorded, as the clinic's calendar said then."""
        return self.on_its_clock(self.recorded_at).date()

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return str(self)

    def on_its_clock(self, moment: datetime) -> datetime:
        """A moment that the row tells, in the zone in which it was recorded."""
        return moment.astimezone(ZoneInfo(self.recorded_zone))

    @classmethod
    def take_places(cls, rows: Sequence[AppendOnly]) -> None:
        """Give the rows the number of the event that will seal them. No other transaction can write an event before."""
        number = held_head().number + 1
        for row in rows:
            cast(Fact, row).event_number = number


class SignedFact(Fact):
    """Something that a person stood for with a fresh second factor: who, in which role, with what, and when it was given."""

    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_as = models.CharField(max_length=20)
    method = models.CharField(max_length=20)
    second_factor_at = models.DateTimeField()

    class Meta:
        abstract = True


class Signer(Actor, Protocol):
    """An actor with a role."""

    @property
    def role(self) -> str: ...


class SecondFactor(Protocol):
    """That a person proved who they are: `accounts.reauthenticate.Reauthentication`."""

    @property
    def by(self) -> Signer: ...

    @property
    def at(self) -> datetime: ...

    @property
    def method(self) -> str: ...


def recorded(by: Actor, at: datetime) -> dict[str, Any]:
    """The fields of a `Fact` that say who recorded it and when. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"What {by.audit_name} records at {at} has no time zone.")
    return {"recorded_by_name": by.audit_name[:300], "recorded_at": at, "recorded_zone": by.zone}


def signed(second_factor: SecondFactor, at: datetime) -> dict[str, Any]:
    """The fields of a `SignedFact`, by who gave the second factor."""
    return {
        **recorded(second_factor.by, at),
        "signed_by": second_factor.by,
        "signed_as": second_factor.by.role,
        "method": second_factor.method,
        "second_factor_at": second_factor.at,
    }


def newest(rows: QuerySet[AFact]) -> AFact | None:
    """The row that was recorded last; None when there is none."""
    return rows.order_by(*NEWEST_FIRST).first()


def in_order(rows: QuerySet[AFact]) -> QuerySet[AFact]:
    """The rows in the order in which they were recorded."""
    return rows.order_by(*IN_ORDER)
