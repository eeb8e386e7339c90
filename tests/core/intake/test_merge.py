"""Of one day the answer that was given last counts, however late a record of an earlier hour comes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tenuto.core.intake.facts import Answer, PatientFacts, Person
from tenuto.core.intake.merge import SourcePart, merge

DAY = date(2026, 11, 24)


def at(hour):
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


def part(value, *, recorded, given=None, imported=False, fact="suicide.screen", day=DAY):
    answer = Answer(fact, value, day, at=at(given) if given else None)
    return SourcePart(PatientFacts(Person(), answers=(answer,)), at(recorded), imported=imported)


def said(*parts):
    return sorted(str(a.value) for a in merge(Person(), parts).answers)


@pytest.mark.parametrize(
    ("ours", "theirs", "stand"),
    [
        ({"recorded": 10, "given": 10}, {"recorded": 14, "given": 8}, ["high"]),
        ({"recorded": 10, "given": 10}, {"recorded": 14, "given": 12}, ["none"]),
        ({"recorded": 10, "given": 10}, {"recorded": 14}, ["high", "none"]),
        ({"recorded": 10}, {"recorded": 14, "given": 8}, ["high", "none"]),
        ({"recorded": 10}, {"recorded": 14}, ["high", "none"]),
        ({"recorded": 15, "given": 15}, {"recorded": 14, "given": 8}, ["high"]),
    ],
)
def test_a_late_record_of_an_earlier_hour_hides_nothing(ours, theirs, stand):
    """What was found here at ten is not undone by what another system found at eight and sent at two."""
    assert said(part("high", **ours), part("none", **theirs, imported=True)) == stand


def test_a_second_late_record_hides_nothing_either():
    late = (part("none", recorded=hour, imported=True) for hour in (14, 15))
    assert said(part("high", recorded=10), *late) == ["high", "none"]


@pytest.mark.parametrize(
    ("first", "second", "stands"), [(8, 12, ["none"]), (12, 8, ["high"]), (None, None, ["none"])]
)
def test_of_two_records_the_later_hour_counts_else_the_later_record(first, second, stands):
    one = part("high", recorded=13, given=first, imported=True)
    assert said(one, part("none", recorded=14, given=second, imported=True)) == stands


def test_what_is_answered_here_again_takes_the_place_of_what_stood():
    assert said(
        part("high", recorded=9, imported=True), part("low", recorded=10), part("none", recorded=11)
    ) == ["none"]


def test_another_day_stays():
    assert said(
        part("high", recorded=9, day=date(2026, 11, 20)), part("none", recorded=14, imported=True)
    ) == ["high", "none"]
