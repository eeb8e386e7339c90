"""Two results of one test on one day that do not agree: both are in sight, and the one that closes counts (H30)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tenuto.core.intake.facts import Answer, PatientFacts, Person
from tenuto.core.intake.merge import SourcePart, merge

DAY = date(2026, 11, 24)
NOBODY = Person()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def told(*values, days=(0, 0), imported=(False, False), fact="pregnancy.test"):
    parts = [
        SourcePart(
            PatientFacts(NOBODY, answers=(Answer(fact, value, DAY + timedelta(days=day)),)),
            NOON + timedelta(hours=n),
            imported=from_file,
        )
        for n, (value, day, from_file) in enumerate(zip(values, days, imported, strict=True))
    ]
    return [(a.value, a.stands) for a in merge(NOBODY, parts).answers]


@pytest.mark.parametrize("imported", [(False, False), (True, True), (True, False), (False, True)])
@pytest.mark.parametrize(
    ("fact", "values"),
    [
        ("pregnancy.test", ("positive", "negative")),
        ("lab.drug_screen", ("positive", "negative")),
        ("lab.ecg", ("abnormal", "normal")),
    ],
)
def test_a_later_result_of_the_day_replaces_no_graver_one(fact, values, imported):
    found = told(*values, imported=imported, fact=fact)
    assert {value for value, _ in found} == set(values)


def test_a_test_that_was_refused_is_done_later_that_day():
    assert [value for value, _ in told("refused", "negative")] == ["negative"]


@pytest.mark.parametrize("values", [("negative", "positive"), ("positive", "positive")])
def test_a_result_that_closes_counts_at_once(values):
    assert told(*values)[-1] == ("positive", False)


def test_the_next_day_opens_again():
    found = told("positive", "negative", days=(0, 1))
    assert not any(stands for _, stands in found)


def test_what_is_asked_and_not_tested_is_as_before():
    assert [value for value, _ in told("no", "yes", fact="lactation")] == ["yes"]
