"""Earlier results of a test that a later harmless one does not take back by itself: a pregnancy, a laboratory against a form (H30)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tenuto.core.dates import on_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.answers import given, is_unknown, level_of, said
from tenuto.core.intake.case import JudgedCase, finding_code
from tenuto.core.intake.contraindications import mentioned
from tenuto.core.intake.facts import Answer, ProblemStatus
from tenuto.core.intake.labs import tests
from tenuto.core.intake.required import RequiredFact, fact

__all__ = ["judge"]

_PREGNANCY = "pregnancy.test"
_PREGNANCY_DAYS = timedelta(weeks=42)
"""The longest that a pregnancy lasts [D]."""
_FORMS = ("QuestionnaireResponse", "form")
_REFUSED = "refused"


def judge(case: JudgedCase) -> Iterator[Finding]:
    """REVIEW for an earlier result that closes and is not over, with both results in the sentence."""
    for fact_id in dict.fromkeys(test.fact for test in tests() if fact(test.fact).kind == "answer"):
        item, newest = fact(fact_id), given(case, fact_id)
        if not newest:
            continue
        level = max(map(level_of, newest))
        graver = [a for a in case.facts.answers if a.fact == fact_id and level_of(a) > level]
        standing = [a for a in graver if _stands(case, item, a, newest)]
        if standing:
            yield _finding(item, max(standing, key=lambda a: (a.taken or date.min, said(a.value))), newest[0])


def _stands(case: JudgedCase, item: RequiredFact, earlier: Answer, newest: tuple[Answer, ...]) -> bool:
    later = newest[0].taken
    if earlier.taken is None or later is None or earlier.taken >= later or is_unknown(earlier.value):
        return False
    if said(earlier.value) == _REFUSED:
        return False
    if item.id == _PREGNANCY:
        return earlier.taken >= case.as_of - _PREGNANCY_DAYS and not _ended(case, earlier.taken)
    told = all(each.origin.startswith(_FORMS) for each in newest) and not earlier.origin.startswith(_FORMS)
    return told and case.current(item, earlier.taken)


def _ended(case: JudgedCase, since: date) -> bool:
    """Whether the record says that a pregnancy was over after a day."""
    return any(
        problem.status is ProblemStatus.RESOLVED
        and "pregnancy" in mentioned(problem)
        and (problem.ended or problem.onset or date.min) >= since
        for problem in case.facts.problems
    )


def _finding(item: RequiredFact, earlier: Answer, newest: Answer) -> Finding:
    because = (
        "A pregnancy lasts longer than that, and one test in urine does not end it: test again in blood, or record how it ended."
        if item.id == _PREGNANCY
        else "A form does not take back what a laboratory found: test again."
    )
    message = (
        f"{item.title}: “{said(earlier.value)[:80]}”{on_date(earlier.taken)} ({earlier.origin or 'origin not recorded'}), and “{said(newest.value)[:80]}”{on_date(newest.taken)} "
        f"({newest.origin or 'origin not recorded'}). {because}"
    )
    return Finding(finding_code("EARLIER", item.id), Level.REVIEW, message, item.basis, fact=item.id)
