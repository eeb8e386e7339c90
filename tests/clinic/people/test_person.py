"""Who a patient is: corrected without losing what was known (hazard H34), and reached only as they wish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway import frame
from tenuto.clinic.people import identity
from tenuto.clinic.people.models import Channel, Identity, Patient
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.people.similar import alike, name_keys
from tenuto.clinic.policies.api import policy_of
from tenuto.core.policy import default_policy
from tests.clinic.conftest import NOW, numbers

BORN = date(1981, 5, 4)


@pytest.fixture
def amend(ana, alice):
    def run(**changed):
        given = {
            "patient": ana, "name": "Ana Sylva", "preferred_name": "Annie", "birth_date": BORN,
            "why": "Identity document seen.", "seen": ana.identities.first().pk,
            "policy": default_policy(), "by": alice, "at": NOW,
        }  # fmt: skip
        return identity.amend_patient(**{**given, **changed})

    return run


def test_an_amendment_keeps_the_original(amend, ana):
    amend()
    newest, original = Identity.objects.filter(patient=ana)
    assert (original.name, original.why) == ("Ana Silva", "registered")
    assert (newest.name, newest.preferred_name, newest.why) == (
        "Ana Sylva",
        "Annie",
        "Identity document seen.",
    )
    ana.refresh_from_db()
    assert (ana.name, ana.preferred_name) == ("Ana Sylva", "Annie")
    event = AuditEvent.objects.get(action="corrected patient")
    assert event.detail["before"]["name"] == "Ana Silva"


def test_two_who_correct_at_once_lose_nothing(amend, ana, bob):
    seen = ana.identities.first().pk
    amend(seen=seen)
    with pytest.raises(
        identity.ChangedMeanwhile, match=r"Alice \(alice\) corrected this record meanwhile: Ana Sylva"
    ):
        amend(name="Anna Silva", seen=seen, by=bob)
    ana.refresh_from_db()
    assert ana.name == "Ana Sylva"


@pytest.mark.parametrize("changed", [{"name": " "}, {"why": ""}])
def test_a_correction_needs_a_name_and_a_reason(amend, changed):
    with pytest.raises(ValueError, match="Give both"):
        amend(**changed)


@pytest.mark.parametrize("born", [date(1905, 1, 1), date(2026, 12, 1)])
def test_a_date_of_birth_that_can_not_be_right_is_no_correction(amend, ana, born):
    with pytest.raises(ValueError, match="Correct it"):
        amend(birth_date=born)
    ana.refresh_from_db()
    assert ana.birth_date != born


def test_a_correction_is_held_against_the_clinics_own_limits(visit, alice, ana, monkeypatch):
    shipped = default_policy()
    oldest = replace(shipped.limits["age_plausible_max_years"], value=Decimal(40))
    own = replace(shipped, limits={**shipped.limits, "age_plausible_max_years": oldest})
    rooms = tuple(replace(r, limits=lambda clinic: own) if r.limits else r for r in frame.contributions())
    monkeypatch.setattr(frame, "contributions", lambda: rooms)
    fields = {
        "name": ana.name,
        "birth_date": "1981-05-05",
        "why": "Typed wrongly.",
        "seen": ana.identities.first().pk,
    }
    refused = post(visit, alice, ana, "amend", **fields)
    assert "above 40 the year is wrong" in refused.content.decode()
    assert Identity.objects.filter(patient=ana).count() == 1


def test_the_clinics_limits_are_those_that_it_signed(ana):
    assert frame.limits_of(ana.clinic) == policy_of(ana.clinic)
    assert [each.room for each in frame.contributions() if each.limits] == ["policies"]


def test_the_page_shows_what_was_known_before(visit, alice, amend, ana):
    amend()
    text = visit(alice).get(f"/patients/{ana.pk}/person/").content.decode()
    assert "Ana Sylva" in text
    assert "Ana Silva" in text


def post(visit, staff, patient, form, **fields):
    return visit(staff).post(f"/patients/{patient.pk}/person/{form}/", fields)


def test_a_correction_by_form(visit, alice, ana):
    fields = {
        "name": "Ana Silva",
        "birth_date": "1981-05-05",
        "why": "Typed wrongly.",
        "seen": ana.identities.first().pk,
    }
    assert post(visit, alice, ana, "amend", **fields).status_code == 302
    ana.refresh_from_db()
    assert ana.birth_date == date(1981, 5, 5)
    conflict = post(visit, alice, ana, "amend", **{**fields, "name": "Mine"})
    assert conflict.status_code == 422
    assert "corrected this record meanwhile" in conflict.content.decode()
    assert 'value="Mine"' in conflict.content.decode()


def test_bad_input_is_a_sentence_on_the_field_and_saves_nothing(visit, alice, ana):
    text = post(visit, alice, ana, "amend", name="Ana", birth_date="soon", seen="1").content.decode()
    assert "Write the date as day, month and year" in text
    assert "Say why the record is corrected." in text
    assert Identity.objects.filter(patient=ana).count() == 1


def test_contact_is_only_what_was_wanted(visit, alice, ana):
    assert identity.contact_preferences(ana) == {}
    post(visit, alice, ana, "contact", channel="sms", allowed="yes", address="+1 202 555 0100")
    assert identity.contact_preferences(ana)[Channel.SMS].address == "+1 202 555 0100"
    post(visit, alice, ana, "contact", channel="sms", allowed="no")
    assert not identity.contact_preferences(ana)[Channel.SMS].allowed
    refused = post(visit, alice, ana, "contact", channel="email", allowed="yes")
    assert "there is no number or address. Add it." in refused.content.decode()
    assert ana.contact_preferences.count() == 2


def test_the_support_person_may_be_told_only_with_consent(visit, alice, ana):
    assert identity.support_person(ana) is None
    post(visit, alice, ana, "support", name="Rui", relation="brother", phone="555 0123", may_be_told="no")
    assert not identity.support_person(ana).may_be_told
    assert "May not be told anything" in visit(alice).get(f"/patients/{ana.pk}/person/").content.decode()
    post(visit, alice, ana, "support", name="Rui", may_be_told="yes")
    assert identity.support_person(ana).may_be_told


@pytest.mark.parametrize("form", ["amend", "contact", "support"])
def test_another_clinic_corrects_nothing(visit, charlie, ana, form):
    assert post(visit, charlie, ana, form, name="Mallory").status_code == 404


def test_a_similar_name_is_warned_of_on_every_page_of_the_patient(visit, alice, ana):
    register_patient(
        name="Ana Silva", birth_date=date(1990, 1, 1), identifiers=numbers("MRN 2"), by=alice, at=NOW
    )
    for page in ("person", "plan"):
        text = visit(alice).get(f"/patients/{ana.pk}/{page}/").content.decode()
        assert "similar name: Ana Silva, born Mon 1 Jan 1990" in text, page


def test_where_the_patient_reads_no_other_is_named_and_staff_are_sent_to_look(visit, alice, bob, ana):
    namesake = register_patient(
        name="Ana Silva", birth_date=date(1990, 1, 1), identifiers=numbers("MRN 2"), by=alice, at=NOW
    )
    text = visit(bob).get(f"/patients/{ana.pk}/intake/consent/").content.decode()
    assert "1 Jan 1990" not in text
    assert str(namesake.pk) not in text
    assert "before this is signed." in text


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Ana Silva", "Ana Silva", True),
        ("Ana Silva", "Silva, Anna", True),
        ("Ana Silva", "Ána Sylva", True),
        ("Ana Silva", "Ana Silveira", True),
        ("Demo Alder", "Demo Elder", True),
        ("Jon Smith", "John Smyth", True),
        ("Ana Silva", "Ana Souza", False),
        ("Demo Alder", "Demo Aspen", False),
        ("Ana Silva", "Ana Maria Silva", False),
    ],
)
def test_names_that_could_be_mistaken_are_found_without_reading_all_names(alice, one, other, found):
    first = register_patient(name=one, birth_date=None, identifiers=numbers("MRN 1"), by=alice, at=NOW)
    second = register_patient(name=other, birth_date=None, identifiers=numbers("MRN 2"), by=alice, at=NOW)
    assert alike(first) == ([second] if found else [])
    assert alike(second) == ([first] if found else [])


def test_a_corrected_name_is_filed_anew(amend, ana, alice):
    other = register_patient(
        name="Bela Costa", birth_date=None, identifiers=numbers("MRN 2"), by=alice, at=NOW
    )
    assert alike(other) == []
    assert alike(amend(name="Bella Costa")) == [other]


def test_another_clinics_names_are_no_warning(ana, charlie):
    theirs = register_patient(
        name="Ana Silva", birth_date=None, identifiers=numbers("MRN 2"), by=charlie, at=NOW
    )
    assert alike(ana) == alike(theirs) == []


def test_a_warning_costs_one_query(ana, django_assert_num_queries):
    known = Patient.objects.prefetch_related("identifiers").get(pk=ana.pk)
    with django_assert_num_queries(1):
        alike(known)


@pytest.mark.parametrize("name", ["", "123", "—"])
def test_a_name_without_letters_is_filed_nowhere(name):
    assert name_keys(name) == set()
