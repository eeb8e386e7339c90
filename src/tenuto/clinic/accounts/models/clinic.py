"""Clinics and the people who work there. Every query starts at a clinic."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
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

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


__all__ = ["IN_DANGER", "Clinic", "Staff"]


IN_DANGER = (
    "In an emergency call your local emergency number. If you think of harming yourself, call or text 988 in the "
    "United States, or your local crisis line, now."
)
"""What patients read at the foot of their pages until the clinic has words of its own."""


def _zone_of_installation() -> str:
    return str(settings.TIME_ZONE)


class Clinic(models.Model):
    """A clinic: the border that no query crosses. `zone` is the time zone of its clock; `phone` and `crisis_words` are what
    its patients are told.

    A `demonstration` works under the demonstration's policy; the people of an `invented` clinic do not exist.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    demonstration = models.BooleanField(default=False)
    invented = models.BooleanField(default=False)
    zone = models.CharField(max_length=64, default=_zone_of_installation)
    phone = models.CharField(max_length=60, blank=True, default="")
    crisis_words = models.TextField(blank=True, default="")

    if TYPE_CHECKING:
        staff: RelatedManager[Staff]

    @property
    def in_danger(self) -> str:
        """Whom to call in an emergency, in the clinic's words."""
        return self.crisis_words or IN_DANGER

    def __str__(self) -> str:
        return self.name


class Staff(AbstractUser):
    """A person who signs in. One clinic each; the name is one field, as people write it themselves."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=120)
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
