"""Giving a patient a link, and opening one.

The address holds a secret with our signature, and nothing about the patient. Whoever follows it must also know
the patient's date of birth, has a handful of tries, and comes in for one purpose only.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import Actor, Someone
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.links.models import Link, LinkRevocation, LinkTry
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import given_from_outside

__all__ = [
    "LONGEST",
    "TRIES",
    "Issued",
    "LinkRefused",
    "OpenedLink",
    "UnknownLink",
    "is_taken_back",
    "issue",
    "open_in_person",
    "open_link",
    "patients_of_links",
    "revoke",
    "states",
    "token_of",
]

LONGEST = timedelta(days=30)
"""No link lives longer; a single-use link for a form may take that long, others should be short."""
TRIES = 5
"""Wrong answers after which a link stays shut."""

SECRET_BYTES = 24

GONE = "This link is no longer valid: it was used, has run out, or was not copied whole. Ask the clinic for a new one."
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
    *, patient: Patient, purpose: str, expires: datetime, single_use: bool, by: Actor, at: datetime
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
    link_id = uuid4()
    secret = _secret(link_id, settings.SECRET_KEY)
    link = Link.objects.create(
        id=link_id,
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


def token_of(link: UUID) -> str:
    """The token of a link that was issued, worked out anew for a message that repeats it; it is kept nowhere.

    Raises `Link.DoesNotExist`, and ValueError when the keys that it was made with are gone.
    """
    found = Link.objects.get(pk=link)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if _digest(secret := _secret(found.pk, key)) == found.digest:
            return _signer().sign(secret)
    raise ValueError("The key that this link was made with is gone. Make a new link.")


@transaction.atomic
def open_in_person(*, link: UUID, by: Staff, at: datetime) -> OpenedLink:
    """Open a link on the clinic's tablet for the person in the chair, whom `by` knows. Raises `Link.DoesNotExist`."""
    check_role(by, "link.issue")
    found = Link.objects.select_related("patient__clinic").get(pk=link, patient__clinic=by.clinic)
    LinkTry.objects.create(link=found, opened=True, **recorded(by, at))
    record(
        action="opened link in person",
        subject=found,
        by=by,
        at=at,
        detail={"purpose": found.purpose},
        kind=EventKind.ACCESS,
    )
    return OpenedLink(found.pk, found.patient, found.purpose, found.expires_at)


def open_link(token: str, second_fact: date | None, *, at: datetime | None = None) -> OpenedLink:
    """Open a link with the patient's date of birth. Raises `LinkRefused`; every try of a link that was given is recorded."""
    found = _find(token)
    if found is None:
        raise UnknownLink(GONE)
    with clock.on_the_clock_of(found.patient.clinic), transaction.atomic():
        opened, refusal = _try(token, second_fact, at or clock.instant())
    # Outside the transaction, so that a refused try stays on record.
    if opened is None:
        raise LinkRefused(refusal)
    return opened


@transaction.atomic
def revoke(*, link: UUID, why: str, by: Staff, at: datetime) -> None:
    """Take a link back. Raises `Link.DoesNotExist` for another clinic's; a second time changes nothing."""
    check_role(by, "link.issue")
    found = Link.objects.get(pk=link, patient__clinic=by.clinic)
    if LinkRevocation.objects.filter(link=found).exists():
        return
    LinkRevocation.objects.create(link=found, why=why, **recorded(by, at))
    record(action="revoked link", subject=found, by=by, at=at, detail={"why": why})


def patients_of_links(ids: Iterable[UUID]) -> dict[UUID, Patient]:
    """Whose each link is, by id. One query."""
    rows = Link.objects.filter(pk__in=list(ids)).select_related("patient")
    return {row.pk: row.patient for row in rows}


def states(links: Iterable[Link], *, at: datetime) -> dict[UUID, str]:
    """What became of each link, by id: 'taken back', 'shut', 'run out', 'opened' or 'waiting'.

    Two queries, and one for each patient.
    """
    known = list(links)
    ended = set(LinkRevocation.objects.filter(link__in=known).values_list("link", flat=True))
    for patient in {link.patient for link in known}:
        theirs = [link for link in known if link.patient_id == patient.pk]
        outside = given_from_outside(patient, theirs)
        ended |= {link.pk for link in theirs if link.event_number in outside}
    tries: dict[UUID, list[bool]] = {}
    for link_id, opened in LinkTry.objects.filter(link__in=known).values_list("link", "opened"):
        tries.setdefault(link_id, []).append(opened)
    return {link.pk: _state(link, link.pk in ended, tries.get(link.pk, []), at) for link in known}


def is_taken_back(link: Link) -> bool:
    """Whether a link was taken back, or given by one of the staff who may not see the restricted record now."""
    return hasattr(link, "revocation") or bool(given_from_outside(link.patient, [link]))


def _state(link: Link, ended: bool, tries: list[bool], at: datetime) -> str:
    if ended:
        return "taken back"
    if tries.count(False) >= TRIES:
        return "shut"
    if at >= link.expires_at:
        return "run out"
    return "opened" if any(tries) else "waiting"


def _try(token: str, second_fact: date | None, now: datetime) -> tuple[OpenedLink | None, str]:
    link = _find(token)
    if link is None or now >= link.expires_at or is_taken_back(link):
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


def _secret(link: UUID, key: str) -> str:
    """192 bits that only the holder of the key can work out from a link's id, so that a message can repeat the address
    and no table holds it."""
    made = salted_hmac("tenuto.links.secret", link.hex, secret=key, algorithm="sha256").digest()
    return urlsafe_b64encode(made[:SECRET_BYTES]).decode()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer() -> Signer:
    return Signer(salt="tenuto.links")
