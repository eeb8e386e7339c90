"""Which tests one person needs, when each is due, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.data import Table, data_file
from tenuto.core.dates import say_date
from tenuto.core.intake.answers import given, truth
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.contraindications import mentioned
from tenuto.core.intake.facts import ProblemStatus
from tenuto.core.intake.required import fact
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["LabDue", "LabTest", "due", "tests"]


@dataclass(frozen=True, slots=True)
class LabTest:
    """One test of the order set."""

    id: str
    title: str
    applies: tuple[str, ...]
    why: str
    again: str
    basis: Basis
    fact: str
    valid: str = ""
    after_infusions: str = ""
    each_session_unless: str = ""
    rules: tuple[str, ...] = ()
    patient: str = ""
    """How the patient calls it; empty where nothing is said to the patient."""


@dataclass(frozen=True, slots=True)
class LabDue:
    """When a test is due for one person. `due` on or before the day of the question means now."""

    test: LabTest
    due: date
    last: date | None
    because: str


@data_file(ROOT / "labs.toml")
def tests(file: Table) -> tuple[LabTest, ...]:
    """The order set, in the order of the file."""
    return tuple(_test(entry) for entry in file.tables("test"))


def _test(entry: Table) -> LabTest:
    return LabTest(
        id=entry.text("id"),
        title=entry.text("title"),
        applies=entry.words("applies"),
        why=entry.text("why"),
        again=entry.text("again"),
        basis=basis_of(entry),
        fact=entry.text("fact"),
        valid=entry.text("valid", ""),
        after_infusions=entry.text("after_infusions", ""),
        each_session_unless=entry.text("each_session_unless", ""),
        rules=entry.words("rules", ()),
        patient=entry.text("patient", ""),
    )


def due(case: JudgedCase, *, infusions_since: int = 0) -> tuple[LabDue, ...]:
    """Each test that this person needs, soonest first.

    `infusions_since` counts the infusions since the last liver tests. A test without a usable result is due on the day
    of the question.
    """
    found = (d for test in tests() if _needed(case, test) for d in _due(case, test, infusions_since))
    return tuple(sorted(found, key=lambda d: (d.due, d.test.id)))


def _needed(case: JudgedCase, test: LabTest) -> bool:
    if "by_history" not in test.applies:
        return case.applies(fact(test.fact))
    return any(
        set(test.rules).intersection(mentioned(problem))
        for problem in case.facts.problems
        if problem.status is not ProblemStatus.REFUTED
    )


def _due(case: JudgedCase, test: LabTest, infusions_since: int) -> tuple[LabDue, ...]:
    last = _last(case, test)
    if last is None:
        return (LabDue(test, case.as_of, None, f"No result is recorded. {test.why}"),)
    if test.after_infusions and infusions_since >= case.policy.whole(test.after_infusions):
        return (
            LabDue(test, case.as_of, last, f"{infusions_since} infusions since {say_date(last)}. {test.why}"),
        )
    if test.each_session_unless and not _excused(case, test):
        return (LabDue(test, case.as_of, last, f"Due before each session without contraception. {test.why}"),)
    if not test.valid:
        return ()
    again = last + timedelta(days=case.policy.whole(test.valid))
    return (LabDue(test, again, last, f"Last on {say_date(last)}. {test.again}"),)


def _excused(case: JudgedCase, test: LabTest) -> bool:
    said = [truth(a.value) for a in given(case, test.each_session_unless)]
    return bool(said) and all(said)


def _last(case: JudgedCase, test: LabTest) -> date | None:
    """The day of the newest result; with several quantities, of the one that is oldest."""
    measures = fact(test.fact).measures
    if not measures:
        return max((a.taken for a in given(case, test.fact) if a.taken), default=None)
    newest = [next((m.taken for m in case.usable(measure.kind)), None) for measure in measures]
    return None if None in newest else min(day for day in newest if day is not None)
