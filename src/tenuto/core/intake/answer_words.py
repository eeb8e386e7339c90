"""What answers in words say beside what was asked: the words by which problems and notes are judged are looked for in each.

Words may only ever close: none of them answers another question, and a denial gives no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tenuto.core.dates import on_date, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.allergies import told_reaction
from tenuto.core.intake.answers import given, is_unknown, said
from tenuto.core.intake.case import JudgedCase, finding_code
from tenuto.core.intake.contraindications import closing, rule
from tenuto.core.intake.facts import Answer, Problem, ProblemStatus
from tenuto.core.intake.required import RequiredFact, facts
from tenuto.core.intake.terminology import risk_told

__all__ = ["judge_words"]

ABOUT_THE_DRUG = "history.ketamine_treatment"
_WISHED_AWAY = ("goals",)
"""Questions whose answers name what is to go away: a denial there says that it was there."""
_OF_SUICIDE = "suicide"
"""The group of questions that are about the risk of suicide themselves, and are judged as that."""
_RISKS = {"suicide.screen": "harm to oneself", "ketamine_misuse": "ketamine outside treatment"}
_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)


def judge_words(case: JudgedCase) -> tuple[Finding, ...]:
    """Findings about all answers that are words: a reaction to the drug, a risk of suicide, what closes as a problem, old dates."""
    asked = {item.id: item for item in facts()}
    # What a protocol asks beside the intake is no fact of the register.
    return tuple(
        dict.fromkeys(
            finding
            for answer in case.facts.answers
            if answer.fact in asked
            for text in _texts(asked[answer.fact], answer)
            for finding in _told(case, asked[answer.fact], answer, text)
        )
    )


def _texts(item: RequiredFact, answer: Answer) -> Iterator[str]:
    """The words of an answer; a level that the question itself offers is none."""
    if (
        isinstance(answer.value, str)
        and not is_unknown(answer.value)
        and said(answer.value) not in item.effects
    ):
        yield answer.value
    if answer.detail:
        yield answer.detail


def _told(case: JudgedCase, item: RequiredFact, answer: Answer, text: str) -> Iterator[Finding]:
    yield from told_reaction(text, about_it=item.id == ABOUT_THE_DRUG, said_in=item.title)
    if not _stands(case, item, answer):
        return
    problem = Problem(text, (), ProblemStatus.ACTIVE, origin=answer.origin)
    found = [rule(name) for name in sorted(closing(problem) - frozenset(item.rules))]
    titles = [each.title.lower() for each in found if item.group != _OF_SUICIDE or not each.risk]
    if item.group != _OF_SUICIDE and not any(each.risk for each in found):
        titles += [_RISKS[name] for name in sorted(risk_told(text, denied=item.id in _WISHED_AWAY))]
    if titles:
        message = (
            f"{item.title}: “{text.strip()[:120]}”{on_date(answer.taken)} speaks of {', '.join(titles)}. Ask about it, and record it "
            "as a diagnosis or as an answer of its own."
        )
        yield Finding(finding_code("WORDS", item.id), Level.REVIEW, message, item.basis, fact=item.id)
    yield from _old_day(case, item, answer, text)


def _stands(case: JudgedCase, item: RequiredFact, answer: Answer) -> bool:
    """Whether a newer answer takes the words back: never those without a date, of a day to come, or about "ever"."""
    return item.ever or answer.taken is None or case.in_future(answer.taken) or answer in given(case, item.id)


def _old_day(case: JudgedCase, item: RequiredFact, answer: Answer, text: str) -> Iterator[Finding]:
    """Words that name a day from which on the answer counted no more, whatever the day of the form is."""
    if not item.valid or item.value != "text":
        return
    days = []
    for written in _DAY.findall(text):
        try:
            days.append(date.fromisoformat(written))
        except ValueError:
            continue
    newest = max((day for day in days if day <= case.as_of), default=None)
    if newest is not None and not case.current(item, newest):
        limit = case.policy.whole(item.valid)
        message = (
            f"{item.title}: “{text.strip()[:120]}” names {say_date(newest)}, more than {limit} days before {say_date(case.as_of)}. "
            f"{item.ask}"
        )
        yield Finding(finding_code("STALE", item.id), Level.REVIEW, message, item.basis, fact=item.id)
