"""The questions on death and self-harm that rating scales ask, and the answers to them in a record. Hazard H18."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tenuto.core.intake.facts import RecordedScore
from tenuto.core.scales.definition import Take
from tenuto.core.scales.reading import instruments

__all__ = [
    "RiskQuestion",
    "instrument_key",
    "proved_by_total",
    "risk_question",
    "score_name",
    "suicide_item",
]


def instrument_key(name: str) -> str:
    """An instrument's name without case, spaces and marks: `PHQ-9` and `phq_9` are `phq9`."""
    return "".join(c for c in name.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class RiskQuestion:
    """The question on death or self-harm of a scale, as answers to it are found in records."""

    name: str
    """What it is called, such as `PHQ-9 item 9`."""
    alone: str
    """What a score is called that is this one answer."""
    names: frozenset[str]
    """What the answer is called among the items of a form."""
    reported_from: int
    answers: Mapping[int, str]
    """What each answer says, where the scale may be quoted."""
    present_from: int | None
    """The lowest answer that says that the thought is there now."""
    others_most: int | None
    """The most that all other questions add up to; None where there is no sum. What a total has above it is this answer's."""


@cache
def _questions() -> Mapping[str, RiskQuestion]:
    """By the key of the scale, and by that of the answer alone."""
    found: dict[str, RiskQuestion] = {}
    for scale in instruments().values():
        if scale.risk_item is not None:
            asked, key = scale.risk_item, instrument_key(scale.id)
            item, alone = asked.item, f"{key}item{asked.item}"
            names = {
                item,
                f"item{item}",
                f"q{item}",
                f"{key}{item}",
                alone,
                instrument_key(scale.item(item).loinc),
            }
            question = RiskQuestion(
                f"{scale.title} item {item}",
                alone,
                frozenset(names - {""}),
                asked.reported_from,
                {option.value: option.label for option in scale.item(item).options if option.label},
                asked.present_from,
                int(scale.highest - scale.item(item).highest) if scale.total is Take.SUM else None,
            )
            found |= dict.fromkeys((key, instrument_key(scale.title), alone), question)
    return found


def risk_question(score: RecordedScore) -> RiskQuestion | None:
    """The question on death or self-harm that a score's scale asks; None for a scale without one."""
    return _questions().get(instrument_key(score.instrument))


@cache
def _titles() -> Mapping[str, str]:
    """What each instrument is called, by the keys of its id and of its title."""
    found = ((scale.title, name) for scale in instruments().values() for name in (scale.id, scale.title))
    return {instrument_key(name): title for title, name in found}


def score_name(name: str) -> str:
    """An instrument as a person reads it: `PHQ-9` for `phq9`, `PHQ-9 item 9` for `phq9item9`; a name that nobody knows as it is."""
    key = instrument_key(name)
    question = _questions().get(key)
    return question.name if question is not None and key == question.alone else _titles().get(key, name)


def suicide_item(score: RecordedScore) -> int | None:
    """The answer to the scale's question on death or self-harm, or None when it asks none or the answer wasn't sent.

    A total proves an answer that was not sent, where all others together can't reach it: 25 of a PHQ-9 has a 1 in item 9.
    """
    question = risk_question(score)
    if question is None:
        return None
    sent, proved = _sent(score, question), proved_by_total(score)
    return max((value for value in (sent, proved) if value is not None), default=None)


def proved_by_total(score: RecordedScore) -> int | None:
    """The least that the question was answered with, as the total shows; None when it shows nothing."""
    question = risk_question(score)
    if question is None or question.others_most is None:
        return None
    if instrument_key(score.instrument) == question.alone:
        return None
    least = int(score.value) - question.others_most
    sent = _sent(score, question)
    return least if least > 0 and (sent is None or least > sent) else None


def _sent(score: RecordedScore, question: RiskQuestion) -> int | None:
    found = [value for name, value in score.items if instrument_key(name) in question.names]
    if instrument_key(score.instrument) == question.alone:
        found.append(int(score.value))
    return max(found, default=None)
