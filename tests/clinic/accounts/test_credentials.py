"""Letters and licence stand beside a signer's name as they were on the day of the signature."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tenuto.clinic.accounts.credentials import credential_at, set_credential
from tenuto.clinic.accounts.models import PrintedCredential, Staff
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import accepted, add, later, signed  # noqa: F401  - fixtures
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of


def given(visit, dora, staff, letters="MD", licence="G-12345"):
    return visit(dora).post(
        f"/staff/{staff.pk}/", {"action": "credential", "letters": letters, "licence": licence}, follow=True
    )


def test_a_director_sets_it_and_it_is_on_record(visit, dora, alice):
    assert "MD, licence G-12345" in text_of(given(visit, dora, alice))
    event = AuditEvent.objects.get(action="set credential")
    assert (event.by_id, event.detail["before"], event.detail["after"]) == (
        str(dora.pk),
        "",
        "MD, licence G-12345",
    )
    given(visit, dora, alice)
    assert PrintedCredential.objects.count() == 1


def test_also_ones_own_since_a_clinic_may_have_one_director(visit, dora):
    given(visit, dora, dora, licence="")
    assert credential_at(dora.pk, 10**9) == "MD"


def test_nobody_else_sets_it(visit, alice, bob, charlie):
    url = f"/staff/{alice.pk}/"
    data = {"action": "credential", "letters": "MD", "licence": ""}
    assert visit(alice).post(url, data).status_code == 403
    assert visit(bob).post(url, data).status_code == 403
    assert not PrintedCredential.objects.exists()


def test_it_comes_with_the_invitation(visit, dora):
    new = {"username": "frida", "name": "Frida", "role": "prescriber", "letters": "DO", "licence": ""}
    visit(dora).post("/staff/add/", new)
    assert credential_at(Staff.objects.get(username="frida").pk, 10**9) == "DO"


@pytest.mark.parametrize("page", ["", "plan.pdf"])
def test_an_order_prints_what_was_so_when_it_was_signed(visit, accepted, alice, dora, page):  # noqa: F811
    set_credential(staff=alice, letters="MD", licence="G-12345", by=dora, at=NOW)
    version = signed(accepted(), alice, at=later(1))
    set_credential(staff=alice, letters="MD, PhD", licence="G-99999", by=dora, at=later(2))
    answer = visit(alice).get(url_of(version, page))
    words = (
        " ".join(
            " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.content)).pages).split()
        )
        if page
        else text_of(answer)
    )
    assert "Alice (alice), MD, licence G-12345, prescriber" in words
    assert "G-99999" not in words


def test_what_does_not_print_is_left_out(visit, dora, alice):
    assert "M D, licence G-1 2" in text_of(given(visit, dora, alice, letters="M\x01D", licence="G-1\x1b\n2"))
