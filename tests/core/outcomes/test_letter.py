"""A letter says what is on record, and no more than its reader needs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tenuto.core.course.account import account_of
from tenuto.core.course.infusion import CourseError, Tolerability
from tenuto.core.outcomes.letter import LetterReader, letter_lines
from tenuto.core.policy import default_policy
from tests.core.course.builders import SERIES, day, endings, facts

POLICY = default_policy()
RISK = "none found, asked Mon 30 Nov 2026."


def letter(reader, points="-1:21 12:6", today=14, days=SERIES, text="", booked=None, effects=()):
    known = facts(days, points, endings=endings(text))
    if effects:
        borne = Tolerability(1, 0, False, 5, effects)
        first = known.infusions[0]
        told = replace(first, infusion=replace(first.infusion, tolerability=borne))
        known = replace(known, infusions=(told, *known.infusions[1:]))
    account = account_of(known, as_of=day(today), policy=POLICY)
    return " ".join(letter_lines(account, reader=reader, risk=RISK, booked=booked))


def test_a_psychiatrist_reads_doses_scores_reactions_and_the_risk():
    said = letter(LetterReader.PSYCHIATRIST, effects=("nausea",), booked=day(30))
    assert said == (
        "6 infusions of ketamine were given, from Mon 23 Nov 2026 to Fri 4 Dec 2026. The last dose was 35 mg. "
        "Between infusions were 2 to 3 days. PHQ-9: 21 before (Sun 22 Nov 2026), best 6 (Sat 5 Dec 2026), last 6 (Sat 5 Dec 2026): "
        "response. What troubled the patient, by the number of infusions: nausea (1). How it was borne is not on record for "
        f"5 of 6 infusions. Risk of suicide: {RISK} The next infusion is booked for Wed 23 Dec 2026. Follow-up visit at the "
        "clinic by Mon 4 Jan 2027."
    )


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ("-1:21 12:6", "It helps by the last score."),
        ("-1:21 12:4", "hardly any symptoms are left"),
        ("-1:21 12:20", "It has not helped so far"),
        ("-1:21", "Whether it helps is not known"),
        ("-1:21 12:6 13:14 14:15", "the last two scores are worse again"),
    ],
)
def test_a_therapist_reads_whether_it_helps_and_no_dose_score_or_reaction(points, says):
    said = letter(LetterReader.THERAPIST, points, effects=("nausea",))
    assert says in said
    for never in ("mg", "PHQ", "nausea", "suicide", "21"):
        assert never not in re.sub(r"\w{3} \d+ \w{3} \d{4}", "", said)


def test_what_is_not_on_record_is_said_to_be_so():
    said = letter(LetterReader.PSYCHIATRIST, "", days=(0,), today=1)
    assert "One infusion of ketamine was given" in said
    assert "No score is on record since the first infusion." in said
    assert "nothing is on record" in said
    assert "No further infusion is booked." in said


def test_a_completed_course_says_so_and_promises_no_infusion():
    said = letter(LetterReader.THERAPIST, text="complete 13 60")
    assert "The course was completed on Sun 6 Dec 2026." in said
    assert "No further infusion" not in said
    assert "spaced out" in letter(LetterReader.THERAPIST, text="taper 13 28")


def test_before_the_first_infusion_there_is_no_letter():
    with pytest.raises(CourseError, match="nothing to write a letter about"):
        letter(LetterReader.THERAPIST, days=())
