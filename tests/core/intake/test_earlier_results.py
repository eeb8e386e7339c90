"""Earlier results of a test beside a later harmless one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.core.intake.facts import Answer, Problem, ProblemStatus
from tests.core.intake.people import DEPRESSION, TODAY, healthy, judged, serious

FOUND = "EARLIER-PREGNANCY-TEST REVIEW"


def with_earlier(fact: str, value: str, days: int, origin: str = "Observation/1", **changes):
    patient = healthy(**changes)
    form = tuple(replace(a, origin="QuestionnaireResponse/1") for a in patient.answers)
    earlier = Answer(fact, value, TODAY - timedelta(days=days), origin)
    return replace(patient, answers=(*form, earlier))


@pytest.mark.parametrize(("days", "found"), [(1, [FOUND]), (280, [FOUND]), (300, [])])
def test_a_negative_test_does_not_end_a_pregnancy(days, found):
    assert serious(judged(with_earlier("pregnancy.test", "positive", days))) == found


def test_a_pregnancy_that_is_recorded_as_over_needs_no_word():
    over = Problem("Pregnancy", status=ProblemStatus.RESOLVED, ended=TODAY - timedelta(days=3))
    patient = with_earlier("pregnancy.test", "positive", 30, problems=(DEPRESSION, over))
    assert FOUND not in serious(judged(patient))
    before = replace(over, ended=TODAY - timedelta(days=40))
    assert FOUND in serious(
        judged(with_earlier("pregnancy.test", "positive", 30, problems=(DEPRESSION, before)))
    )


def test_a_form_does_not_take_back_what_a_laboratory_found():
    found = "EARLIER-LAB-DRUG-SCREEN REVIEW"
    assert serious(judged(with_earlier("lab.drug_screen", "positive", 1))) == [found]
    assert serious(judged(with_earlier("lab.drug_screen", "positive", 1, "form, nurse"))) == []
