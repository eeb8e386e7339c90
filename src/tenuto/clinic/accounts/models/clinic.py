"""Clinics and the people who work there. Every query starts at a clinic."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.utils import timezone

from tenuto.clinic.accounts.managers import StaffManager
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.core.literature.emergency import WITHOUT_NUMBERS
from tenuto.core.sentences import LONGEST_NAME

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


__all__ = ["Clinic", "Staff"]

NO_NUMBERS = "The clinic has not written its emergency numbers here yet."
NO_PHONE = "it has not written its phone number here yet; use the one on your letter or card."
PHONE_NOT_SET = "phone not set"


def _zone_of_installation() -> str:
    return str(settings.TIME_ZONE)


class Clinic(models.Model):
    """A clinic: the border that no query crosses. `zone` is the time zone of its clock; `phone` and `crisis_words` are what
    its patients are told, once a director has written or confirmed them.

    A `demonstration` works under the demonstration's policy; the people of an `invented` clinic do not exist, and its clock
    can stand ahead.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    demonstration = models.BooleanField(default=False)
    invented = models.BooleanField(default=False)
    zone = models.CharField(max_length=64, default=_zone_of_installation)
    phone = models.CharField(max_length=60, blank=True, default="")
    crisis_words = models.TextField(blank=True, default="")
    days_ahead = models.PositiveIntegerField(default=0)
    minutes_ahead = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(days_ahead=0, minutes_ahead=0) | models.Q(invented=True),
                name="real_clocks_are_not_moved",
            )
        ]

    if TYPE_CHECKING:
        staff: RelatedManager[Staff]

    @property
    def ahead(self) -> timedelta:
        """How far its clock is ahead of the server's: nothing, but for an invented clinic outside production."""
        if settings.PRODUCTION or not self.invented:
            return timedelta(0)
        return timedelta(days=self.days_ahead, minutes=self.minutes_ahead)

    @property
    def in_danger(self) -> str:
        """Whom to call in an emergency: in the clinic's words, else that it has written none, and what is true everywhere."""
        return self.crisis_words or f"{WITHOUT_NUMBERS} {NO_NUMBERS}"

    @property
    def reached_by_phone(self) -> str:
        """Where patients reach the clinic; where it has written no number, that it has not."""
        return f"{self.name}, on working days: {self.phone}" if self.phone else f"{self.name}: {NO_PHONE}"

    @property
    def contact(self) -> str:
        """Name and phone for a paper; a phone that was not written is said."""
        return f"{self.name}, {f'phone {self.phone}' if self.phone else PHONE_NOT_SET}"

    @property
    def not_told(self) -> tuple[str, ...]:
        """What patients are not told yet, in words for staff."""
        missing = (("the clinic's phone number", self.phone), ("whom to call in danger", self.crisis_words))
        return tuple(words for words, written in missing if not written)

    def __str__(self) -> str:
        return self.name


class Staff(AbstractUser):
    """A person who signs in. One clinic each; the name is one field, as people write it themselves."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=LONGEST_NAME)
    role = models.CharField(max_length=20, choices=Role.choices)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="staff")
    sessions_ended = models.PositiveIntegerField(default=0)
    """How often all sessions of the person were ended at once. Not a time: two ends in one moment are two."""

    sign_in_changes = models.PositiveIntegerField(default=0)
    """How often something about the person's sign-in was changed, by anybody."""
    sign_in_changes_seen = models.PositiveIntegerField(default=0)
    """Up to which of these the person has said that they know of it."""

    objects: ClassVar[StaffManager] = StaffManager()

    REQUIRED_FIELDS: ClassVar = ["name", "role", "clinic"]

    @property
    def audit_name(self) -> str:
        """The name as it stays in the ledger."""
        return f"{self.name} ({self.username})"

    @property
    def zone(self) -> str:
        """The time zone of the clinic's clock."""
        return self.clinic.zone

    @property
    def is_invented(self) -> bool:
        """True for the people of a demonstration; never in production, where no demonstration loads."""
        return self.clinic.invented and not settings.PRODUCTION

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password. One that is right and was hashed in an older way is hashed anew, on record."""

        def hash_anew(password: str) -> None:
            with transaction.atomic():
                self.set_password(password)
                # Not a new password: nothing that waits for one has happened.
                self._password = None
                self.save(update_fields=["password"])
                record(
                    action="hashed password anew",
                    subject=self,
                    by=self,
                    at=timezone.now(),
                    kind=EventKind.ACCESS,
                )

        return check_password(raw_password, self.password, hash_anew)

    def get_session_auth_hash(self) -> str:
        """What a session must carry to go on: it changes with the password, and when sessions are ended."""
        return self._of_these_sessions(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each earlier secret of the server."""
        return map(self._of_these_sessions, super().get_session_auth_fallback_hash())

    def _of_these_sessions(self, password_hash: str) -> str:
        return f"{password_hash}:{self.sessions_ended}"

    def __str__(self) -> str:
        return self.name
