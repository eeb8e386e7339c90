"""QuestionnaireResponse: answers of the intake by fact id, and rating scales by their LOINC items.

A missing item is never zero: a scale with a gap has no total, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from tenuto.clinic.interop.fhir import suicide_screen, tables
from tenuto.clinic.interop.fhir.answers import contradicts_itself, sent_value, weight, with_words
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.form_items import (
    answered_by_another,
    asks_otherwise,
    code_of,
    is_beside,
    looks_like,
    speaks_of_suicide,
)
from tenuto.clinic.interop.fhir.results import asks_of_suicide
from tenuto.clinic.interop.fhir.tables import ResultRule, Scale
from tenuto.core.gate import Level
from tenuto.core.intake.answers import level_of, truth
from tenuto.core.intake.facts import Answer, RecordedScore
from tenuto.core.intake.reading_report import Ending, listed
from tenuto.core.intake.required import RequiredFact
from tenuto.core.intake.terminology import risk_told
from tenuto.core.units import plain

__all__ = ["INTAKE", "Given", "read"]

INTAKE = "urn:tenuto:questionnaire:intake"
"""Canonical address of our own intake questionnaire; an item's linkId is the id of the fact that it answers."""

ITEM_NINE = "phq9_item9"
_FINISHED = ("completed", "amended")


@dataclass(slots=True)
class Given:
    """What one response says. Filled while its items are walked."""

    origin: str
    authored: date | None
    at: datetime | None = None
    answers: list[Answer] = field(default_factory=list)
    scores: list[RecordedScore] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    """Item weights of scales by LOINC code; the highest where an item is answered twice."""
    disputed: set[str] = field(default_factory=set)
    """Items answered twice, differently: they belong to no total."""
    screen: dict[str, bool] = field(default_factory=dict)
    unknown: list[Element] = field(default_factory=list)
    """Items whose question is not known here."""
    skipped: set[str] = field(default_factory=set)
    """Items that were asked and not answered, by code."""
    unsure: dict[str, str] = field(default_factory=dict)
    """Items about suicide whose answer is not certain, with what was sent."""


def read(response: Element, remarks: Remarks) -> Given | None:
    """The answers and scores of a response; None for one that was entered in error."""
    status = response.text("status")
    if status == "entered-in-error":
        remarks.settle(Ending.TAKEN_BACK, "entered in error")
        return None
    authored = response.moment("authored", remarks)
    given = Given(response.where, authored.earliest if authored else None, authored.at if authored else None)
    form, items = _called(response), list(_items(response))
    given.skipped = {code_of(item, form) for item in _unanswered(response)} | _of_the_form(form)
    for item in items:
        code = code_of(item, form)
        if code and (other := asks_otherwise(item, code)):
            _take_disputed(code, other, item, given, remarks)
        elif code:
            _take(code, item, given, remarks)
        elif not is_beside(item):
            given.unknown.append(item)
    _judge_unknown(form, len(items), given, remarks)
    if not any(speaks_of_suicide(item) for item in items):
        _say_left_open(form, response, remarks)
    _total_scales(given, remarks)
    _triage(given, remarks)
    _by_somebody_else(response, given, remarks)
    if status not in _FINISHED and (given.answers or given.scores):
        remarks.add(f"{response.where} is {status or 'of no known status'}, not completed. Have it finished.")
    return given


def _by_somebody_else(response: Element, given: Given, remarks: Remarks) -> None:
    """A form that a relative answered: what it says against treatment counts, its “no” about suicide opens nothing."""
    who = answered_by_another(response)
    if not who:
        return
    remarks.add(
        f"{given.origin} was answered by {who}, not by the person. A “no” about suicide in it opens nothing. Ask the person."
    )
    given.answers = [
        a for a in given.answers if not a.fact.startswith("suicide.") or level_of(a) > Level.PASS
    ]
    given.scores = [s for s in given.scores if not asks_of_suicide(s) or s.unclear or _thinks_of_it(s)]


def _thinks_of_it(score: RecordedScore) -> bool:
    kept = {code for scale in tables.scales().values() for code, _ in scale.kept}
    return (score.instrument == ITEM_NINE and score.value > 0) or any(
        code in kept and value > 0 for code, value in score.items
    )


def _called(response: Element) -> str:
    """What the form is called: its address, title and groups."""
    shown = response.one("_questionnaire")
    titles = [extension.text("valueString") for extension in shown.all("extension")] if shown else []
    parts = [response.text("questionnaire"), response.text("id"), *titles]
    groups = [item for item in response.all("item") if item.has("item")]
    return " ; ".join([*parts, *(f"{g.text('linkId')} {g.text('text')}" for g in groups)])


def _judge_unknown(form: str, asked: int, given: Given, remarks: Remarks) -> None:
    """Answers to questions that are not known here: named, and a thought of suicide among them is never lost."""
    if not given.unknown:
        return
    looks = looks_like(given.unknown, form)
    names = listed(
        f"“{(item.text('text') or item.text('linkId') or 'without a name')[:60]}”" for item in given.unknown
    )
    told = [
        item
        for item in given.unknown
        if (speaks_of_suicide(item) and not _clearly_no(item, remarks))
        or "suicide.screen" in risk_told(_said(item, remarks))
    ]
    nine = next((code for code, _ in looks.scale.kept), "") if looks.scale else ""
    sentence = f"{given.origin}: {len(given.unknown)} of {asked} answers are to questions that are not known here ({names}). "
    settled = given.weights.keys() - given.disputed
    read_whole = looks.scale is not None and settled.issuperset(looks.scale.items)
    beside = [
        f"“{item.text('text') or item.text('linkId')}”: {_said(item, remarks)}" for item in given.unknown
    ]
    if looks.scale and read_whole:
        sentence += f"The {looks.title} itself was read. Beside it stands {listed(beside)}. "
    elif looks.scale:
        sentence += f"A {looks.title} could not be read. "
    if told or (nine and nine not in given.weights):
        said = told[0].text("text") if told else f"a {looks.title} that could not be read"
        unclear = _unclear(said[:120] or told[0].text("linkId"), given)
        given.scores.append(unclear if looks.scale else replace(unclear, asked_in=_name_of(form)))
        sentence += "A thought of suicide may be among them and counts as positive until it is asked again. "
    remarks.add(sentence + "Look at the form.")


def _say_left_open(form: str, response: Element, remarks: Remarks) -> None:
    """A question about suicide in words of the sender's own that was put and has no answer."""
    for item in _unanswered(response):
        asked = item.text("text")
        if "?" in asked and speaks_of_suicide(item) and not code_of(item, form):
            remarks.add(
                f"{response.where}: “{asked[:120]}” was asked and is not answered. Ask about it, and do a suicide triage today."
            )


def _name_of(form: str) -> str:
    """What a form calls itself, for a sentence: the end of its address or its title."""
    names = [each.partition("|")[0].rstrip("/").rpartition("/")[2].strip() for each in form.split(";")]
    return next((f"The form “{name[:60]}”" for name in names if name), "A form without a name")


def _clearly_no(item: Element, remarks: Remarks) -> bool:
    answers = [sent_value(answer, remarks) for answer in item.all("answer")]
    return bool(answers) and all(
        a is False or str(a).lower() in ("no", "not at all", "0", "never") for a in answers
    )


def _unclear(said: str, given: Given) -> RecordedScore:
    """An answer about suicide that can't be read for certain counts as the worst one until a person has asked."""
    nine = tables.scales()[ITEM_NINE]
    items = tuple((code, nine.most) for code in nine.loinc)
    return RecordedScore(
        ITEM_NINE, Decimal(nine.most), given.authored, given.origin, items, at=given.at, unclear=said
    )


def _of_the_form(form: str) -> set[str]:
    """The items about suicide of the scales that a form calls itself: a PHQ-9 asks item 9 even where it was not sent."""
    return {code for name in tables.scales_told(form) for code, _ in tables.scales()[name].kept}


def _unanswered(response: Element) -> Iterator[Element]:
    """Questions that were sent without an answer."""
    waiting = response.all("item")
    for item in waiting:
        waiting += item.all("item")
        if not item.has("answer") and not item.has("item"):
            yield item


def _items(response: Element) -> Iterator[Element]:
    """Every item with an answer in the order of the form, groups and follow-up questions included, however deep."""
    waiting = response.all("item")[::-1]
    while waiting:
        item = waiting.pop()
        answers = item.all("answer")
        inner = item.all("item") + [follow_up for answer in answers for follow_up in answer.all("item")]
        waiting += inner[::-1]
        if answers:
            yield item


def _take(link: str, item: Element, given: Given, remarks: Remarks) -> None:
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
        elif isinstance(rule, ResultRule) and rule.closes:
            _take_part(rule, item, given, remarks)
        elif fact is not None:
            _take_answer(fact, item, given, remarks)


def _take_part(rule: ResultRule, item: Element, given: Given, remarks: Remarks) -> None:
    """One question of a test, or a statement beside it: its yes counts, its no is not the test's."""
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        yes = truth(sent) if sent is not None else None
        if yes:
            given.answers.append(Answer(rule.fact.id, rule.positive, given.authored, given.origin, given.at))
        elif yes is None:
            remarks.add(
                f"{given.origin}: {_question(item)} is answered {_said(item, remarks)}, which is neither yes nor no. Ask it again."
            )


def _take_answer(fact: RequiredFact, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        if sent is None:
            remarks.add(
                f"{given.origin}: the answer to '{fact.title}' is empty or of a kind that is not read. Ask it again."
            )
        else:
            value, detail = with_words(fact, sent)
            given.answers.append(Answer(fact.id, value, given.authored, given.origin, given.at, detail))


def _take_screen(link: str, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        said = sent if isinstance(sent, bool) else {"yes": True, "no": False}.get(str(sent).lower())
        if said is None:
            remarks.add(
                f"{given.origin}: {_question(item)} of the suicide screener is answered {_said(item, remarks)}, which is neither yes "
                "nor no. Ask it again."
            )
        else:
            given.screen[link] = given.screen.get(link, False) or said


def _take_disputed(code: str, other: str, item: Element, given: Given, remarks: Remarks) -> None:
    """An item whose code and whose words ask different things: no answer to either, and about suicide the worst one."""
    remarks.add(
        f"{given.origin}: the item {item.text('linkId')[:40]} asks {_question(item)}, which is another question than its code ({code}) "
        "asks. Which of them was answered nobody knows. Look at the form."
    )
    for link in {code, other}:
        given.disputed.add(link)
        if any(link == kept for scale in tables.scales().values() for kept, _ in scale.kept):
            given.unsure[link] = f"{_said(item, remarks).strip('“”')}, with words and code that disagree"


def _take_weight(link: str, item: Element, given: Given, remarks: Remarks) -> None:
    scale = next(s for s in tables.scales().values() if link in s.items)
    answers = item.all("answer")
    value = weight(answers[0], remarks, scale.answer_words) if len(answers) == 1 else None
    if value is None or not 0 <= value <= scale.item_most:
        if any(code == link for code, _ in scale.kept):
            given.unsure[link] = ", ".join(filter(None, (str(sent_value(a, remarks) or "") for a in answers)))
        if not (len(answers) == 1 and contradicts_itself(answers[0], scale.answer_words)):
            remarks.add(
                f"{given.origin}: {_question(item)} of {scale.title} is answered {_said(item, remarks)}, which is no value from 0 to "
                f"{scale.item_most}. Ask it again."
            )
        return
    if given.weights.get(link, value) != value:
        remarks.add(
            f"{given.origin}: {_question(item)} of {scale.title} is answered twice, with {given.weights[link]} and {value}. "
            "Ask it again."
        )
        given.disputed.add(link)
        if any(code == link for code, _ in scale.kept):
            given.unsure[link] = f"{given.weights[link]} and {value}"
    given.weights[link] = max(value, given.weights.get(link, value))


def _question(item: Element) -> str:
    """What an item asks, in its own words or by its name in the form."""
    return f"“{(item.text('text') or item.text('linkId') or 'a question without a name')[:80]}”"


def _said(item: Element, remarks: Remarks) -> str:
    """What an item was answered with, as it was sent."""
    sent = (sent_value(answer, remarks) for answer in item.all("answer"))
    words = [plain(each) if isinstance(each, Decimal) else str(each) for each in sent if each is not None]
    return f"“{' and '.join(words)[:80]}”" if words else "with nothing that can be read"


def _take_total(scale: Scale, item: Element, given: Given, remarks: Remarks) -> None:
    for answer in item.all("answer"):
        sent = sent_value(answer, remarks)
        if isinstance(sent, Decimal) and scale.holds(sent):
            given.scores.append(
                RecordedScore(scale.instrument, sent, given.authored, given.origin, at=given.at)
            )
        else:
            remarks.add(
                f"{given.origin}: the {scale.title} total is sent as {_said(item, remarks)}, which is no number from 0 to "
                f"{scale.most}; not used. Score it again."
            )


def _total_scales(given: Given, remarks: Remarks) -> None:
    settled = given.weights.keys() - given.disputed
    for scale in tables.scales().values():
        items = tuple((code, given.weights[code]) for code in scale.items if code in settled)
        if not items:
            continue
        if len(items) < len(scale.items):
            # An answer that was said to be unclear already is not said again as one that lacks.
            if not given.unsure.keys() >= set(scale.items) - settled:
                remarks.add(
                    f"{given.origin}: {len(items)} of {len(scale.items)} items of {scale.title} are answered, "
                    "so there is no total. Have the rest answered."
                )
            given.scores = [s for s in given.scores if s.instrument != scale.instrument]
            given.scores += [*_kept(scale, given), *_left_out(scale, given)]
            continue
        total = Decimal(sum(value for _, value in items))
        for sent in (s for s in given.scores if s.instrument == scale.instrument and s.value != total):
            remarks.add(
                f"{given.origin}: the {scale.title} total was sent as {plain(sent.value)} but its items add up to "
                f"{total}; the items are used. Check the form."
            )
        given.scores = [s for s in given.scores if s.instrument != scale.instrument]
        given.scores.append(
            RecordedScore(scale.instrument, total, given.authored, given.origin, items, given.at)
        )
    given.scores += [_unclear(said or "not readable", given) for said in given.unsure.values()]


def _left_out(scale: Scale, given: Given) -> list[RecordedScore]:
    """The question about suicide that was asked and skipped: nobody knows the answer, so it counts as the worst.

    A shorter form of the same items, such as the PHQ-2 or PHQ-8, does not ask it.
    """
    return [
        _unclear("not answered", given)
        for code, _ in scale.kept
        if code in given.skipped and code not in given.weights and code not in given.unsure
    ]


def _kept(scale: Scale, given: Given) -> list[RecordedScore]:
    """The answered items that count without a total: a thought of suicide is not lost with a skipped question."""
    return [
        RecordedScore(
            name,
            Decimal(given.weights[code]),
            given.authored,
            given.origin,
            ((code, given.weights[code]),),
            given.at,
        )
        for code, name in scale.kept
        if code in given.weights and code not in given.unsure
    ]


def _triage(given: Given, remarks: Remarks) -> None:
    if not given.screen:
        return
    level, yes = suicide_screen.triage(given.screen), suicide_screen.answered_yes(given.screen)
    if level:
        given.answers.append(
            Answer(suicide_screen.FACT, level, given.authored, given.origin, given.at, detail=yes)
        )
    if not suicide_screen.is_complete(given.screen):
        remarks.add(
            f"{given.origin}: the suicide screener has unanswered questions. {f'{yes} ' if yes else ''}Finish it with the person."
        )
