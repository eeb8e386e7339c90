"""The questions of today, as a page shows them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from tenuto.clinic.scales.api import OpenQuestion
from tenuto.core.scales.definition import Instrument, Item
from tenuto.core.scales.reading import instrument

__all__ = ["LEFT_OUT", "AnswerChoice", "AskedQuestion", "question_views", "terms_of"]

LEFT_OUT = "left_out"
MANY = 8
"""From so many answers on they are a block of numbers and not a column."""


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One answer: what is sent, its words, whether it says a thought of death or self-harm, whether it takes a line."""

    value: str
    label: str
    alarming: bool
    wide: bool


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question on its screen. `client` names the answer where no script does; `asked_when` is the question of the
    same scale, and its answer, on which this one hangs."""

    number: int
    client: str
    instrument: str
    item: str
    stem: str
    text: str
    choices: tuple[AnswerChoice, ...]
    many: bool
    asked_when: str


def question_views(questions: Sequence[OpenQuestion]) -> tuple[AskedQuestion, ...]:
    """The questions in order."""
    return tuple(_view(number, question) for number, question in enumerate(questions, 1))


def terms_of(questions: Sequence[AskedQuestion]) -> tuple[tuple[str, str], ...]:
    """Each scale with the terms under which its words are shown, once."""
    scales = [instrument(name) for name in dict.fromkeys(q.instrument for q in questions)]
    return tuple((scale.name, " ".join(scale.rights.terms)) for scale in scales if scale.rights.terms)


def _view(number: int, question: OpenQuestion) -> AskedQuestion:
    scale, item = instrument(question.instrument), question.item
    return AskedQuestion(
        number=number,
        client=str(uuid4()),
        instrument=scale.id,
        item=item.id,
        stem=scale.stem,
        text=item.text,
        choices=tuple(_choices(scale, item)),
        many=len(item.options) > MANY,
        asked_when=f"{item.asked_when[0]}={item.asked_when[1]}" if item.asked_when else "",
    )


def _choices(scale: Instrument, item: Item) -> list[AnswerChoice]:
    risk = scale.risk_item if scale.risk_item and scale.risk_item.item == item.id else None
    return [
        AnswerChoice(
            str(option.value),
            option.label,
            alarming=risk is not None and option.value >= risk.reported_from,
            wide=len(option.label) > 3,
        )
        for option in item.options
    ]
