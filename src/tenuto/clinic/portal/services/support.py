"""A person who helps the patient sees the dates, for as long as the patient agrees."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.links.api import OpenedLink, issue
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.portal.models import SupportConsent
from tenuto.core.sentences import check_length

__all__ = ["SUPPORT", "SupportRefused", "agree", "agreed_for", "may_see", "take_back"]

SUPPORT = "support"
"""The purpose of such a link."""
OPENS_FOR = timedelta(days=30)
MOST = 3
LONGEST_NAME = 200
"""Persons who may see the dates at one time."""


class SupportRefused(ValueError):
    """This can't be agreed to. The text says what to do."""


@transaction.atomic
def agree(*, visit: OpenedLink, name: str, at: datetime) -> str:
    """The patient lets a named person see the dates; gives the token of their link, which is told only now.

    Raises SupportRefused without a name, and for more persons than may see them at one time.
    """
    if not (said := name.replace("\0", "").strip()):
        raise SupportRefused("Write the name of the person who helps you.")
    said = check_length(said, LONGEST_NAME, refused=SupportRefused)
    patient = visit.patient
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    if len(agreed_for(patient)) >= MOST:
        raise SupportRefused(f"{MOST} people may see your dates at one time. Take one back first.")
    issued = issue(
        patient=patient, purpose=SUPPORT, expires=at + OPENS_FOR, single_use=False, by=visit.visitor, at=at
    )
    _keep(visit, issued.link.pk, said, True, at)
    return issued.token


@transaction.atomic
def take_back(*, visit: OpenedLink, link: UUID, at: datetime) -> None:
    """The patient takes it back: the person's link shows nothing from now on. A second time changes nothing."""
    patient = visit.patient
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    stands = next((row for row in agreed_for(patient) if row.link == link), None)
    if stands is not None:
        _keep(visit, link, stands.name, False, at)


def _keep(visit: OpenedLink, link: UUID, name: str, agreed: bool, at: datetime) -> None:
    row = SupportConsent(patient=visit.patient, link=link, name=name, agreed=agreed)
    action = "let somebody see the dates" if agreed else "took back who sees the dates"
    keep(row, action=action, by=visit.visitor, at=at, detail={"name": name, "link": str(link)})


def agreed_for(patient: Patient) -> list[SupportConsent]:
    """Who may see the dates now, the newest first. One query."""
    newest: dict[UUID, SupportConsent] = {}
    for row in SupportConsent.objects.filter(patient=patient).order_by("event_number", "id"):
        newest[row.link] = row
    return [row for row in reversed(newest.values()) if row.agreed]


def may_see(visit: OpenedLink) -> SupportConsent | None:
    """The consent that a support person's link rests on; None once it was taken back."""
    return next((row for row in agreed_for(visit.patient) if row.link == visit.link_id), None)
