"""Every address where something is said of a patient sends what its page knew, or says here why it needs not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.facts import Fact
from tests.clinic.conftest import *  # noqa: F403
from tests.clinic.conftest import (  # noqa: F401  - the fixtures that a star leaves out
    _anchor_of_this_test,
    _every_row_has_its_event,
    _one_moment,
    _quick_and_forgetful,
    hired,
)
from tests.clinic.test_crawl import ALL, OF_A_PATIENT, address

CLINIC = Path(__file__).resolve().parents[2] / "src/tenuto/clinic"

ADDS = {
    "intake:measurements": "a reading stands beside the others",
    "intake:strike": "a reading is struck once",
    "intake:strike-result": "a result is struck once",
    "intake:tests": "a result stands beside the others",
    "intake:ask-test": "a task stands beside the others",
    "intake:visits": "a visit stands beside the others",
    "scales:scale": "a form stands beside the others",
    "scales:paper": "forms stand beside the others",
    "scales:call": "a call stands beside the others",
    "scales:ask": "a link stands beside the others",
    "outcomes:record-check": "a result stands beside the others",
    "outcomes:missed": "a missed visit stands beside the others",
    "outcomes:event": "an event stands beside the others",
    "outcomes:beside-visit": "a visit stands beside the others",
    "booking:link": "a link stands beside the others",
    "booking:late": "a delay stands beside the others",
    "booking:feed": "the newest address opens, whoever asked for it",
    "infusion:open": "the session of today is opened once",
    "infusion:chart": "what happened is charted, whatever the page knew",
    "infusion:draw": "what is drawn is written, whatever the page knew",
    "infusion:waste": "what is wasted is written, whatever the page knew",
    "infusion:end": "a chart is closed once, and late entries are still kept",
    "access:break-glass": "an emergency waits for nobody",
}
"""Nothing that stands is replaced."""
STOPS = {
    "intake:withdraw-consent": "the patient's word is never held up",
    "intake:withdraw-photographs": "the patient's word is never held up",
    "plan:withdraw": "stopping is never held up",
    "scales:take-back": "a link is shut whatever became of it",
    "booking:feed-end": "an address is shut whatever became of it",
}
OWN = {
    "intake:judgements": "entry by entry: `intake.services.judging`",
    "intake:history": "entry by entry: `intake.services.history`",
    "plan:draft": "the content and the newest version: `plan.services.drafting`",
    "plan:sign": "the content, worked out anew: `plan.services.signing`",
    "plan:comfort": "the number of the card: `plan.services.comfort`",
    "plan:visit-record": "the newest infusion: `course.api.mark`",
    "plan:visit-order": "the newest orders: `plan.services.visits`",
}
"""These compare more narrowly what they replace, with tests of their own; a stale one is answered 409 too."""


def posting(visit, clinic, patient) -> dict[str, object]:
    """The views about a patient that take a form, by the name of their address."""
    people = [visit(hired(clinic, f"poster-{role}", role)) for role in Role]
    found = {}
    for route, name in OF_A_PATIENT:
        where = address(route, patient.pk)
        if any(browser.post(where).status_code != 405 for browser in people):
            found[name] = get_resolver().resolve(where).func
    return found


def test_every_form_about_a_patient_sends_what_was_seen(visit, clinic, ana):
    found = posting(visit, clinic, ana)
    without = {name for name, view in found.items() if not hasattr(view, "rests_on")}
    assert without == ADDS.keys() | STOPS.keys() | OWN.keys()
    assert len(found) - len(without) >= 11


SOME = "00000000-0000-4000-8000-000000000000"
OF_A_CLINIC = {
    "policies:activate": ("policies.PolicyActivation",),
    "ports:rota": ("ports.OnCallShift", "ports.OnCallEnd"),
    "ports:rota-end": ("ports.OnCallShift", "ports.OnCallEnd"),
    "bookings:setup": ("booking.WeekSetup",),
}
"""What is said of no patient and decides for all: the policy in effect, and who is reached at night."""
OWN_OF_A_CLINIC = {
    "accounts:clinic-words": "the digest of what patients are told: `accounts.services.words_seen`",
    "accounts:clinic-zone": "the digest of the zone: `accounts.services.zone_seen`",
}
REPLACE_NOTHING_OF_A_CLINIC = {
    "access:audit-reviewed": "a review stands beside the others",
    "access:glass": "a broken glass is reviewed once",
    "access:printed": "a look is recorded",
    "accounts:staff-add": "a person stands beside the others",
    "accounts:staff-change": "each button says what it does to one person",
    "accounts:staff-confirm": "a person is confirmed once by each",
    "bookings:change": "an appointment ends once",
    "bookings:check-in": "somebody arrives once",
    "bookings:feed-end": "one's own address",
    "bookings:feed-given": "one's own address",
    "bookings:own-feed": "the newest address opens, whoever asked for it",
    "bookings:give": "a chair that came free is given once",
    "bookings:message-again": "a message leaves once",
    "bookings:offer-answer": "an offer is answered once",
    "demo:time": "the clock of a demonstration",
    "desk:patients": "a search",
    "interop:bundles": "a file stands beside the others",
    "interop:discard": "one's own file",
    "interop:keep": "one's own file",
    "policies:propose": "a version is proposed once",
    "policies:sign": "the text with its digest",
    "stock:close": "a day is closed when it is in balance, whatever the page knew",
    "stock:witness": "an entry is witnessed once",
    "stock:write": "an entry stands beside the others",
    "ui:theme": "one's own screen",
}
"""What is said of no patient and replaces nothing that stands."""


BEHIND_LINKS = ("links:", "portal:", "intake:enquire")
OF_ONES_SIGN_IN = {
    f"accounts:{name}"
    for name in ("here", "invitation", "lock", "sign-in", "sign-in-known", "sign-out", "unlock")
}


def posting_of_the_clinic(visit, clinic) -> dict[str, object]:
    """The views that take a form and are about no one patient, by the name of their address."""
    people = [visit(hired(clinic, f"clinic-poster-{role}", role)) for role in Role]
    found = {}
    for route, name, _ in ALL:
        other = ":" not in name or "<uuid:patient_id>" in route or name.startswith(BEHIND_LINKS)
        if other or name in OF_ONES_SIGN_IN:
            continue
        where = address(route, SOME)
        if any(browser.post(where).status_code != 405 for browser in people):
            found[name] = get_resolver().resolve(where).func
    return found


def test_what_counts_for_everybody_is_not_replaced_unseen(visit, clinic):
    found = posting_of_the_clinic(visit, clinic)
    resting = {name: view.rests_on for name, view in found.items() if hasattr(view, "rests_on")}
    assert resting == OF_A_CLINIC
    assert found.keys() - resting.keys() == OWN_OF_A_CLINIC.keys() | REPLACE_NOTHING_OF_A_CLINIC.keys()


def test_what_an_action_rests_on_is_a_table_of_facts(visit, clinic, ana):
    for name, view in posting(visit, clinic, ana).items():
        for label in getattr(view, "rests_on", ()):
            assert issubclass(apps.get_model(label), Fact), f"{name} rests on {label}"


FRAME = re.compile(r"{% extends \"((?!links)\w+/frame|pathway/\w+)\.html\" %}")
TEMPLATES = [
    path
    for path in sorted(CLINIC.glob("*/templates/**/*.html"))
    if FRAME.search(text := path.read_text("utf-8")) or re.search(r"<form[^>]*patient\.pk", text)
]


def test_there_are_pages_of_patients():
    assert len(TEMPLATES) > 25


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_every_form_of_a_patients_page_carries_it(path):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text("utf-8"), re.DOTALL):
        assert "{% seen %}" in form, form[:120]


RISK_TABLES = {
    "scales.SuicideTriage": "a triage",
    "scales.ScaleForm": "an answer in a form",
    "scales.ItemAnswer": "an answer by link",
    "scales.IncomingCall": "what somebody told on the phone",
    "intake.IntakeRecord": "what a record says",
    "intake.StepSave": "an answer of the history",
    "course.CourseEvent": "a suicide attempt",
    "ports.Task": "the task itself",
}
"""From where the tasks come that a suicide triage ends."""
OPEN_RISK_TASKS = {
    "scales/services/recording.py": "scales.ScaleForm",
    "scales/services/triage.py": "scales.SuicideTriage",
    "course/services/happening.py": "course.CourseEvent",
    "intake/services/history.py": "intake.StepSave",
    "intake/services/open_risks.py": "intake.IntakeRecord",
    "intake/services/enquiries.py": "ports.Task",
}
"""Which code opens one, and the table of what it opens it for."""
BESIDE_TREATMENT = {
    "access:care-team": "who may see the record",
    "access:restrict": "who may see the record",
    "booking:end": "calling a visit off is never held up",
    "booking:medicines": "what the patient is told before a visit",
    "booking:other": "a visit that is no infusion: the more so beside a risk",
    "booking:move-other": "a visit that is no infusion: the more so beside a risk",
    "booking:surplus": "calling visits off is never held up",
    "booking:veins": "where a vein was found",
    "infusion:answers": "what is found before a start, which judges it",
    "infusion:before": "what is measured before a start, which judges it",
    "infusion:identity": "who it is",
    "infusion:look": "what is seen in recovery, which a discharge judges",
    "infusion:reading": "what was read of the order before a start",
    "intake:consent": "the patient's word, which a decision judges",
    "outcomes:sign-letter": "a letter says what was decided",
    "pathway:amend": "who it is",
    "pathway:contact": "how the patient is reached",
    "pathway:support": "who stands by the patient",
    "plan:visit-strike": "a report that was wrong",
    "ports:close": "the words about a task, which a triage ends where it is about a risk",
    "ports:contact": "that the patient was reached",
    "ports:not-reached": "that the patient was not reached, which ends no risk",
    "scales:strike": "a form that was wrong, whose answer on death stays",
}
"""The forms that send what was seen and judge no risk, each with its reason. Any other lets treatment begin or go on."""
SEEN_BY_ALL = {
    "ports.Hold": "what holds the treatment",
    "intake.ConsentWithdrawn": "a consent that was taken back",
    "plan.PlanSignature": "the plan that is in force",
    "plan.PlanWithdrawal": "a plan that is in force no more",
    "policies.PolicyActivation": "the limits in effect",
}

FINDS_A_RISK = {"scales:triage": "a triage waits for what speaks of the risk, and for nothing else"}


def test_every_action_judges_beside_all_from_which_a_risk_comes_or_says_why_not(visit, clinic, ana):
    """Any new form about a patient is a judgement until it is listed here with its reason."""
    resting = {name: view for name, view in posting(visit, clinic, ana).items() if hasattr(view, "rests_on")}
    judging = {name for name, view in resting.items() if getattr(view, "judges_risk", False)}
    assert resting.keys() - judging == BESIDE_TREATMENT.keys()
    for name in judging:
        seen = RISK_TABLES.keys() if name in FINDS_A_RISK else RISK_TABLES.keys() | SEEN_BY_ALL.keys()
        assert set(resting[name].rests_on) >= seen, name


def test_what_opens_a_task_that_a_triage_ends_is_seen_by_a_triage():
    """A room that begins to open a task about a risk of suicide says here from which table it comes."""
    opening = {
        path.relative_to(CLINIC).as_posix()
        for path in CLINIC.rglob("*.py")
        if re.search(r"\bfor_(flag|level|answer|harm|open_risk)\(", path.read_text("utf-8"))
    }
    assert opening == OPEN_RISK_TASKS.keys()
    assert set(OPEN_RISK_TASKS.values()) <= RISK_TABLES.keys()
