"""A director, and files that can be proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.accounts.services import employ
from tenuto.clinic.policies.services import activate, propose, sign
from tenuto.core import policy
from tests.clinic.conftest import NOW, PASSWORD

DEFAULT = Path(policy.__file__).with_name("default.toml").read_text("utf-8")


def text(version=1, weight_min="30"):
    """The default limits under the clinic's own id."""
    own = DEFAULT.replace('id = "tenuto-default"', 'id = "meadow"').replace(
        "version = 1", f"version = {version}", 1
    )
    return own.replace('value = "30"', f'value = "{weight_min}"', 1)


def fresh(staff):
    return Reauthentication(staff, NOW, "totp")


def hire(clinic, username, role):
    return employ(
        clinic=clinic, username=username, password=PASSWORD, name=username.title(), role=role, at=NOW
    )


@pytest.fixture
def dora(clinic):
    return hire(clinic, "dora", Role.MEDICAL_DIRECTOR)


@pytest.fixture
def version(alice):
    return propose(text=text(weight_min="35"), why="Our scales start at 35 kg.", by=alice, at=NOW)


@pytest.fixture
def signed(version, alice, dora):
    for person in (alice, dora):
        sign(policy=version, signature=fresh(person), at=NOW)
    return version


@pytest.fixture
def active(signed, dora):
    activate(policy=signed, why="Agreed on Monday.", signature=fresh(dora), at=NOW)
    return signed
