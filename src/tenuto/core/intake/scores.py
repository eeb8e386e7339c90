"""Rating scales: the baseline, screening scores, and the suicide item that must never be lost."""

from __future__ import annotations

from datetime import date

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, finding_code, missing, note
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.intake.risk_answers import Untriaged, untriaged
from tenuto.core.intake.risk_questions import instrument_key, risk_question, score_name, suicide_item
from tenuto.core.intake.safety import contradicted
from tenuto.core.units import plain

__all__ = ["instrument_key", "judge", "suicide_item"]


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """Findings about the baseline scale, the screening scores and the suicide item."""
    screening = tuple(f for name in ("stop_bang", "audit_c", "dast_10") for f in _screening(case, fact(name)))
    return (*_baseline(case), *screening, *_suicide(case))


def _scores(case: JudgedCase, keys: frozenset[str]) -> tuple[RecordedScore, ...]:
    """Scores of these instruments up to the day of the judgement, newest first."""
    found = [
        s for s in case.facts.scores if instrument_key(s.instrument) in keys and not case.in_future(s.taken)
    ]
    return tuple(sorted(found, key=lambda s: (s.taken or date.min, s.value, s.instrument), reverse=True))


def _baseline(case: JudgedCase) -> tuple[Finding, ...]:
    """Each treated condition needs one current score on a scale of its own."""
    item = fact("baseline.scale")
    found: list[Finding] = []
    for condition in case.treated:
        if not condition.scales:
            continue
        scores = _scores(case, frozenset(condition.scales))
        because = f"{item.title} for {condition.title}: none of {', '.join(map(score_name, condition.scales))} is recorded."
        if scores and any(case.current(item, s.taken) for s in scores):
            continue
        if scores:
            because = f"{item.title} for {condition.title}: the last one, {score_name(scores[0].instrument)}, {_too_old(scores[0].taken)}."
        found.extend(missing(case, item, because=because))
    return tuple(found) if case.treated else missing(case, item)


def _too_old(taken: date | None) -> str:
    return f"is from {say_date(taken)}, too old" if taken else "has no date"


def _screening(case: JudgedCase, item: RequiredFact) -> tuple[Finding, ...]:
    scores = _scores(case, frozenset(item.scores or ()))
    if not scores:
        return missing(case, item)
    limit = item.review_from
    if case.body.sex != "male" and item.review_from_female is not None:
        limit = item.review_from_female
    if limit is None or scores[0].value < limit:
        return ()
    message = f"{item.title} {plain(scores[0].value)}: {limit} or more. A prescriber looks at it and writes the reason for going on."
    return (Finding(finding_code("SCORE", item.id), Level.REVIEW, message, item.basis, fact=item.id),)


def _suicide(case: JudgedCase) -> tuple[Finding, ...]:
    """A positive answer to a scale's question on death or self-harm, or none to it, needs a triage level recorded after it. Hazard H18."""
    found = tuple(_item_nine(each) for each in untriaged(case.facts, as_of=case.as_of))
    both = contradicted(case.facts, as_of=case.as_of)
    return (*found, note("suicide.screen", "SUICIDE-KNOWN", Level.REVIEW, both)) if both else found


def _item_nine(each: Untriaged) -> Finding:
    form, value, question = each.form, each.value, risk_question(each.form)
    scale, _, item = question.name.rpartition(" item ") if question else (score_name(form.instrument), "", "")
    when = f" of {say_date(form.taken)}" if form.taken else ""
    if form.unclear and form.asked_in:
        message = (
            f"{form.asked_in[:80]}{when}: an answer about suicide can't be read for certain ({form.unclear[:120]}); it counts as "
            "positive. Ask it again, do a suicide triage today and record it."
        )
        return note("suicide.screen", "SUICIDE-ITEM-URGENT", Level.BLOCK, message)
    if form.unclear:
        message = (
            f"{scale}{when}: the answer to item {item} can't be read for certain ({form.unclear[:120]}); it counts as positive. "
            "Ask it again, do a suicide triage today and record it."
        )
        return note("suicide.screen", "SUICIDE-ITEM-URGENT", Level.BLOCK, message)
    if value is None:
        message = f"{scale}{when}: item {item} wasn't answered. Ask it, and do a suicide triage today."
        return note("suicide.screen", "SUICIDE-ITEM-MISSING", Level.REVIEW, message)
    message = (
        f"{scale}{when}: item {item} is {each.answered} and no suicide triage follows it. "
        "Do a suicide triage today and record it."
    )
    return note(
        "suicide.screen", "SUICIDE-ITEM-URGENT" if value > 1 else "SUICIDE-ITEM", Level.BLOCK, message
    )
