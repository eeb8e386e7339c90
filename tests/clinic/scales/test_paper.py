"""Scales from paper: the numbers in order, each with its place; what is alarming has its task as ever."""

from __future__ import annotations

import pytest

from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.forms.paper import AnswersField
from tenuto.clinic.scales.models import ScaleForm
from tenuto.core.scales.reading import instruments
from tests.clinic.intake.conftest import text_of


def enter(browser, patient, **lines):
    return browser.post(
        f"/patients/{patient.pk}/scales/paper/", {"taken": "2026-11-24", **lines}, follow=True
    )


def test_each_line_is_a_form_of_its_own(visit, ana, bob):
    page = text_of(enter(visit(bob), ana, phq9="2213212100", auditc="1 0 0", dast10="0010000000"))
    rows = {row.instrument: row for row in ScaleForm.objects.all()}
    assert {name: row.total for name, row in rows.items()} == {"phq9": 14, "auditc": 1, "dast10": 0}
    assert rows["phq9"].answers["4"] == 3
    assert "PHQ-9: 14, moderate" in page
    assert open_tasks_of(ana) == []


def test_a_thought_of_self_harm_opens_its_task_and_leads_to_the_triage(visit, ana, bob):
    page = enter(visit(bob), ana, phq9="0 0 0 0 0 0 0 0 2 0")
    assert page.redirect_chain[0][0].endswith("/scales/triage/")
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.urgent"]


def test_an_answer_that_was_left_out_is_not_a_zero(visit, ana, bob):
    enter(visit(bob), ana, phq9="221321-100")
    row = ScaleForm.objects.get()
    assert row.answers["7"] is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("22132", "There are 5 answers, and 10 questions"),
        ("2213212104", "Answer 10 is “4”; there it can be 0, 1, 2, 3"),
        ("221x212100", "Answer 4 is “x”"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_kept(visit, ana, bob, line, sentence):
    page = enter(visit(bob), ana, phq9=line, auditc="100")
    assert page.status_code == 422
    assert f"PHQ-9: {sentence}" in text_of(page)
    assert 'value="100"' in page.content.decode()
    assert not ScaleForm.objects.exists()


def test_nothing_entered_is_no_form(visit, ana, bob):
    assert "Fill in at least one scale" in text_of(enter(visit(bob), ana))


def test_the_page_says_what_the_numbers_of_yes_and_no_are(visit, ana, bob):
    page = text_of(visit(bob).get(f"/patients/{ana.pk}/scales/paper/"))
    assert "8 answers, 0 = no, 1 = yes." in page
    dast = "10 answers, 0 = no, 1 = yes. Write what was answered, also in question 3: what counts the other way is turned"
    assert dast in page
    assert "1 to 9: 0 = not at all, 1 = several days" in page
    assert "2 = yes, and I do now" in page
    assert "10: 0 = not difficult at all" in page


def test_every_scale_that_ships_words_says_what_its_numbers_mean():
    for scale in instruments().values():
        told = AnswersField(scale).help_text
        for item in scale.items:
            for option in item.options:
                words = option.label.removeprefix(f"{option.value} - ").lower()
                assert words == str(option.value) or f"{option.value} = {words}" in told.lower(), (
                    scale.id,
                    item.id,
                )
        if any([o.value for o in item.options] == [0, 1] for item in scale.items):
            assert "0 = no, 1 = yes" in told, scale.id
