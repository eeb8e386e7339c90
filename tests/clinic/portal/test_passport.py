"""The passport: for the team of the patient and for the patient, for nobody else, and the same in both forms."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from fhir.resources.R4B.bundle import Bundle
from pypdf import PdfReader

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.portal.documents.passport_bundle import passport_bundle
from tenuto.clinic.scales.api import ask_by_link
from tenuto.core.course.passport import Passport, PassportInfusion
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.units import Mg, MgPerKg
from tests.clinic.conftest import NOW
from tests.clinic.forecast.conftest import maintained, planned  # noqa: F401 - fixtures
from tests.clinic.plan.conftest import accepted, add  # noqa: F401 - fixtures

DAY = timedelta(days=1)


def text(answer):
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split()
    )


@pytest.fixture
def phone(maintained, alice):  # noqa: F811 - fixture
    def opened(place=AskingPlace.LINK):
        sent = ask_by_link(
            patient=maintained, instruments=["gad7"], expires=NOW + DAY, place=place, by=alice, at=NOW
        )
        client = Client()
        client.post(f"/l/{sent.token}/", {"born": maintained.birth_date.isoformat()})
        return client

    return opened


def test_it_is_one_page_with_doses_best_score_and_intervals(maintained, visit, bob):  # noqa: F811
    answer = visit(bob).get(f"/patients/{maintained.pk}/passport.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1
    shown = text(answer)
    assert "9 infusions" in shown
    assert "36 mg" in shown
    assert "2 to 28 days" in shown
    assert "Best PHQ-9: 5" in shown
    assert "21 before the first" in shown


def test_the_file_for_another_program_says_the_same(maintained, visit, bob):  # noqa: F811
    bundle = json.loads(visit(bob).get(f"/patients/{maintained.pk}/passport.json").content)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["Patient", *["MedicationAdministration"] * 9, "Observation", "Observation"]
    first, second, before, best = (bundle["entry"][n]["resource"] for n in (1, 2, -2, -1))
    assert first["dosage"]["dose"] == {
        "value": 36.0,
        "unit": "mg",
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    }
    assert first["effectiveDateTime"] == "2026-08-03"
    assert "2 days after the infusion before." in [note["text"] for note in second["note"]]
    assert (before["valueQuantity"]["value"], best["valueQuantity"]["value"]) == (21, 5)
    assert best["code"]["coding"] == [{"system": "http://loinc.org", "code": "44261-6"}]
    assert re.fullmatch(r"After infusion \d with 36 mg\.", best["note"][0]["text"])
    references = {entry["resource"]["subject"]["reference"] for entry in bundle["entry"][1:]}
    assert references == {bundle["entry"][0]["fullUrl"]}


@pytest.mark.parametrize("name", ["passport.pdf", "passport.json"])
def test_the_team_may_and_others_may_not(maintained, visit, alice, bob, charlie, name):  # noqa: F811
    address = f"/patients/{maintained.pk}/{name}"
    assert [visit(who).get(address).status_code for who in (alice, bob, charlie)] == [200, 200, 404]
    assert visit().get(address).status_code == 302
    looks = AuditEvent.objects.filter(kind="read", patient_id=maintained.pk, action="passport")
    assert looks.count() == 2


@pytest.mark.parametrize("name", ["passport.pdf", "passport.json"])
def test_a_patient_gets_their_own_by_the_link_and_a_stranger_nothing(maintained, phone, name):  # noqa: F811
    own = phone().get(f"/today/{name}")
    assert own.status_code == 200
    assert own["Content-Disposition"] == f'attachment; filename="{name}"'
    assert AuditEvent.objects.filter(kind="read", patient_id=maintained.pk, action="scales by link").exists()
    stranger = Client().get(f"/today/{name}")
    assert stranger.status_code == 403
    assert maintained.name not in stranger.content.decode()


def test_a_link_taken_back_or_over_gives_none(phone, monkeypatch):
    client = phone()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 2 * DAY)
    assert client.get("/today/passport.pdf").status_code == 403


def test_it_stays_off_the_clinics_tablet(phone):
    assert phone(AskingPlace.CHAIR).get("/today/passport.pdf").status_code == 404


def test_who_was_given_nothing_has_none(planned, visit, bob):  # noqa: F811
    assert visit(bob).get(f"/patients/{planned.pk}/passport.pdf").status_code == 404


def test_another_program_reads_the_file_as_it_was_written(maintained, visit, bob):  # noqa: F811
    written = visit(bob).get(f"/patients/{maintained.pk}/passport.json").content
    assert Bundle.model_validate_json(written).model_dump_json(indent=1).encode() == written
    assert visit(bob).get(f"/patients/{maintained.pk}/passport.json").content == written


@pytest.mark.parametrize(
    ("mass", "dose", "said"),
    [
        (Mg(Decimal("35.5")), MgPerKg(Decimal("0.5")), (35.5, "mg")),
        (None, MgPerKg(Decimal("0.5")), (0.5, "mg/kg")),
        (None, None, None),
    ],
)
def test_a_dose_is_given_as_it_is_on_record_and_never_without_an_amount(maintained, mass, dose, said):  # noqa: F811
    given = PassportInfusion(1, NOW.date(), mass, dose, None, None, None, None)
    passport = Passport(NOW.date(), (given,), None, (), 1, None, None)
    (_, entry) = json.loads(passport_bundle(maintained, passport))["entry"]
    dosage = entry["resource"].get("dosage")
    assert (dosage and (dosage["dose"]["value"], dosage["dose"]["code"])) == said
    assert entry["resource"]["note"] == [{"text": "What troubled the person: not recorded."}]
