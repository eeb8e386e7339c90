"""People and helpers that the tests of intake share."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.people.models import Role
from tenuto.clinic.people.reauthenticate import Reauthentication
from tenuto.clinic.people.services import employ
from tests.clinic.conftest import NOW, PASSWORD


def _hired(clinic, username, role):
    return employ(
        clinic=clinic, username=username, password=PASSWORD, name=username.title(), role=role, at=NOW
    )


@pytest.fixture
def cora(clinic):
    return _hired(clinic, "cora", Role.COORDINATOR)


@pytest.fixture
def dora(clinic):
    return _hired(clinic, "dora", Role.MEDICAL_DIRECTOR)


@pytest.fixture
def otto(clinic):
    return _hired(clinic, "otto", Role.AUDITOR)


def signed(staff, minutes_ago=0):
    """A second factor that `staff` has just given."""
    return Reauthentication(staff, NOW - timedelta(minutes=minutes_ago), "totp")


def text_of(response) -> str:
    """The page as a reader sees it."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain).replace("&#x27;", "'")


@pytest.fixture
def second_factor(monkeypatch):
    """Whoever is signed in has just given a second factor."""
    monkeypatch.setattr(
        "tenuto.clinic.people.reauthenticate.last_second_factor",
        lambda request: Reauthentication(request.user, NOW, "totp"),
    )
