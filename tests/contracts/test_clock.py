"""A day begins where the clinic is: nobody asks the server for its day or hour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CLINIC = Path(__file__).resolve().parents[2] / "src/tenuto/clinic"
ALLOWED = {
    "accounts/clock.py": "the clock itself",
    "ui/words.py": "the words for a moment",
    "ledger/facts.py": "the day of a fact",
    "ledger/canonical.py": "the one text of an instant",
    "interop/fhir/elements.py": "is given the clinic's zone",
}
OF_THE_SERVER = (
    "ledger/",
    "accounts/throttle.py",
    "accounts/models/clinic.py",
    "live/worker.py",
    "live/housekeeping.py",
)
"""Where the server's own time counts, whatever the clinic's clock says: the chain, waiting of guessers, signs of life."""
BYPASSES = (
    r"\blocaldate\b|\blocaltime\b|\bget_current_timezone\b|\bmake_aware\b",
    r"\bdate\.today\(|\bdatetime\.(?:now|today)\(|\butcnow\(",
    r"(?:\bnow\(\)|\b(?:\w+_)?at|\bdue|\buntil)\.date\(\)",
    r"\.astimezone\((?!UTC\))",
    r"\bsettings\.TIME_ZONE\b",
)
OPENS_CLINICS = {"accounts/services.py", "accounts/models/clinic.py"}
"""Where a clinic that is opened without a zone gets the installation's."""
SOURCES = sorted(path for path in CLINIC.rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CLINIC)))
def test_days_and_hours_are_asked_of_the_clinics_clock(path):
    name, text = str(path.relative_to(CLINIC)), path.read_text("utf-8")
    if name in ALLOWED:
        return
    found = [match.group() for bypass in BYPASSES for match in re.finditer(bypass, text)]
    found = [each for each in found if each != "settings.TIME_ZONE" or name not in OPENS_CLINICS]
    assert found == [], "ask accounts.clock with the clinic, or a fact for `recorded_on`"


SERVICES = [path for path in SOURCES if "services" in path.parent.parts or path.stem == "services"]
BY_TODAY = r"\bBatch\.of\(|\bclock\.(?:today|now)\("
"""What would judge by the day of the server's clock in a verb that is told its moment."""


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: str(path.relative_to(CLINIC)))
def test_a_verb_judges_by_the_moment_that_it_was_given(path):
    found = re.findall(BY_TODAY, path.read_text("utf-8"))
    assert found == [], "judge by `clock.day_of(clinic, at)`: around midnight a verb must not know two days"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CLINIC)))
def test_this_instant_is_asked_of_the_clinics_clock(path):
    name = str(path.relative_to(CLINIC))
    if name not in ALLOWED and not name.startswith(OF_THE_SERVER):
        assert "timezone.now()" not in path.read_text("utf-8"), "ask accounts.clock.instant(), or now(clinic)"


@pytest.mark.parametrize(
    "bypass",
    [
        "timezone.localdate()",
        "timezone.localtime(now)",
        "timezone.now().date()",
        "row.recorded_at.date()",
        "at.date()",
        "task.due.date()",
        "date.today()",
        "datetime.now(UTC)",
        "now.astimezone(zone)",
    ],
)
def test_the_search_finds_a_bypass(bypass):
    assert any(re.search(each, bypass) for each in BYPASSES)


@pytest.mark.parametrize(
    "fine",
    [
        "clock.instant()",
        "clock.today(clinic)",
        "row.recorded_on",
        "clock.now(c).date()",
        "made.astimezone(UTC)",
    ],
)
def test_the_search_lets_the_clock_be(fine):
    assert not any(re.search(each, fine) for each in BYPASSES)


ORDERED_BY_CLOCK = r"""order_by\([^)]*["']-?recorded_at["']"""
"""What was recorded later has the greater event number; a clock can be set back."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CLINIC)))
def test_no_facts_stand_in_the_order_of_a_clock(path):
    assert re.findall(ORDERED_BY_CLOCK, path.read_text("utf-8")) == []
