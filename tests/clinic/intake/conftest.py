"""People and helpers that the tests of intake share."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tests.clinic.conftest import NOW


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
        "tenuto.clinic.accounts.reauthenticate.last_second_factor",
        lambda request: Reauthentication(request.user, NOW, "totp"),
    )
