"""How staff are found: always together with their clinic, because every query of theirs starts there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import UserManager
from django.db.models import QuerySet

if TYPE_CHECKING:
    from tenuto.clinic.accounts.models import Staff


class StaffManager(UserManager["Staff"]):
    """One query for the person and the clinic."""

    def get_queryset(self) -> QuerySet[Staff]:
        return super().get_queryset().select_related("clinic")
