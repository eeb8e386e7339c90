"""A patient who can be planned, and people who sign."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.decisions import decide
from tenuto.clinic.plan import services
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.views.page import asked
from tests.clinic.conftest import NOW, source_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPTIONS = "vial=50&volume=100&start=2026-11-24&days=mon&days=wed&days=fri"


@pytest.fixture
def add(alice):
    """A demonstration patient by name, recorded now."""

    def run(name, change=lambda facts: facts):
        today = timezone.localdate()
        facts = change(next(f for f in teaching_patients(today) if f.person.name == name))
        source = source_of(digest=hashlib.sha256(name.encode()).hexdigest())
        return receive(facts=facts, source=source, by=alice, at=timezone.now()).patient, facts

    return run


@pytest.fixture
def accepted(add, alice, dora):
    """The same, accepted in intake by whoever may."""

    def run(name="Demo Alder", change=lambda facts: facts):
        patient, _ = add(name, change)
        accept(patient, dora)
        return patient

    return run


def accept(patient, by, reason="Read and weighed.", at=NOW):
    return decide(
        patient=patient,
        outcome="accepted",
        reason=reason,
        seen=current(patient).facts_sha256,
        signature=signature_of(by, at),
        at=at,
    )


def signature_of(staff, at=NOW, method="totp"):
    return Reauthentication(staff, at, method)


def built_from(patient, options=OPTIONS):
    """The plan that an address asks for."""
    form, built = asked(grounds(patient), QueryDict(options))
    assert not form.errors, form.errors
    return built


def drafted(patient, by, options=OPTIONS, why="", at=NOW):
    """The plan of an address as a draft, as somebody does who just read the page."""
    built = built_from(patient, options)
    return services.draft(
        patient=patient,
        request=built.order.request,
        anew=built.order.anew,
        seen=built.sha256,
        why=why,
        by=by,
        at=at,
    )


def signed(patient, by, options=OPTIONS, reason="Read and weighed.", at=NOW):
    version = drafted(patient, by, options, at=at)
    services.sign(
        version=version,
        seen=version.content_sha256,
        reason=reason,
        signature=signature_of(by, at),
        at=at,
    )
    return version


def later(minutes=1):
    return NOW + timedelta(minutes=minutes)


def with_second_factor(browser, staff):
    """The browser of somebody who gave an authenticator code a moment ago."""
    give_second_factor(staff, secret=SECRET)
    browser.post(reverse("mfa_reauthenticate"), {"code": code_of(staff).code})
    return browser
