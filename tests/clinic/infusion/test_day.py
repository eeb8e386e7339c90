"""A whole infusion day through its pages: blocked and told why, read by a colleague, charted, wasted before a witness, discharged by
criteria, and the drug day closed in balance."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.course.api import infusions_of
from tenuto.clinic.infusion.services.drug import drug_of
from tenuto.clinic.infusion.services.standing import order_of_session, session_today
from tenuto.clinic.stock.models import StockRow
from tenuto.core.infusion.recovery_data import recovery_data
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import released
from tests.clinic.plan.conftest import with_second_factor

DATA = recovery_data()
SIX = {
    "systolic_mmhg": "128", "diastolic_mmhg": "80", "heart_rate_per_min": "72", "spo2_percent": "98",
    "respirations_per_min": "14", "moaas": "5",
}  # fmt: skip


class Day:
    """People at their pages, and the clock on the wall."""

    def __init__(self, visit, patient, monkeypatch):
        self.visit, self.patient, self.minutes = visit, patient, 0
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=self.minutes))

    def at(self, minutes):
        self.minutes = minutes
        return self

    def post(self, who, act, **fields):
        """What somebody sends; the page that follows, in words."""
        browser = who if hasattr(who, "post") else self.visit(who)
        url = act if act.startswith("/") else f"/patients/{self.patient.pk}/infusion/{act}"
        answer = browser.post(url, {"client_id": str(uuid4()), **fields}, follow=True)
        assert answer.status_code == 200, strip_tags(answer.content.decode())
        return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))

    def charts(self, who, kind, **fields):
        return self.post(who, "chart/", kind=kind, on="recovery", **fields)


@pytest.fixture
def day(visit, patient, monkeypatch):
    return Day(visit, patient, monkeypatch)


def _made_ready(day, bob, bea, dora, order):
    patient = day.patient
    day.post(
        bob, "identity/", birth_date=patient.birth_date.isoformat(), record_number=str(patient.record_number)
    )
    for minutes in (5, 12):
        taken = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")
        values = {
            name: SIX[name]
            for name in ("systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "spo2_percent")
        }
        day.at(minutes).post(bob, "before/", taken_at=taken, breaths="14", temperature="36.7", **values)
    read = {
        "weight": order.weight, "target": order.target, "vial": order.vial, "rate": order.setting,
    }  # fmt: skip
    day.at(14).post(bea, "reading/", **{name: f"{each.value:f}" for name, each in read.items()})
    at = NOW + timedelta(minutes=15)
    session = session_today(patient, at)
    released(session, dora, "Looked at each.", at)


def test_an_infusion_day(day, bob, bea, alice, dora):
    # Given a session, and a vial that was received
    day.post(bob, "open/")
    session = session_today(day.patient, NOW)
    order = order_of_session(session)
    receipt = {"ndc": "42023", "lot": "L7", "expires": "2028-01-01", "volume": "10", "supplier": "Supplier"}
    day.post(bob, "/drug/write/", kind="VialReceived", vial="V1", strength=f"{order.vial.value:f}", **receipt)

    # When a nurse starts at once, then she learns why not
    assert "Not started." in day.post(bob, "start/")

    # When everything is found, a colleague reads the dose and the drug is drawn, then it starts
    drawn = order.dose.value / order.vial.value
    day.at(2).post(bob, "draw/", vial="V1", volume=f"{drawn:f}")
    _made_ready(day, bob, bea, dora, order)
    assert "The start is charted." in day.at(18).post(bob, "start/")

    # When it is charted, stopped and closed, then the course has it
    day.at(28).charts(bob, "VitalsTaken", **SIX)
    day.at(48).charts(bob, "PumpStopped", cause="patient")
    day.at(62).post(bob, "end/", debrief="Calm.")
    assert len(infusions_of(day.patient.pk)) == 1

    # When the rest is wasted, then it counts with a colleague's own sign-in
    wasted = {"mass": f"{drug_of(session).open.value:f}", "where": "waste", "how": "gel"}
    assert "wait for a colleague" in day.at(70).post(bob, "waste/", **wasted)
    entry = StockRow.objects.get(kind="SessionWaste").client_id
    assert "You wrote this yourself" in day.post(bob, "/drug/witness/", entry=entry)
    day.at(71).post(bea, "/drug/witness/", entry=entry)

    # When a discharge is asked for too soon, then what is missing is said; when it is there, the patient leaves
    early = day.visit(bob).post(
        f"/patients/{day.patient.pk}/infusion/recovery/discharge/", {"client_id": str(uuid4())}
    )
    assert "Not discharged by criteria." in strip_tags(early.content.decode())
    for minutes in (150, 170):
        for family in ("aldrete", "padss"):
            table = DATA.offered(family)
            items = {item.id: "2" for item in table.items}
            day.at(minutes).charts(bob, "RecoveryScored", variant=table.id, **items)
    day.at(172).charts(bob, "VitalsTaken", **SIX)
    day.charts(bob, "DistressCharted", distress="1", dissociation="0")
    day.post(bob, "recovery/look/", **{row.id: row.choices[0].id for row in DATA.rows.values()})
    day.charts(bob, "EscortSeen", name="Ana Silva", phone="555-0100")
    day.charts(bob, "InstructionsTaughtBack", points=list(DATA.teach), escort="on")
    triage = f"/patients/{day.patient.pk}/scales/triage/"
    day.at(174).post(alice, triage, level="NONE", rests_on="Asked after the infusion: no thoughts.")
    nurse = with_second_factor(day.at(182).visit(bob), bob)
    assert "Discharged by criteria" in day.post(nurse, "recovery/discharge/")

    # When the vial is counted by two, then the day closes in balance
    assert "Not closed." in day.at(300).post(bob, "/drug/close/")
    day.post(bob, "/drug/write/", kind="VialCounted", vial="V1", volume=f"{10 - drawn:f}")
    day.at(301).post(bea, "/drug/witness/", entry=StockRow.objects.get(kind="VialCounted").client_id)
    assert "Today was closed in balance." in day.at(302).post(bob, "/drug/close/")
