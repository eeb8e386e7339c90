"""Two contrary forms sent to one address from two tabs: a code signs the form of its own page, or nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone

from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.services import receive
from tenuto.clinic.pathway.seen import FIELD
from tests.attacks.soft_key import SoftKey
from tests.attacks.test_passkey import GIVE, adds
from tests.attacks.test_stale_page import opens
from tests.clinic.conftest import NOW, source_of

pytestmark = pytest.mark.django_db

CODE = "/account/second-factor/reauthenticate/"
WAITS = re.compile(r'name="waits" value="(\w*)"')
CONTRARY = {"accepted": "Fits, says the referrer.", "not_suitable": "Psychosis, told by the family."}


@pytest.fixture
def alder(alice):
    """A patient whose record is complete and passes."""
    facts = next(f for f in teaching_patients(timezone.localdate()) if f.person.name == "Demo Alder")
    return receive(facts=facts, source=source_of(digest="a" * 64), by=alice, at=NOW).patient


@pytest.fixture
def tabs(visit, alice, alder):
    """A browser, and a way to send a decision from a new tab: what its page that asks for the factor would send along."""
    browser, address = visit(alice), f"/patients/{alder.pk}/intake/decision/"

    def tab(outcome) -> dict[str, str]:
        seen = {"seen": current(alder).facts_sha256, FIELD: opens(browser, address)}
        asked = browser.post(address, {"outcome": outcome, "reason": CONTRARY[outcome], **seen}, follow=True)
        (waits,) = WAITS.findall(asked.content.decode())
        assert waits
        return {"waits": waits, "next": address}

    return browser, tab


def outcomes() -> list[str]:
    return list(Decision.objects.values_list("outcome", flat=True))


@pytest.fixture
def app(alice):
    give_second_factor(alice, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    return lambda: code_of(alice).code


def test_the_code_of_the_first_tab_does_not_sign_the_form_of_the_second(tabs, app):
    browser, tab = tabs
    first, code = tab("not_suitable"), app()
    tab("accepted")
    answer = browser.post(CODE, {"code": code, **first})
    assert "Another page asked for a signature since" in answer.content.decode()
    assert outcomes() == []
    # The code was not used, and signs what is sent now and shown.
    browser.post(CODE, {"code": code, **tab("not_suitable")})
    assert outcomes() == ["not_suitable"]


@pytest.mark.parametrize("outcome", CONTRARY)
def test_a_code_signs_the_form_of_its_own_page(tabs, app, outcome):
    browser, tab = tabs
    browser.post(CODE, {"code": app(), **tab(outcome)})
    assert outcomes() == [outcome]


@pytest.mark.parametrize("waits", ["", "x", "0" * 32, "0" * 5000])
def test_a_forged_form_is_signed_by_no_code(tabs, app, waits):
    browser, tab = tabs
    browser.post(CODE, {"code": app(), **tab("accepted"), "waits": waits})
    assert outcomes() == []


def test_nor_does_a_passkey(tabs, visit, alice):
    browser, tab = tabs
    key = SoftKey()
    assert adds(visit(alice), key).status_code == 302
    first = tab("not_suitable")
    tab("accepted")
    options = browser.get(GIVE).context["js_data"]["request_options"]
    answer = key.answered(options, origin="https://testserver")
    browser.post(GIVE, {"credential": json.dumps(answer), **first})
    assert outcomes() == []
    own = tab("not_suitable")
    options = browser.get(GIVE).context["js_data"]["request_options"]
    browser.post(GIVE, {"credential": json.dumps(key.answered(options)), **own})
    assert outcomes() == ["not_suitable"]
