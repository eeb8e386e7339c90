"""Scales and triage recorded by staff: what is kept, what it means, which task it opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.models import ScaleForm, SuicideTriage
from tenuto.clinic.scales.services import record_triage
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.suicide_triage import SENTENCE
from tenuto.core.scales.suicide_triage import RiskLevel as Triage
from tests.clinic.conftest import NOW, source_of
from tests.clinic.intake.conftest import text_of
from tests.clinic.scales.filling import phq9


def codes(patient, *facts):
    return {f.code for f in current(patient).gate.findings if f.fact in facts and not f.missing}


@pytest.mark.parametrize("values", [(0, 0, 0, 0, 0, 0, 0, 3, 1), (1,) * 9, (0,) * 8 + (2,), (0,) * 8 + (3,)])
def test_a_positive_item_9_opens_a_task_whatever_the_total(ana, bob, values):
    phq9(ana, bob, *values)
    (task,) = open_tasks_of(ana)
    assert task.kind == ("suicide.urgent" if values[-1] > 1 else "suicide.screen")
    assert task.owner_role == "prescriber"
    own = instrument("phq9").item("9").option(values[-1]).label
    assert all(f'Item 9 was answered {values[-1]}, "{own}".' in task.why for task in open_tasks_of(ana))
    assert "SUICIDE-ITEM" in {code[:12] for code in codes(ana, "suicide.screen")}


def test_all_that_one_answer_says_is_one_task(ana, bob):
    """New, two or more, and reported: three rules, one person to look at one answer."""
    phq9(ana, bob, *(0,) * 9)
    phq9(ana, bob, *(0,) * 8, 2, at=NOW + timedelta(minutes=1))
    (task,) = open_tasks_of(ana)
    assert task.kind == "suicide.urgent"
    assert task.why.startswith("PHQ-9: Thoughts of death or self-harm reported, answer 2 or more. ")
    assert "are new since the last form. Item 9 was answered 2," in task.why
    assert task.why.count("Thoughts of death or self-harm reported") == 1
    assert "2 before" not in task.why
    assert "; 0 before, a rise. Get a clinician now." in task.why


@pytest.mark.parametrize(
    ("before", "now", "said", "kind"),
    [
        (0, 1, "; 0 before, a rise.", "suicide.urgent"),
        (2, 1, "; 2 before, a fall.", "suicide.screen"),
        (1, 1, "; 1 before, as now.", "suicide.screen"),
        (1, 2, "; 1 before, a rise.", "suicide.urgent"),
    ],
)
@pytest.mark.parametrize("how", ["form", "record", "form after an older one"])
def test_a_task_says_truly_whether_the_answer_rose_or_fell(ana, bob, before, now, said, kind, how):
    """By the last answer on record, wherever it stands: a fall from another system's record is nothing new."""
    if how == "record":
        phq9(ana, bob, *(0,) * 9, at=NOW - timedelta(days=9))
        on = (NOW - timedelta(days=2)).date()
        item = RecordedScore("phq9", Decimal(9), on, items=(("9", before),))
        facts = replace(current(ana).facts, scores=(item,))
        receive(facts=facts, source=source_of(digest="1" * 64), by=bob, at=NOW - timedelta(days=1))
    else:
        phq9(ana, bob, *(0,) * 8, before, at=NOW - timedelta(days=2))
        if how == "form after an older one":
            other = 3 if before == 0 else 0
            on = (NOW - timedelta(days=9)).date()
            phq9(ana, bob, *(0,) * 8, other, at=NOW - timedelta(days=1), taken=on)
    earlier = {task.id for task in open_tasks_of(ana)}
    phq9(ana, bob, *(0,) * 8, now)
    (task,) = (task for task in open_tasks_of(ana) if task.id not in earlier)
    assert (task.kind, said in task.why) == (kind, True), task.why
    assert ("new since" in task.why) is (before == 0)


def test_an_unanswered_item_9_opens_a_task_and_a_void_form_still_alarms(ana, bob):
    phq9(ana, bob, 0, 0, 0, 0, 0, 0, 0, 0, None)
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.screen"]
    recorded = phq9(ana, bob, None, None, None, None, 0, 0, 0, 0, 2)
    assert recorded.form.total is None
    assert "SUICIDE-ITEM-URGENT" in codes(ana, "suicide.screen")


def test_a_task_waits_for_the_triage_and_not_for_another_answer_or_a_note(visit, ana, bob):
    phq9(ana, bob, *(0,) * 8, 1)
    task = open_tasks_of(ana)[0]
    phq9(ana, bob, *(0,) * 9, at=NOW + timedelta(minutes=1))
    visit(bob).post(f"/patients/{ana.pk}/tasks/{task.id}/close/", {"note-note": "Screened, level none."})
    assert task.id in {row.id for row in open_tasks_of(ana)}
    record_triage(patient=ana, level=Triage.NONE, rests_on="Talked it over at length today.", by=bob, at=NOW)
    assert open_tasks_of(ana) == []


def test_a_left_out_question_is_said_and_never_a_zero(visit, ana, bob):
    url = f"/patients/{ana.pk}/scales/phq9/"
    data = {"taken": "2026-11-24", "answered_by": "patient", **{f"item-{n}": "0" for n in range(1, 9)}}
    page = visit(bob).post(url, data)
    assert page.status_code == 422
    assert "An empty question is not a zero" in text_of(page)
    assert not ScaleForm.objects.exists()
    visit(bob).post(url, {**data, "item-9": "left_out", "item-10": "left_out"})
    assert ScaleForm.objects.get().answers["9"] is None


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        (Triage.NONE, []),
        (Triage.LOW, ["triage.low"]),
        (Triage.MODERATE, ["triage.moderate"]),
        (Triage.HIGH, ["triage.high"]),
    ],
)
def test_every_level_above_none_opens_its_task(ana, bob, level, kinds):
    record_triage(patient=ana, level=level, rests_on="Talked it over at length today.", by=bob, at=NOW)
    assert [task.kind for task in open_tasks_of(ana)] == kinds
    given = current(ana).facts.answer("suicide.screen")
    assert given.value == ("negative" if level is Triage.NONE else level.name.lower())


@pytest.mark.parametrize("empty", ["x", ".", "ok"])
def test_a_level_rests_on_a_sentence(visit, ana, bob, empty):
    """Also none and low, which end the task that a positive answer opened."""
    phq9(ana, bob, *(0,) * 8, 2)
    for level in Triage:
        with pytest.raises(ScaleError, match="rests on, in a sentence"):
            record_triage(patient=ana, level=level, rests_on=empty, by=bob, at=NOW)
    page = visit(bob).post(f"/patients/{ana.pk}/scales/triage/", {"level": "NONE", "rests_on": empty})
    assert page.status_code == 422
    assert page.context["form"].errors == {"rests_on": [SENTENCE]}
    assert not SuicideTriage.objects.exists()
    assert [task.kind for task in open_tasks_of(ana)] != []


def test_a_level_below_the_screen_needs_the_reason(visit, ana, bob):
    with pytest.raises(ScaleError):
        record_triage(patient=ana, level=Triage.LOW, rests_on="The screen", screen={"4": 1}, by=bob, at=NOW)
    page = visit(bob).post(
        f"/patients/{ana.pk}/scales/triage/", {"level": "LOW", "rests_on": "The screen", "screen-4": "1"}
    )
    assert page.status_code == 422
    assert "say why in at least" in text_of(page)
    assert open_tasks_of(ana) == []
