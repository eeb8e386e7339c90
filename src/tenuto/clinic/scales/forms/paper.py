"""Answers that were given on paper: each scale one line, the numbers in the order of the questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.ui.fields import DayField
from tenuto.clinic.ui.words import count
from tenuto.core.scales.definition import Instrument, Item

__all__ = ["AnswersField", "PaperForm"]

LEFT_OUT = "-"


class AnswersField(forms.CharField):
    """The answers of one scale as numbers in order, `-` for one that was not given. Every question has its place."""

    def __init__(self, scale: Instrument) -> None:
        self.scale = scale
        super().__init__(
            label=scale.title,
            required=False,
            max_length=200,
            help_text=f"{count(len(scale.items), 'answer')}, {_offered(scale)}",
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        )

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        typed = re.findall(r"[0-9]+|-", text) if re.search(r"[\s,;]", text.strip()) else list(text.strip())
        if not typed:
            return None
        if len(typed) != len(self.scale.items):
            raise ValidationError(
                f"There are {len(typed)} answers, and {len(self.scale.items)} questions. Write one for each, "
                f"{LEFT_OUT} for a question that was left out."
            )
        pairs = zip(self.scale.items, typed, strict=True)
        return {
            item.id: None if word == LEFT_OUT else _value(n, item, word)
            for n, (item, word) in enumerate(pairs, 1)
        }


def _value(number: int, item: Any, word: str) -> int:
    known = [option.value for option in item.options]
    if not (word.isascii() and word.isdigit()) or int(word) not in known:
        raise ValidationError(
            f"Answer {number} is “{word[:5]}”; there it can be {', '.join(map(str, known))}."
        )
    return int(word)


def _offered(scale: Instrument) -> str:
    """What the numbers mean, question by question where they differ, and that a question is written as it was answered."""
    blocks = [
        (meaning, [number for number, _ in found])
        for meaning, found in groupby(enumerate(scale.items, 1), key=lambda pair: _meaning(pair[1]))
    ]
    told = "; ".join(
        meaning if len(blocks) == 1 else f"{_numbered(numbers)}: {meaning}" for meaning, numbers in blocks
    )
    turned = [n for n, item in enumerate(scale.items, 1) if _counts_the_other_way(item)]
    if not turned:
        return f"{told}."
    which = "every question" if len(turned) == len(scale.items) else f"question {', '.join(map(str, turned))}"
    return (
        f"{told}. Write what was answered, also in {which}: what counts the other way is turned round here."
    )


def _meaning(item: Item) -> str:
    """`0 = no, 1 = yes`; of numbers without words, from which to which."""
    if all(option.label == str(option.value) for option in item.options):
        values = [option.value for option in item.options]
        if values == [0, 1]:
            return "0 = no, 1 = yes"
        return f"from {min(values)} to {max(values)}"
    said = (o for o in item.options if o.label != str(o.value))
    return ", ".join(f"{o.value} = {_inside(o.label.removeprefix(f'{o.value} - '))}" for o in said)


def _inside(label: str) -> str:
    """The words of an option inside a sentence: only its first letter is small."""
    return label[:1].lower() + label[1:]


def _numbered(numbers: Sequence[int]) -> str:
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])


def _counts_the_other_way(item: Item) -> bool:
    """Whether a higher answer counts less."""
    ordered = sorted(item.options, key=lambda option: option.value)
    return ordered[0].score > ordered[-1].score


class PaperForm(forms.Form):
    """The scales that were filled in on paper on one day."""

    taken = DayField(label="Answered on")

    def __init__(self, data: Any = None, *, scales: Sequence[Instrument], today: date) -> None:
        super().__init__(data, initial={"taken": today})
        self.today = today
        for scale in scales:
            self.fields[scale.id] = AnswersField(scale)

    def clean_taken(self) -> date:
        taken: date = self.cleaned_data["taken"]
        if taken > self.today:
            raise ValidationError("The day is in the future. Correct it.")
        return taken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.answers():
            raise ValidationError("No answer was entered. Fill in at least one scale.")
        return cleaned

    def answers(self) -> dict[str, dict[str, int | None]]:
        """The answers by scale, of those that were filled in."""
        return {name: given for name, given in self.cleaned_data.items() if name != "taken" and given}
