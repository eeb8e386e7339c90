"""Suicide triage: what the screener proves, and what a clinician may record."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.scoring import score
from tenuto.core.scales.suicide_triage import (
    RiskLevel,
    Screen,
    level_rules,
    level_version,
    read_screen,
    record,
)
from tests.spec.tables import rows

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
ANSWER = {"y": 1, "n": 0, "-": None}


@pytest.mark.parametrize("row", rows("scales/suicide-triage.md"))
def test_what_the_answers_prove(row):
    screen = read_screen({n: ANSWER[row[n]] for n in "1234567"})
    assert (screen.at_least.name.lower() if screen.at_least is not None else "unknown") == row["level"]
    assert screen.complete == (row["finished"] == "yes")
    assert screen.text


def obvious(a: tuple[int | None, ...]) -> RiskLevel | None:
    """The published triage card, read aloud."""
    q1, q2, q3, q4, q5, q6, q7 = (value == 1 for value in a)
    if q4 or q5 or q7:
        return RiskLevel.HIGH
    if q3 or q6:
        return RiskLevel.MODERATE
    if q1 or q2:
        return RiskLevel.LOW
    return RiskLevel.NONE if a[0] == 0 and a[1] == 0 and a[5] == 0 else None


def test_every_pattern_of_answers_gives_the_level_of_the_card_and_missing_never_lowers_it():
    for a in itertools.product((0, 1, None), repeat=7):
        screen = read_screen({str(n): v for n, v in enumerate(a, 1)})
        expected = obvious(a)
        assert screen.at_least == expected, a
        if screen.complete:
            full = read_screen({str(n): v or 0 for n, v in enumerate(a, 1)})
            assert full.at_least == screen.at_least


def test_answers_that_are_missing_can_only_raise_the_level():
    for a in itertools.product((0, 1), repeat=7):
        full = read_screen({str(n): v for n, v in enumerate(a, 1)})
        for gone in range(1, 8):
            partial = read_screen({str(n): v for n, v in enumerate(a, 1) if n != gone})
            assert partial.at_least is None or full.at_least is None or partial.at_least <= full.at_least
            if partial.at_least != full.at_least and partial.complete:
                # Only an answer to a question that the form would not have asked can be lost without a trace.
                assert (gone in (3, 4, 5) and a[1] == 0) or (gone == 7 and a[5] == 0)


def test_the_screener_has_no_sum():
    result = score(instrument("cssrs_screener"), dict.fromkeys("1234567", 1))
    assert result.total is None


def test_a_level_is_recorded_with_what_it_rests_on():
    triage = record(
        level=RiskLevel.LOW, rests_on=" Interview with patient and partner ", by="A. Nurse", at=NOW
    )
    assert triage.rests_on == "Interview with patient and partner"
    assert triage.rules == level_version()
    assert triage.screen is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rests_on": "  "}, "what the level rests on, in a sentence"),
        ({"rests_on": "x"}, "what the level rests on, in a sentence"),
        ({"rests_on": "."}, "what the level rests on, in a sentence"),
        ({"rests_on": "Interview"}, "what the level rests on, in a sentence"),
        ({"by": " "}, "name of the clinician"),
        ({"at": datetime(2026, 1, 5)}, "time with its zone"),  # noqa: DTZ001
    ],
)
def test_a_level_without_grounds_name_or_time_is_refused(change, message):
    with pytest.raises(ScaleError, match=message):
        record(
            **{"level": RiskLevel.NONE, "rests_on": "Interview today", "by": "A. Nurse", "at": NOW, **change}
        )


HIGH = Screen(RiskLevel.HIGH, (), ("4",))
OPEN = Screen(None, ("1", "2"), ())


@pytest.mark.parametrize(
    ("screen", "level", "words", "allowed"),
    [
        (HIGH, RiskLevel.HIGH, "Screen today", True),
        (HIGH, RiskLevel.LOW, "Screen today", False),
        (HIGH, RiskLevel.LOW, "Misread question four, asked again twice", True),
        (Screen(RiskLevel.LOW, (), ("1",)), RiskLevel.HIGH, "Interview today", True),
        (OPEN, RiskLevel.NONE, "Interview today", False),
        (OPEN, RiskLevel.NONE, "Refused the form, denied everything when asked", True),
        (OPEN, RiskLevel.LOW, "Interview today", True),
        (Screen(RiskLevel.NONE, (), ()), RiskLevel.NONE, "Screen today", True),
    ],
)
def test_a_clinician_may_differ_from_the_screen_but_not_silently(screen, level, words, allowed):
    def recorded():
        return record(level=level, rests_on=words, by="A. Nurse", at=NOW, screen=screen)

    if allowed:
        assert recorded().level is level
    else:
        with pytest.raises(ScaleError, match="say why in at least 5 words"):
            recorded()


def test_every_level_has_words_an_action_and_a_source():
    assert set(level_rules()) == set(RiskLevel)
    for rule in level_rules().values():
        assert rule.title
        assert rule.action
        assert rule.basis.tags
