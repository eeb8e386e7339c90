"""Giving a patient a link, and opening one.

The address holds a random secret with our signature, and nothing about the patient. Whoever follows it must also know
the patient's date of birth, has a handful of tries, and comes in for one purpose only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.links.models import Link, LinkRevocation, LinkTry
from tenuto.clinic.people.models import Patient

__all__ = [
    "LONGEST",
    "TRIES",
    "Issued",
    "LinkRefused",
    "OpenedLink",
    "UnknownLink",
    "close",
    "issue",
    "open_link",
    "revoke",
    "states",
]

LONGEST = timedelta(days=30)
"""No link lives longer; a single-use link for a form may take that long, others should be short."""
TRIES = 5
"""Wrong answers after which a link stays shut."""

GONE = "This link is no longer valid: it was used, has run out, or was not copied whole. Ask the clinic for a new one."
DONE = "Everything that it was for is done."
SHUT = "The date of birth was wrong too often, so this link is shut. Ask the clinic for a new one."
WRONG = "The date of birth does not match. Check the day, the month and the year."


class LinkRefused(Exception):
    """The link does not open. The text says what to do, and nothing about the patient."""


class UnknownLink(LinkRefused):
    """Nobody was given this link. Its tries are nobody's but the address's."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new link. The token goes into the address and is not kept: it can be told only now."""

    link: Link
    token: str


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Who came in, and for what. `visitor` is the actor behind whatever they write."""

    link_id: UUID
    patient: Patient
    purpose: str
    expires_at: datetime

    @property
    def visitor(self) -> Someone:
        """The patient as the ledger knows them: by link, not by sign-in."""
        return Someone(
            f"link:{self.link_id}",
            self.patient.clinic_id,
            "the holder of a patient's link",
            self.patient.clinic.zone,
        )


@transaction.atomic
def issue(
    *, patient: Patient, purpose: str, expires: datetime, single_use: bool, by: Staff, at: datetime
) -> Issued:
    """Give a patient a link for one purpose.

    Raises ValueError when the patient has no date of birth on record (the second fact), or `expires` is not between
    now and `LONGEST`.
    """
    check_same_clinic(by, patient)
    if patient.birth_date is None:
        raise ValueError("A link is opened with the date of birth, and none is on record. Record it first.")
    if not at < expires <= at + LONGEST:
        raise ValueError(f"A link may live up to {LONGEST.days} days from now, not until {expires:%d %b %Y}.")
    secret = secrets.token_urlsafe(24)
    link = Link.objects.create(
        patient=patient,
        purpose=purpose,
        digest=_digest(secret),
        single_use=single_use,
        expires_at=expires,
        **recorded(by, at),
    )
    detail = {"purpose": purpose, "expires": expires.isoformat(), "single_use": single_use}
    record(action="issued link", subject=link, by=by, at=at, detail=detail)
    return Issued(link, _signer().sign(secret))


def open_link(token: str, second_fact: date | None, *, at: datetime | None = None) -> OpenedLink:
    """Open a link with the patient's date of birth. Raises `LinkRefused`; every try of a link that was given is recorded."""
    now = at or timezone.now()
    if _find(token) is None:
        raise UnknownLink(GONE)
    with transaction.atomic():
        opened, refusal = _try(token, second_fact, now)
    # Outside the transaction, so that a refused try stays on record.
    if opened is None:
        raise LinkRefused(refusal)
    return opened


@transaction.atomic
def revoke(*, link: UUID, why: str, by: Staff, at: datetime) -> None:
    """Take a link back. Raises `Link.DoesNotExist` for another clinic's; a second time changes nothing."""
    found = Link.objects.get(pk=link, patient__clinic=by.clinic)
    if LinkRevocation.objects.filter(link=found).exists():
        return
    LinkRevocation.objects.create(link=found, why=why, **recorded(by, at))
    record(action="revoked link", subject=found, by=by, at=at, detail={"why": why})


@transaction.atomic
def close(visit: OpenedLink, *, at: datetime) -> None:
    """The visitor has done what the link was for: it does not open again."""
    link = Link.objects.get(pk=visit.link_id)
    if LinkRevocation.objects.filter(link=link).exists():
        return
    LinkRevocation.objects.create(link=link, why=DONE, **recorded(visit.visitor, at))
    record(action="used up link", subject=link, by=visit.visitor, at=at, detail={"purpose": link.purpose})


def states(links: Iterable[Link], *, at: datetime) -> dict[UUID, str]:
    """What became of each link, by id: 'used', 'taken back', 'shut', 'run out', 'opened' or 'waiting'. Two queries."""
    known = list(links)
    ends = {end.link_id: end.why for end in LinkRevocation.objects.filter(link__in=known)}
    tries: dict[UUID, list[bool]] = {}
    for link_id, opened in LinkTry.objects.filter(link__in=known).values_list("link", "opened"):
        tries.setdefault(link_id, []).append(opened)
    return {link.pk: _state(link, ends.get(link.pk), tries.get(link.pk, []), at) for link in known}


def _state(link: Link, end: str | None, tries: list[bool], at: datetime) -> str:
    if end is not None:
        return "used" if end == DONE else "taken back"
    if tries.count(False) >= TRIES:
        return "shut"
    if at >= link.expires_at:
        return "run out"
    return "opened" if any(tries) else "waiting"


def _try(token: str, second_fact: date | None, now: datetime) -> tuple[OpenedLink | None, str]:
    link = _find(token)
    if link is None or now >= link.expires_at or hasattr(link, "revocation"):
        return None, GONE
    tries = list(link.tries.values_list("opened", flat=True))
    if tries.count(False) >= TRIES:
        return None, SHUT
    if link.single_use and _opened_before(tries):
        return None, GONE
    found = OpenedLink(link.pk, link.patient, link.purpose, link.expires_at)
    right = second_fact is not None and second_fact == link.patient.birth_date
    if not _keep_try(link, opened=right, visitor=found.visitor, now=now):
        return None, GONE
    action = "opened link" if right else "failed to open link"
    record(
        action=action,
        subject=link,
        by=found.visitor,
        at=now,
        detail={"purpose": link.purpose},
        kind=EventKind.ACCESS,
    )
    return (found, "") if right else (None, WRONG if tries.count(False) + 1 < TRIES else SHUT)


def _opened_before(tries: list[bool]) -> bool:
    return any(tries)


def _find(token: str) -> Link | None:
    try:
        secret = _signer().unsign(token)
    except BadSignature:
        return None
    return Link.objects.select_related("patient__clinic", "revocation").filter(digest=_digest(secret)).first()


def _keep_try(link: Link, *, opened: bool, visitor: Someone, now: datetime) -> bool:
    """False when a single-use link was opened by someone else in this very moment."""
    try:
        with transaction.atomic():
            LinkTry.objects.create(
                link=link,
                opened=opened,
                only=link if opened and link.single_use else None,
                **recorded(visitor, now),
            )
    except IntegrityError:
        return False
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer() -> Signer:
    return Signer(salt="tenuto.links")
