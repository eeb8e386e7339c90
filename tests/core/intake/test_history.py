"""What is entered in the history becomes words and codes, and nothing that was left empty is made up."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.intake.facts import Coding
from tenuto.core.intake.history import medication_of, trial_text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"drug": "Sertraline"}, "Sertraline"),
        ({"drug": "Sertraline", "dose": "150 mg", "weeks": "10"}, "Sertraline 150 mg for 10 weeks"),
        (
            {"drug": "Sertraline", "response": "no response", "adequate": "yes"},
            "Sertraline: no response, adequate",
        ),
        ({"drug": "Sertraline", "weeks": "3", "adequate": "no"}, "Sertraline for 3 weeks: not adequate"),
        ({"drug": "Sertraline", "adequate": "unclear"}, "Sertraline: adequacy unclear"),
        ({"drug": "Sertraline", "adequate": "perhaps"}, "Sertraline"),
    ],
)
def test_a_trial_says_what_was_entered_and_no_more(row, words):
    assert trial_text(row) == words


def test_a_medicine_keeps_its_code_with_the_system_it_was_given_in():
    entered = {"text": "Sertraline", "code": "36437", "dose": "50 mg", "last_taken": "2026-11-24"}
    medicine = medication_of(entered, "form, A. Nurse")
    assert (medicine.text, medicine.dose, medicine.last_taken) == ("Sertraline", "50 mg", date(2026, 11, 24))
    assert medicine.codings == (Coding("rxnorm", "36437", "Sertraline"),)
    assert medicine.origin == "form, A. Nurse"
    assert medication_of({**entered, "system": "atc"}).codings == (Coding("atc", "36437", "Sertraline"),)
    assert medication_of({"code": "36437"}).codings == (Coding("rxnorm", "36437", ""),)
    assert medication_of({"text": "Sertraline"}).codings == ()
