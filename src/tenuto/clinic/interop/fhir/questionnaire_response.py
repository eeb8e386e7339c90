"""QuestionnaireResponse: answers of the intake by fact id, and rating scales by their LOINC items.

A missing item is never zero: a scale with a gap has no total, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tenuto.clinic.interop.fhir import suicide_screen, tables
from tenuto.clinic.interop.fhir.answers import answer_value, sent_value, weight
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.tables import ResultRule, Scale
from tenuto.core.intake.facts import Answer, Score
from tenuto.core.intake.required import Fact
from tenuto.core.units import plain

__all__ = ["INTAKE", "Given", "read"]

INTAKE = "urn:tenuto:questionnaire:intake"
"""Canonical address of our own intake questionnaire; an item's linkId is the id of the fact that it answers."""

_FINISHED = ("completed", "amended")


@dataclass(slots=True)
class Given:
    """What one response says. Filled while its items are walked."""

    origin: str
    authored: date | None
    answers: list[Answer] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    """Item weights of scales by LOINC code; the highest where an item is answered twice."""
    disputed: set[str] = field(default_factory=set)
    """Items answered twice, differently: they belong to no total."""
    screen: dict[str, bool] = field(default_factory=dict)


def read(response: Element, remarks: Remarks) -> Given | None:
    """The answers and scores of a response; None for one that was entered in error."""
    status = response.text("status")
    if status == "entered-in-error":
        return None
    authored = response.moment("authored", remarks)
    given = Given(response.where, authored.earliest if authored else None)
    for item in _items(response):
        _take(item, given, remarks)
    _total_scales(given, remarks)
    _triage(given, remarks)
    if status not in _FINISHED and (given.answers or given.scores):
        remarks.add(f"{response.where} is {status or 'of no known status'}, not completed. Have it finished.")
    return given


def _items(response: Element) -> Iterator[Element]:
    """Every item with an answer, groups and follow-up questions included, however deep."""
    waiting = response.all("item")
    while waiting:
        item = waiting.pop()
        answers = item.all("answer")
        waiting += item.all("item")
        for answer in answers:
            waiting += answer.all("item")
        if answers:
            yield item


def _take(item: Element, given: Given, remarks: Remarks) -> None:
    link = item.text("linkId").rstrip("/").rpartition("/")[2]
    if link in suicide_screen.QUESTIONS:
        _take_screen(link, item, given, remarks)
    elif any(link in scale.items for scale in tables.scales().values()):
        _take_weight(link, item, given, remarks)
    else:
        rule = tables.by_loinc(link)
        scale = rule if isinstance(rule, Scale) else tables.scale(link)
        fact = rule.fact if isinstance(rule, ResultRule) else tables.question(link)
        if scale is not None:
            _take_total(scale, item, given, remarks)
        elif fact is not None:
            _take_answer(fact, item, given, remarks)


def _take_answer(fact: Fact, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        if sent is None:
            remarks.add(f"{given.origin}: the answer to '{fact.title}' can't be read. Ask again.")
        else:
            given.answers.append(Answer(fact.id, answer_value(fact, sent), given.authored, given.origin))


def _take_screen(link: str, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        said = sent if isinstance(sent, bool) else {"yes": True, "no": False}.get(str(sent).lower())
        if said is None:
            remarks.add(f"{given.origin}: an answer of the suicide screen is neither yes nor no. Ask again.")
        else:
            given.screen[link] = given.screen.get(link, False) or said


def _take_weight(link: str, item: Element, given: Given, remarks: Remarks) -> None:
    scale = next(s for s in tables.scales().values() if link in s.items)
    answers = item.all("answer")
    value = weight(answers[0], remarks) if len(answers) == 1 else None
    if value is None or not 0 <= value <= scale.item_most:
        remarks.add(
            f"{given.origin}: an item of {scale.title} has no value from 0 to {scale.item_most}. Ask again."
        )
        return
    if given.weights.get(link, value) != value:
        remarks.add(f"{given.origin}: an item of {scale.title} is answered twice, differently. Ask again.")
        given.disputed.add(link)
    given.weights[link] = max(value, given.weights.get(link, value))


def _take_total(scale: Scale, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        if isinstance(sent, Decimal) and scale.holds(sent):
            given.scores.append(Score(scale.instrument, sent, given.authored, given.origin))
        else:
            remarks.add(
                f"{given.origin}: the {scale.title} total is not a number from 0 to {scale.most}; not used."
            )


def _total_scales(given: Given, remarks: Remarks) -> None:
    settled = given.weights.keys() - given.disputed
    for scale in tables.scales().values():
        items = tuple((code, given.weights[code]) for code in scale.items if code in settled)
        if not items:
            continue
        if len(items) < len(scale.items):
            remarks.add(
                f"{given.origin}: {len(items)} of {len(scale.items)} items of {scale.title} are answered, "
                "so there is no total. Have the rest answered."
            )
            given.scores = [s for s in given.scores if s.instrument != scale.instrument]
            given.scores += _kept(scale, given)
            continue
        total = Decimal(sum(value for _, value in items))
        for sent in (s for s in given.scores if s.instrument == scale.instrument and s.value != total):
            remarks.add(
                f"{given.origin}: the {scale.title} total was sent as {plain(sent.value)} but its items add up to "
                f"{total}; the items are used. Check the form."
            )
        given.scores = [s for s in given.scores if s.instrument != scale.instrument]
        given.scores.append(Score(scale.instrument, total, given.authored, given.origin, items))


def _kept(scale: Scale, given: Given) -> list[Score]:
    """The answered items that count without a total: a thought of suicide is not lost with a skipped question."""
    return [
        Score(
            name, Decimal(given.weights[code]), given.authored, given.origin, ((code, given.weights[code]),)
        )
        for code, name in scale.kept
        if code in given.weights
    ]


def _triage(given: Given, remarks: Remarks) -> None:
    if not given.screen:
        return
    level = suicide_screen.triage(given.screen)
    if level:
        given.answers.append(Answer(suicide_screen.FACT, level, given.authored, given.origin))
    if not suicide_screen.is_complete(given.screen):
        remarks.add(
            f"{given.origin}: the suicide screen has unanswered questions. Finish it with the person."
        )
