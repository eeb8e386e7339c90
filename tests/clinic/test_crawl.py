"""Every address as every role and as nobody: no patient of another clinic leaks, and no look goes unrecorded.

A new page is found by itself. One that needs more than a patient in its address says here what.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tests.clinic.conftest import NOW, facts_of, hired, source_of

SECRET_NAME = "Zephyrine Quillfeather"
PUBLIC = {
    "accounts:sign-in",
    "account_login",
    "ui:theme",
    "ui:gallery",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
"""What a stranger may open; none of it knows a patient."""
NOT_LOOKS = {"access:break-glass"}
"""Addresses with a patient in them that show nothing of the patient."""


def patterns(resolver=None, prefix="", names=()):
    """All (route, qualified name, converters) of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from patterns(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield route, ":".join((*names, entry.name or "")), dict(entry.pattern.converters)


ALL = list(patterns())
OF_A_PATIENT = [(route, name) for route, name, _ in ALL if "<uuid:patient_id>" in route]


def address(route: str, patient: UUID) -> str:
    """The route with the patient, and with ids of nothing for the rest."""
    filled = route.replace("<uuid:patient_id>", str(patient))
    while "<" in filled:
        head, rest = filled.split("<", 1)
        kind, tail = rest.split(">", 1)
        unknown = {"uuid": str(uuid4()), "int": "999999"}.get(kind.split(":")[0], "nothing")
        filled = f"{head}{unknown}{tail}"
    return "/" + filled


@pytest.fixture
def theirs(charlie):
    """A patient of the other clinic with a name that occurs nowhere else."""
    facts = facts_of(SECRET_NAME, "MRN secret-77")
    return receive(facts=facts, source=source_of("theirs.json", "9" * 64), by=charlie, at=NOW).patient


def test_there_is_something_to_crawl():
    assert len(ALL) > 25
    assert OF_A_PATIENT


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_nobody_sees_a_patient_of_another_clinic(visit, clinic, theirs, role):
    browser = visit(hired(clinic, "crawler", role) if role else None)
    for route, name, _ in ALL:
        for send in (browser.get, browser.post):
            answer = send(address(route, theirs.pk), follow=True)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"Quillfeather" not in text, f"{name} shows another clinic's patient to {role}"
            assert b"secret-77" not in text, f"{name} shows another clinic's patient to {role}"
            assert answer.status_code < 500, f"{name} fails for {role}"


@pytest.mark.parametrize(("route", "name"), OF_A_PATIENT, ids=[name for _, name in OF_A_PATIENT])
def test_a_page_of_another_clinics_patient_is_not_found(visit, alice, theirs, route, name):
    # An address that only takes posts leads back to its page, whoever's it is.
    assert visit(alice).get(address(route, theirs.pk), follow=True).status_code in (404, 405), name
    assert not AuditEvent.objects.filter(kind="read", patient_id=theirs.pk).exists()


@pytest.mark.parametrize(("route", "name", "_"), ALL, ids=[name for _, name, _ in ALL])
def test_a_stranger_is_sent_to_the_sign_in(visit, ana, route, name, _):
    answer = visit().get(address(route, ana.pk))
    if name in PUBLIC or getattr(resolve_view(route, ana), "login_required", True) is False:
        assert ana.name not in answer.content.decode(errors="replace")
    else:
        assert answer.status_code in (302, 405), name
        assert ana.name not in answer.content.decode(errors="replace")


def resolve_view(route, patient):
    """The view behind a route, which says whether it needs a sign-in."""
    return get_resolver().resolve(address(route, patient.pk)).func


@pytest.mark.parametrize(("route", "name"), OF_A_PATIENT, ids=[name for _, name in OF_A_PATIENT])
def test_every_look_at_a_patient_leaves_its_row(visit, alice, ana, route, name):
    before = AuditEvent.objects.filter(kind="read", patient_id=ana.pk, by_id=str(alice.pk)).count()
    answer = visit(alice).get(address(route, ana.pk))
    looks = AuditEvent.objects.filter(kind="read", patient_id=ana.pk, by_id=str(alice.pk)).count() - before
    shown = answer.status_code < 300 and name not in NOT_LOOKS
    assert looks == (1 if shown else looks), f"{name} shows a patient without a row in the audit"
    if name in NOT_LOOKS:
        assert ana.name not in answer.content.decode()


@pytest.mark.parametrize(("route", "name"), OF_A_PATIENT, ids=[name for _, name in OF_A_PATIENT])
def test_no_address_has_a_name_in_it(route, name):
    assert not {"name", "slug"} & set(route.replace("<", " ").replace(">", " ").split())


def test_a_link_shows_nothing_before_the_second_fact(visit, ana, alice):
    given = links.issue(
        patient=ana, purpose="leaflets", expires=NOW + timedelta(hours=1), single_use=False, by=alice, at=NOW
    )
    answer = visit().get(f"/l/{given.token}/")
    assert answer.status_code == 200
    for part in ana.name.split():
        assert part not in answer.content.decode()
