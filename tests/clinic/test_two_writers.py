"""Two processes of the server take the same form in the same moment, on a database of their own (a file, or PostgreSQL).

Nothing is lost and nothing is overwritten: one writer wins, the other sees both versions. That it is said well in one
browser after the other is tested beside each form; here both really write at once.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.clinic.processes import house, run
from tests.patience import PATIENCE

pytestmark = pytest.mark.thorough

__all__ = ["house"]

PREPARE = """
import django
django.setup()
from datetime import date
from django.utils import timezone
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.people.services import register_patient
clinic, now = open_clinic(name="Busy Clinic", demonstration=False), timezone.now()
for name, role in (("alice", Role.PRESCRIBER), ("bob", Role.NURSE)):
    employ(clinic=clinic, username=name, password="x", name=name.title(), role=role, at=now)
alice = Staff.objects.get(username="alice")
register_patient(name="Ana Silva", birth_date=date(1981, 5, 4), identifiers=(), by=alice, at=now)
"""
WRITER = """
import json
import sys
import time
import django
django.setup()
from django.test import Client
from tenuto.clinic.accounts import throttle
from tenuto.clinic.accounts.enrol import ENROLLED
from tenuto.clinic.accounts.lock import SEEN
from tenuto.clinic.intake.models import StepSave
from tenuto.clinic.accounts.models import Staff, Tally
from tenuto.clinic.people.models import Identity, Patient
from tenuto.clinic.scales.models import SuicideTriage
def kept():
    return {
        "saves": [
            [save.step, save.version, save.changes, save.recorded_by_name]
            for save in StepSave.objects.order_by("step", "version")
        ],
        "identities": [[row.name, row.recorded_by_name] for row in Identity.objects.order_by("id")],
        "levels": [[row.level, row.recorded_by_name] for row in SuicideTriage.objects.order_by("event_number")],
        "name": Patient.objects.get().name,
        "tally": [tally.count for tally in Tally.objects.all()],
    }
browser = Client()
browser.force_login(Staff.objects.get(username=sys.argv[1]))
session = browser.session
session[SEEN], session[ENROLLED] = time.time(), True
session.save()
patient = Patient.objects.get()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "kept" in asked:
        print(json.dumps(kept()), flush=True)
        continue
    if "fail" in asked:
        for _ in range(asked["fail"]):
            throttle.failed("somebody")
        print("{}", flush=True)
        continue
    answer = browser.post(f"/patients/{patient.pk}/{asked['to']}", asked["form"])
    print(json.dumps({"status": answer.status_code, "page": answer.content.decode()}), flush=True)
"""
QUESTIONS = ("liver", "renal", "aneurysm", "glaucoma", "seizure", "thyroid")
WHO = {"alice": "Alice (alice)", "bob": "Bob (bob)"}


class Writers:
    """Two processes that wait for a word, and then write."""

    def __init__(self, environment) -> None:
        run(PREPARE, environment)
        self.processes = {
            name: subprocess.Popen(
                [sys.executable, "-c", WRITER, name],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in WHO
        }
        for process in self.processes.values():
            assert process.stdout.readline().strip() == "ready"

    def at_once(self, **asked) -> dict[str, dict]:
        """Send both at the same time; what each was answered."""
        for name, process in self.processes.items():
            process.stdin.write(json.dumps(asked[name]) + "\n")
            process.stdin.flush()
        return {name: json.loads(process.stdout.readline()) for name, process in self.processes.items()}

    def _ask(self, name: str, asked: dict) -> dict:
        process = self.processes[name]
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def kept(self) -> dict:
        """What is in the database."""
        return self._ask("alice", {"kept": True})

    def saves(self, step: str) -> list[list]:
        """The saves of a step: version, changes, by whom."""
        return [save for name, *save in self.kept()["saves"] if name == step]

    def stop(self) -> None:
        for process in self.processes.values():
            process.stdin.close()
            assert process.wait(timeout=PATIENCE) == 0


@pytest.fixture(scope="module")
def writers(house):
    pair = Writers(house)
    yield pair
    pair.stop()


def test_two_writers_of_one_answer(writers):
    for number, question in enumerate(QUESTIONS, 1):
        entry = f"history.{question}"
        form = {f"v-{entry}": "0", "stay": "1"}
        to = "intake/history/medical/"
        answers = writers.at_once(
            alice={"to": to, "form": {**form, f"q-{entry}": "yes"}},
            bob={"to": to, "form": {**form, f"q-{entry}": "no"}},
        )
        statuses = {name: answer["status"] for name, answer in answers.items()}
        assert sorted(statuses.values()) == [302, 409], (question, statuses)
        winner, loser = sorted(statuses, key=statuses.get)
        words = {"alice": "yes", "bob": "no"}
        assert writers.saves("medical")[-1] == [number, {entry: words[winner]}, WHO[winner]]
        page = answers[loser]["page"]
        assert "Two people answered this" in page
        for text in ("<b>yes</b>", "<b>no</b>", WHO[winner], "You, not saved yet"):
            assert text in page, text
    assert len(writers.saves("medical")) == len(QUESTIONS)


def test_two_writers_of_different_answers_both_keep_theirs(writers):
    to = "intake/history/allergies/"
    rows = {"alice": ("a" * 32, "Latex"), "bob": ("b" * 32, "Penicillin")}
    answers = writers.at_once(
        **{
            name: {"to": to, "form": {f"r-{key}-text": text, f"v-{key}": "0", "stay": "1"}}
            for name, (key, text) in rows.items()
        }
    )
    assert {answer["status"] for answer in answers.values()} == {302}
    first, second = writers.saves("allergies")
    assert (first[0], second[0]) == (1, 2)
    assert {**first[1], **second[1]} == {key: {"text": text} for key, text in rows.values()}


def test_two_who_correct_a_name_at_once(writers):
    for _ in range(3):
        kept = writers.kept()
        known = len(kept["identities"])
        shown = writers.at_once(
            alice={"to": "person/contact/", "form": {}}, bob={"to": "person/contact/", "form": {}}
        )
        seen, event = (_field(shown["alice"]["page"], name) for name in ("seen", "seen_event"))
        form = {
            "preferred_name": "",
            "birth_date": "1981-05-04",
            "why": "Identity document seen.",
            "seen": seen,
            "seen_event": event,
        }
        answers = writers.at_once(
            alice={"to": "person/amend/", "form": {**form, "name": f"Ana Alder {known}"}},
            bob={"to": "person/amend/", "form": {**form, "name": f"Ana Beech {known}"}},
        )
        statuses = {name: answer["status"] for name, answer in answers.items()}
        assert sorted(statuses.values()) == [302, 409], statuses
        winner, loser = sorted(statuses, key=statuses.get)
        names = {"alice": f"Ana Alder {known}", "bob": f"Ana Beech {known}"}
        kept = writers.kept()
        assert kept["name"] == names[winner]
        assert kept["identities"][known:] == [[names[winner], WHO[winner]]]
        page = answers[loser]["page"]
        assert "Nothing of yours was kept yet" in page
        assert names[winner] in page
        assert names[loser] in page, "what the loser typed is shown, and sent again if they choose so"


def test_two_who_find_contrary_levels_at_once(writers):
    """One is kept; the other is asked to look at it first."""
    for number in range(3):
        shown = writers.at_once(
            alice={"to": "scales/triage/", "form": {}}, bob={"to": "scales/triage/", "form": {}}
        )
        event = _field(shown["alice"]["page"], "seen_event")
        form = {"rests_on": f"Interview number {number} of today.", "seen_event": event}
        answers = writers.at_once(
            alice={"to": "scales/triage/", "form": {**form, "level": "LOW"}},
            bob={"to": "scales/triage/", "form": {**form, "level": "HIGH"}},
        )
        statuses = {name: answer["status"] for name, answer in answers.items()}
        assert sorted(statuses.values()) == [302, 409], statuses
        winner, loser = sorted(statuses, key=statuses.get)
        level = {"alice": 1, "bob": 3}
        assert writers.kept()["levels"][number:] == [[level[winner], WHO[winner]]]
        assert {"alice": "Low:", "bob": "High:"}[winner] in answers[loser]["page"]


def _field(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="(\d+)"', page)[1]


def test_guesses_counted_in_two_processes_all_count(writers):
    writers.at_once(alice={"fail": 10}, bob={"fail": 10})
    assert writers.kept()["tally"] == [20]
